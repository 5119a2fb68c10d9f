"""Runs that the person left running: how they do now, by their journals, and how they are stopped."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from ....core.errors import TreadleError
from ....core.journal.control import ask
from ....core.journal.listing import find_run
from ....core.journal.reader import RunReader
from ....core.places import runs_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....core.journal.summaries import RunSummary

STOP_SECONDS = 10.0
_TO_DO = frozenset(("waiting", "ready", "dispatched", "running"))


class NotStoppedError(TreadleError):
    """A run was asked to end, and its process is still there."""


@dataclass(frozen=True)
class LeftRun:
    """A run that was left running. ``state`` is as its journal has it; ``process`` executes it as long as it lives."""

    run: str
    name: str
    live: bool
    state: str
    done: int
    total: int
    socket: str
    process: int


def find(runs: Iterable[str]) -> list[LeftRun]:
    """Return how these runs do; those whose journals are gone are passed over. Takes some milliseconds for each."""
    found = []
    for run in runs:
        with contextlib.suppress(TreadleError, OSError):
            path = find_run(runs_folder(), run)
            with RunReader(path) as reader:
                found.append(_of(reader.summary()))
    return found


def _of(summary: RunSummary) -> LeftRun:
    to_do = sum(count for state, count in summary.counts.items() if state in _TO_DO)
    return LeftRun(
        run=summary.id,
        name=summary.name,
        live=summary.live,
        state=summary.state,
        done=summary.tasks - to_do,
        total=summary.tasks,
        socket=summary.socket,
        process=summary.owner.pid,
    )


def stop(run: LeftRun, seconds: float = STOP_SECONDS) -> None:
    """Have a run cancelled, and wait until its process has ended.

    ControlError if it cannot be asked, NotStoppedError if it lives on.
    """
    try:
        process = psutil.Process(run.process)
    except psutil.NoSuchProcess:
        return
    ask(run.socket, "cancel")
    try:
        process.wait(seconds)
    except psutil.TimeoutExpired:
        raise NotStoppedError(
            f"the run was cancelled, and its process still lives after {seconds:.0f} s",
            where=f"process {run.process}",
            remedy=f"It ends by itself when its tasks are over; else end it: kill {run.process}",
        ) from None
