"""The schemes that must keep the contract, and what sets them apart, as data: a new one is one line here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engines import engines_scheme

from treadle.core.scheme import SchemeContext
from treadle.schemes.commands.scheme import CommandScheme
from treadle.schemes.processes.scheme import ProcessesScheme
from treadle.schemes.serial import SerialScheme
from treadle.schemes.threads.scheme import ThreadsScheme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from treadle.core.scheme import Scheme


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


def command_scheme(files: Path) -> CommandScheme:
    folder = files.parent
    return CommandScheme(SchemeContext("commands", 2, files, folder / "spare", folder))


CANDIDATES = (
    Candidate("serial", SerialScheme, slots=1, pickles=False, stops=False, survives_exit=False),
    Candidate("processes", partial(ProcessesScheme, workers=2), slots=2, pickles=True, stops=True, survives_exit=True),
    Candidate("threads", partial(ThreadsScheme, workers=2), slots=2, pickles=False, stops=True, survives_exit=True),
    Candidate("commands", command_scheme, slots=2, pickles=True, stops=True, survives_exit=True),
    Candidate("ipython", engines_scheme, slots=2, pickles=True, stops=True, survives_exit=True),
)  # fmt: skip
