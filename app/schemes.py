"""The schemes that can be enabled, and how each is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import PipelineError, UsageError, suggestion
from ..core.run.selection import PREFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ..core.planning.plan import Plan
    from ..core.scheme import Scheme

    Make = Callable[[Path, Sequence[Path], int, Path], Scheme]

# Imported when wanted: a run on one scheme shall not wait for the others.


def _serial(files: Path, search_path: Sequence[Path], _workers: int, folder: Path) -> Scheme:
    from ..schemes.serial import SerialScheme

    return SerialScheme(files, search_path, folder)


def _processes(files: Path, search_path: Sequence[Path], workers: int, _folder: Path) -> Scheme:
    from ..schemes.processes.scheme import ProcessesScheme

    return ProcessesScheme(files, search_path, workers)


def _threads(files: Path, search_path: Sequence[Path], workers: int, _folder: Path) -> Scheme:
    from ..schemes.threads.scheme import ThreadsScheme

    return ThreadsScheme(files, search_path, workers)


SCHEMES: dict[str, Make] = {"serial": _serial, "threads": _threads, "processes": _processes}
"""How each scheme is made: given the folder for files that modules return, where to look for modules, the number of
workers, and the folder of the run."""


def enabled_schemes(scheme: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the schemes that ``scheme`` enables, in order of preference, and which of them are a last resort.

    What the scheme that was asked for cannot take (a module may not support it) goes to another one that keeps it out
    of this process. With auto this process itself is the last resort. UsageError if there is no such scheme.
    """
    if scheme == "auto":
        return tuple(name for name in PREFERENCE if name in SCHEMES), frozenset({"serial"})
    if scheme not in list(SCHEMES):
        raise UsageError(f"there is no scheme {scheme!r}", remedy=suggestion(str(scheme), ["auto", *SCHEMES]))
    others = tuple(name for name in ("processes", "threads") if scheme not in {name, "serial"})
    return (scheme, *others), frozenset(others)


def refuse_unknown_scheme(plan: Plan) -> None:
    """Raise PipelineError if a node wishes for a scheme that nobody knows; one that is not enabled is passed over."""
    known = {"auto", *SCHEMES, *PREFERENCE}
    for node in plan.nodes:
        if node.settings.scheme not in known:
            raise PipelineError(
                f"it is to run on the scheme {node.settings.scheme!r}, which does not exist",
                where=node.id,
                remedy=suggestion(node.settings.scheme, known),
            )
