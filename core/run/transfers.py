"""Brings values that one scheme made to tasks that another one executes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from ..worker.call import Applied, Argument, Call, Items, Labelled, Moved, Ref
from ..worker.failures import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..worker.call import ValueId
    from ..worker.handing import Handed
    from .events import TaskId


class Transfers:
    """Which values can be read by all, which were asked for, and the calls that wait for them."""

    def __init__(self) -> None:
        self._handed: dict[TaskId, dict[ValueId, Handed]] = {}
        self._waiting: dict[ValueId, dict[TaskId, None]] = defaultdict(dict)
        self._calls: dict[TaskId, tuple[Call, frozenset[ValueId], set[ValueId]]] = {}

    def add(self, value: ValueId, handed: Handed) -> None:
        """Take note of how a value can be read."""
        self._handed.setdefault(value[0], {})[value] = handed

    def forget(self, task: TaskId) -> None:
        """Take note that the values of a task cannot be read any more."""
        self._handed.pop(task, None)

    def wait(self, call: Call, foreign: Iterable[ValueId]) -> list[ValueId]:
        """Let a call wait for values from elsewhere; return those that have to be asked for."""
        foreign = frozenset(foreign)
        missing = {value for value in foreign if value not in self._handed.get(value[0], {})}
        asked = [value for value in missing if value not in self._waiting]
        self._calls[call.task] = call, foreign, missing
        for value in missing:
            self._waiting[value][call.task] = None
        return asked

    def is_awaited(self, value: ValueId) -> bool:
        """Say whether a call waits for a value."""
        return value in self._waiting

    def ready(self, task: TaskId) -> Call | None:
        """Return the call of a task with all it waited for; None if something is still to come."""
        call, foreign, missing = self._calls[task]
        if missing:
            return None
        del self._calls[task]
        known = {value: self._handed[value[0]][value] for value in foreign}
        return replace(call, arguments={port: _moved(one, known) for port, one in call.arguments.items()})

    def arrived(self, value: ValueId, handed: Handed | Cause) -> list[TaskId]:
        """Take note of a value that was asked for; return the tasks that waited for it.

        With a cause why it cannot be had, they wait no longer.
        """
        if not isinstance(handed, Cause):
            self.add(value, handed)
        waited = [task for task in self._waiting.pop(value, {}) if task in self._calls]
        for task in waited:
            self._calls[task][2].discard(value)
            if isinstance(handed, Cause):
                del self._calls[task]
        return waited

    def give_up(self, task: TaskId) -> bool:
        """Let a task wait no longer; return whether it did."""
        return self._calls.pop(task, None) is not None


def _moved(argument: Argument, known: Mapping[ValueId, Handed]) -> Argument:
    match argument:
        case Ref(value) if value in known:
            return Moved(known[value])
        case Items(items):
            return Items(tuple(_moved(item, known) for item in items))
        case Labelled(labels, inner):
            return Labelled(labels, _moved(inner, known))
        case Applied(function, inner):
            return Applied(function, _moved(inner, known))
    return argument
