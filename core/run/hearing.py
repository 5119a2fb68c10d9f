"""Turns what schemes and the cache report into events for the scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..scheme import Began, Capacity, Died, Ended, Exported, Logged, Lost, Occupied, Progressed, Report, Stopped
from ..worker.execute import Result
from ..worker.failures import Cause
from . import events as e
from .blame import with_maker, with_request
from .desk import short
from .earlier import LookedUp
from .looking_up import outcome
from .records import TaskLogged, TaskProgress
from .states import TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .arguments import CallMaker
    from .desk import Desk, End
    from .looking_up import LookingUp
    from .moving import Moving
    from .open_schemes import OpenSchemes
    from .tasks import Task

Told = Report | LookedUp | e.Event
Heard = tuple[float, Told]
"""What was told, and when by the clock of the executor."""

_OTHERS = (Began, Progressed, Logged, Capacity, Occupied, Died, Stopped, Exported, LookedUp)


class Hearing:
    """Takes reports in the executor's thread; ``hide`` covers what must not be seen in what modules print."""

    def __init__(
        self,
        desk: Desk,
        schemes: OpenSchemes,
        moving: Moving,
        looking_up: LookingUp,
        calls: CallMaker,
        hide: Callable[[str], str],
    ) -> None:
        self._desk, self._schemes, self._moving, self._looking_up = desk, schemes, moving, looking_up
        self._calls = calls
        self._hide = hide
        nodes = self._nodes = desk.layout.plan.nodes
        self._timeouts = {node.number: node.settings.timeout for node in nodes if node.settings.timeout}
        self._losses: list[Lost] = []

    def take(self, messages: Sequence[Heard]) -> None:
        """Turn what was reported into events."""
        self._losses = [message for _, message in messages if type(message) is Lost]
        for loss in self._losses:
            # First what was lost: an attempt that failed for that may have been reported before it.
            self._moving.lost(loss.tasks)
        desk = self._desk
        for when, message in messages:
            if isinstance(message, Ended):
                if desk.awaited(message.task, message.attempt):
                    desk.end(self._ended(message, when))
            elif isinstance(message, _OTHERS):
                self._take_other(message, when)
            elif not isinstance(message, Lost):
                desk.put(message)

    def take_losses_again(self) -> None:
        """Take note of losses once more, for those tasks whose own end was told together with them."""
        losses, self._losses = self._losses, []
        for loss in losses:
            self._moving.lost(loss.tasks)

    def said(self, report: Progressed | Logged) -> None:
        """Pass on what a module tells."""
        if isinstance(report, Progressed):
            self._desk.listener(TaskProgress(report.task, report.fraction, report.text))
        else:
            self._desk.listener(TaskLogged(report.task, self._hide(report.line)))

    def _take_other(self, report: Report | LookedUp, when: float) -> None:
        match report:
            case Began():
                self._began(report, when)
            case Progressed() | Logged():
                self.said(report)
            case Capacity(scheme, slots, workers, why, elsewhere):
                self._schemes.answered(scheme)
                if not slots:
                    self._schemes.open_all()
                self._desk.put(e.SchemeChanged(scheme, slots, workers, why, elsewhere))
            case Stopped(task, attempt):
                if self._desk.awaited(task, attempt):
                    self._desk.books.stopped(task, when)
                    self._desk.end(e.TaskStopped(task))
            case Occupied() | Died():
                self._desk.put(_event_of(report))
            case Exported(value, handed):
                self._moving.exported(value, handed)
            case LookedUp():
                self._looking_up.answered(report)

    def _began(self, report: Began, when: float) -> None:
        desk = self._desk
        # A call that was taken back from a worker that had begun it may begin twice.
        told = desk.books.records[report.task].state is TaskState.RUNNING
        if desk.awaited(report.task, report.attempt) and not told:
            desk.put(e.TaskStarted(report.task))
            desk.books.began(report.task, report.place, when)
            if self._timeouts:
                self._limit(desk.tasks[report.task])

    def _limit(self, task: Task) -> None:
        """Let a task that has begun take no longer than its node allows."""
        if (limit := self._timeouts.get(task.node)) is not None:
            late = e.TaskTimedOut(task.id, limit)
            self._desk.deadlines.set((task.id, "time"), limit, lambda: self._desk.put(late))

    def _ended(self, report: Ended, when: float) -> End:
        desk = self._desk
        record = desk.books.ended(report, when)
        if self._timeouts:
            desk.deadlines.clear((report.task, "time"))
        result = report.result
        if type(result) is Result:
            desk.books.shows(record, result.previews)
            record.cause = None
            if desk.earlier is not None:
                wanted = desk.earlier.wants(desk.tasks[report.task], report)
                self._moving.bring_for_cache(report.task, record.scheme, wanted)
            return e.TaskSucceeded(report.task, outcome(result, report.bytes_out))
        assert isinstance(result, Cause)
        task = desk.tasks[report.task]
        record.cause = self._explained(result, task)
        if report.refused:
            self._schemes.open_all()
            return e.TaskRefused(report.task, short(result))
        if report.lost and (held := self._moving.lost_inputs(task)) is not None:
            return held
        return e.TaskFailed(report.task, short(record.cause), report.lost, report.shared, report.outside)

    def _explained(self, cause: Cause, task: Task) -> Cause:
        """Add what only the run knows: how much memory was asked for, who made what cannot be read."""
        if cause.kind == "out of memory":
            return with_request(cause, self._nodes[task.node].mem_gb)
        return with_maker(cause, self._calls.call(task)) if cause.port else cause


def _event_of(report: Occupied | Died) -> e.Event:
    """Return the event for what is no task's."""
    return e.CoresOccupied(report.scheme, report.n_procs) if isinstance(report, Occupied) else e.WorkerKilled()
