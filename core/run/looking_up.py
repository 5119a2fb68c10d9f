"""Finds the results of tasks among those of earlier runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import events as e
from .states import CACHE, TaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..worker.execute import Result
    from .arguments import CallMaker
    from .desk import Desk
    from .earlier import LookedUp
    from .moving import Moving
    from .open_schemes import OpenSchemes


class LookingUp:
    """Asks for the results of one run. Schemes are opened once there is one that earlier runs have not."""

    def __init__(self, desk: Desk, schemes: OpenSchemes, calls: CallMaker, moving: Moving) -> None:
        self._desk, self._schemes, self._calls, self._moving = desk, schemes, calls, moving
        self._found: dict[e.TaskId, Result] = {}

    def ask(self, tasks: Sequence[e.TaskId]) -> None:
        """Ask for the results of tasks, but of those that have ended since."""
        assert self._desk.earlier is not None
        known = [task for name in tasks if not (task := self._desk.tasks[name]).done]
        self._desk.earlier.find([(task, self._calls.call(task)) for task in known])

    def answered(self, answer: LookedUp) -> None:
        """Take the answers, of which there may be several to one question."""
        if answer.found:
            self._moving.found()
            self._found.update(answer.found)
        for name, result in answer.found.items():
            self._desk.put(e.TaskCached(name, outcome(result, 0)))
        for name in answer.missed:
            self._desk.put(e.TaskMissed(name))
        if not all(self._desk.tasks[name].done for name in answer.missed):
            self._schemes.open_needed()

    def settled(self, name: e.TaskId) -> None:
        """Write down the result that a task was found to have; it may have been cancelled meanwhile."""
        result = self._found.pop(name)
        if self._desk.tasks[name].state is TaskState.CACHED:
            self._desk.books.found(name, result, CACHE)


_PLAIN = [e.Outcome(size=size) for size in range(256)]


def outcome(result: Result, size: int) -> e.Outcome:
    """Return what the scheduler must know of a result; it keeps that, so that what is alike is shared."""
    if size < len(_PLAIN) and not (result.items or result.flags or result.absent):
        return _PLAIN[size]
    return e.Outcome(result.items or e.NOTHING, result.flags or e.NOTHING, result.absent or e.NOTHING, size)
