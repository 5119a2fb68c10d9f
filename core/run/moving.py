"""Brings values to the tasks that need them from elsewhere, and knows which are gone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..worker.call import references
from ..worker.failures import Cause
from . import events as e
from .desk import short
from .states import CACHE
from .transfers import Transfers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..worker.call import Call, ValueId
    from ..worker.handing import Handed
    from .arguments import CallMaker
    from .desk import Desk
    from .open_schemes import OpenSchemes
    from .tasks import Task

TRANSFER_SECONDS = 60.0
"""A value that another scheme needs, and that has not come in this time, is made again, once;"""

SLOWEST_TRANSFER = 10e6
"""for each so many bytes of it, a second more is waited."""


class Moving:
    """The values of one run; ``kept`` says of each node, by number, whether they are to be there when it ends."""

    def __init__(self, desk: Desk, schemes: OpenSchemes, calls: CallMaker, kept: Sequence[int]) -> None:
        self._desk = desk
        self._schemes = schemes
        self._calls = calls
        self._kept = kept
        self._transfers = Transfers()
        # The tasks whose values a scheme was asked for in vain.
        self._withheld: set[e.TaskId] = set()
        # What the cache waits for, by task; and the schemes that are to forget a task when that has come.
        self._for_cache: dict[e.TaskId, set[ValueId]] = {}
        self._late: dict[e.TaskId, str] = {}
        self._lossy = False
        self._found = False

    @property
    def simple(self) -> bool:
        """Whether all that a task reads is where it runs: nothing was lost or found, and there is one scheme only."""
        return not (self._lossy or self._found or self._schemes.several)

    def found(self) -> None:
        """Take note that there are results of earlier runs, which no scheme has."""
        self._found = True

    # Before a call is submitted

    def gives_back(self, task: Task, call: Call) -> bool:
        """Give a task back if something that its call reads is gone; return whether it was."""
        refs = _references(call)
        if not refs or task.unready(self._makers(refs)) is None:
            return False
        self._desk.end(self._held(task, refs))
        return True

    def fetches(self, task: Task, call: Call) -> bool:
        """Have those values brought that its call reads from elsewhere; return whether there are any.

        The call is then submitted when they have come.
        """
        foreign = [value for value in _references(call) if self._desk.tasks[value[0]].scheme != task.scheme]
        if foreign:
            self._fetch(task, call, foreign)
        return bool(foreign)

    def give_up(self, name: e.TaskId) -> bool:
        """Let a task wait no longer for what it reads; return whether it did."""
        return self._transfers.give_up(name)

    def _fetch(self, task: Task, call: Call, foreign: Iterable[ValueId]) -> None:
        """Ask for the values that a call needs from elsewhere; it is submitted when they are there."""
        asked: dict[str, list[ValueId]] = {}
        for value in self._transfers.wait(call, foreign):
            asked.setdefault(self._desk.tasks[value[0]].scheme, []).append(value)
        for name, values in asked.items():
            for value in values:
                seconds = TRANSFER_SECONDS + self._desk.tasks[value[0]].outcome.size / SLOWEST_TRANSFER
                self._desk.deadlines.set(value, seconds, partial(self._never_came, value, seconds))
            if name == CACHE:
                assert self._desk.earlier is not None
                self._desk.earlier.export(values)
            else:
                self._schemes.export(name, values)
        if not asked and (ready := self._transfers.ready(task.id)) is not None:
            self._schemes.submit(task.scheme, [ready])

    # What comes, and what does not

    def exported(self, value: ValueId, handed: Handed | Cause) -> None:
        """Take a value that was asked for, for tasks that wait for it or for the cache."""
        if self._desk.earlier is not None:
            self._desk.earlier.keep(value, None if isinstance(handed, Cause) else handed)
            self._came_for_cache(value)
        # What only the cache wanted, no task will want if there is no other scheme.
        if self._schemes.several or self._transfers.is_awaited(value):
            self._arrived(value, handed)

    def bring_for_cache(self, task: e.TaskId, scheme: str, values: Iterable[ValueId]) -> None:
        """Have values of a task brought that are to be kept: its scheme has to have them until they have come."""
        if wanted := set(values):
            self._for_cache[task] = wanted
            self._schemes.export(scheme, wanted)

    def _came_for_cache(self, value: ValueId) -> None:
        task = value[0]
        waiting = self._for_cache.get(task)
        if waiting is None:
            return
        waiting.discard(value)
        if waiting:
            return
        del self._for_cache[task]
        scheme = self._late.pop(task, "")
        if scheme and (self._desk.tasks[task].gone or self._desk.tasks[task].scheme != scheme):
            self._schemes.release(scheme, task)

    def _never_came(self, value: ValueId, seconds: float) -> None:
        """Do without a value that was asked for: have it made again, or, the second time, let its readers go on."""
        scheme = self._desk.tasks[value[0]].scheme
        why = f"{scheme} has not given the output {value[1]!r} of {value[0]} within {seconds:.0f} s"
        again = value[0] not in self._withheld
        self._withheld.add(value[0])
        self._arrived(value, Cause("lost contact" if again else "not picklable", why))

    def _arrived(self, value: ValueId, handed: Handed | Cause) -> None:
        self._desk.deadlines.clear(value)
        for name in self._transfers.arrived(value, handed):
            task = self._desk.tasks[name]
            if not isinstance(handed, Cause):
                if (call := self._transfers.ready(name)) is not None:
                    self._schemes.submit(task.scheme, [call])
            elif handed.kind == "lost contact":
                self._desk.tasks[value[0]].gone = True
                self._desk.end(self._held(task, _references(self._calls.call(task))))
            else:
                self._schemes.open_all()
                self._desk.books.records[name].cause = handed
                self._desk.end(e.TaskRefused(name, short(handed)))

    # What is gone

    def lost(self, names: Iterable[e.TaskId]) -> None:
        """Take note that results are gone; those that the run is to keep are made again at once."""
        self._lossy = True
        again: list[e.TaskId] = []
        for name in names:
            task = self._desk.tasks[name]
            self._transfers.forget(name)
            if task.state.good and not task.gone:
                task.gone = True
                if self._kept[task.node]:
                    again.append(name)
        if again:
            self._desk.put(e.ResultsLost(tuple(again)))

    def lost_inputs(self, task: Task) -> e.TaskHeld | None:
        """Return the event for an attempt that was lost because what it reads was: that is not held against it."""
        if self.simple:
            return None
        refs = _references(self._calls.call(task))
        return self._held(task, refs) if task.unready(self._makers(refs)) else None

    def release(self, task: Task) -> None:
        """Forget the results of a task, which nobody reads any more."""
        task.gone = True
        self._transfers.forget(task.id)
        if task.id in self._for_cache:
            self._late[task.id] = task.scheme
        elif task.scheme != CACHE:
            self._schemes.release(task.scheme, task.id)

    def _held(self, task: Task, refs: Sequence[ValueId]) -> e.TaskHeld:
        """Return the event that gives a task back, because something it reads is gone."""
        reads = self._makers(refs)
        gone = task.unready(reads) or ()
        return e.TaskHeld(task.id, tuple([one.id for one in reads]), tuple([one.id for one in gone]))

    def _makers(self, refs: Sequence[ValueId]) -> list[Task]:
        return [self._desk.tasks[name] for name in dict.fromkeys([value[0] for value in refs])]


def _references(call: Call) -> list[ValueId]:
    return [value for argument in call.arguments.values() for value in references(argument)]
