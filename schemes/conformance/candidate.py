"""A scheme to test, and what sets it apart, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...core.scheme import SchemeContext

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ...core.scheme import Scheme


@dataclass(frozen=True)
class Candidate:
    """A scheme to test.

    ``slots`` is what it announces. ``pickles`` says whether values cross a process border, so that what cannot
    be pickled fails; ``stops`` whether a running call can be ended; ``survives_exit`` whether a worker that ends
    its process is told as a loss.
    """

    name: str
    make: Callable[[Path], Scheme]
    slots: int
    pickles: bool
    stops: bool
    survives_exit: bool


def plugged(
    name: str,
    make: Callable[[SchemeContext], Scheme],
    slots: int = 2,
    *,
    pickles: bool = True,
    stops: bool = True,
    survives_exit: bool = True,
) -> Candidate:
    """Return the scheme of a plug-in as something to test; ``make`` is what its entry point names."""

    def made(files: Path) -> Scheme:
        folder = files.parent
        return make(SchemeContext(name, slots, files, folder / "spare", folder))

    return Candidate(name, made, slots, pickles, stops, survives_exit)
