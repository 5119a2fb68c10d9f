"""Carries out what the scheduler decides: turns its commands into calls, and reports of schemes into events."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from ..errors import InternalError
from ..scheme import Began, Capacity, Ended, Logged, Place, Progressed, Report, Scheme, Stopped
from ..worker.call import Argument, Items, Ref, ValueId
from ..worker.execute import Result
from ..worker.failures import Cause
from . import events as e
from .arguments import CallMaker
from .records import Listener, Missing, RunEnded, RunEvent, TaskChanged, TaskLogged, TaskProgress, TaskRecord
from .scheduler import HANDED_OUT, Policy, Scheduler
from .states import RunState, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from ..planning.plan import Axis, Plan
    from .tasks import Task

FETCH_SECONDS = 60.0


class Executor:
    """One run. ``run`` blocks in the calling thread; ``cancel`` and the like may be called from any thread.

    With ``keep_all`` the results of every node can be read afterwards, else only those that nothing reads.
    """

    def __init__(
        self,
        plan: Plan,
        schemes: Mapping[str, Scheme],
        policy: Policy,
        *,
        folder: Path,
        listener: Listener = lambda _event: None,
        keep_all: bool = True,
        declared_only: Iterable[str] = (),
    ) -> None:
        self.plan = plan
        self.scheduler = Scheduler(plan, policy)
        self.records: dict[e.TaskId, TaskRecord] = {}
        self._schemes = dict(schemes)
        self._listener = listener
        self._keep_all = keep_all
        self._calls = CallMaker(self.scheduler.layout, folder, declared_only)
        self._inbox: queue.SimpleQueue[Report | e.Event] = queue.SimpleQueue()
        self._finished = False
        self._thread = 0

    def run(self) -> RunState:
        """Run to the end and return how it ended; the schemes stay open, so that results can be read.

        KeyboardInterrupt cancels the run, in order; a second one goes through.
        """
        self._thread = threading.get_ident()
        for scheme in self._schemes.values():
            scheme.open(self._hear)
        self._inbox.put(e.RunStarted())
        while not self._finished:
            try:
                self._take(self._inbox.get())
            except KeyboardInterrupt:
                if self.scheduler.state is not RunState.RUNNING:
                    raise
                self._interrupted()
        self._tell(RunEnded(self.scheduler.state))
        return self.scheduler.state

    def _hear(self, report: Report) -> None:
        """Take a report from any thread; what a module says while it runs in this very thread is told at once."""
        if isinstance(report, Progressed | Logged) and threading.get_ident() == self._thread:
            self._take(report)
        else:
            self._inbox.put(report)

    def cancel(self) -> None:
        """Ask to end the run; what runs is stopped, what is finished is kept."""
        self._inbox.put(e.CancelRun())

    def cancel_tasks(self, tasks: Iterable[e.TaskId]) -> None:
        """Ask to end these tasks only; what depends on them is skipped."""
        self._inbox.put(e.CancelTasks(tuple(tasks)))

    def pause(self) -> None:
        """Start nothing new until ``resume``."""
        self._inbox.put(e.Pause())

    def resume(self) -> None:
        """Go on after ``pause``."""
        self._inbox.put(e.Resume())

    def close(self, deadline: float = 10.0) -> None:
        """End the workers; results that were not read are gone."""
        end = time.monotonic() + deadline
        for scheme in self._schemes.values():
            scheme.close(max(0.0, end - time.monotonic()))

    def _interrupted(self) -> None:
        """End what ran in this thread when the person pressed Ctrl-C, and the run with it."""
        self._handle(e.CancelRun())
        for task in list(self.scheduler.layout.tasks.values()):
            if task.scheme == "serial" and task.state in HANDED_OUT:
                self._handle(e.TaskStopped(task.id), task.id)

    # Reports

    def _take(self, message: Report | e.Event) -> None:
        match message:
            case Ended():
                self._ended(message)
            case Began(task, attempt, place):
                if self._awaited(task, attempt):
                    _note_place(self.records[task], place)
                    self._handle(e.TaskStarted(task), task)
            case Progressed(task, fraction, text):
                self._tell(TaskProgress(task, fraction, text))
            case Logged(task, line):
                self._tell(TaskLogged(task, line))
            case Capacity(scheme, slots):
                self._handle(e.SchemeChanged(scheme, slots))
            case Stopped(task, attempt):
                if self._awaited(task, attempt):
                    self._handle(e.TaskStopped(task), task)
            case _:
                self._handle(message)

    def _awaited(self, task: e.TaskId, attempt: int) -> bool:
        """Say whether a report is about an attempt that still counts: one may come late after a cancel or a loss."""
        known = self.scheduler.layout.tasks.get(task)
        return known is not None and known.state in HANDED_OUT and known.attempt == attempt

    def _ended(self, report: Ended) -> None:
        if not self._awaited(report.task, report.attempt):
            return
        record = self.records[report.task]
        _note_place(record, report.place)
        record.seconds, record.cpu_seconds = report.seconds, report.cpu_seconds
        record.peak_memory = max(record.peak_memory, report.peak_memory)
        if isinstance(report.result, Result):
            result = report.result
            record.previews = result.previews
            record.cause = None
            outcome = e.Outcome(result.items, result.flags, result.absent)
            self._handle(e.TaskSucceeded(report.task, outcome), report.task)
        else:
            record.cause = report.result
            self._handle(e.TaskFailed(report.task, _short(report.result), report.lost), report.task)

    # Commands

    def _handle(self, event: e.Event, about: e.TaskId = "") -> None:
        """Carry out what the scheduler answers; ``about`` is the task whose state the event may change."""
        commands = self.scheduler.handle(event)
        for task in self.scheduler.take_made():
            self._record(task)
        if about and (state := self._decided(about, commands)) is not self.records[about].state:
            self._change(about, state)
        starts: dict[str, list[Task]] = {}
        for command in commands:
            if isinstance(command, e.Start):
                self._note_start(command)
                starts.setdefault(command.scheme, []).append(self.scheduler.layout.tasks[command.task])
            else:
                self._carry_out(command)
        # Serial last: it executes here and now, and the others can work meanwhile.
        for scheme in sorted(starts, key=lambda name: name == "serial"):
            self._schemes[scheme].submit([self._calls.call(task) for task in starts[scheme]])

    def _decided(self, about: e.TaskId, commands: list[e.Command]) -> TaskState:
        """Return the state that an event brought a task to, before what follows from it."""
        retried = any(isinstance(command, e.Retry) and command.task == about for command in commands)
        return TaskState.READY if retried else self.scheduler.layout.tasks[about].state

    def _record(self, task: Task) -> None:
        record = TaskRecord(task.id, self.plan.nodes[task.node].id, self.scheduler.layout.labels(task))
        self.records[task.id] = record
        self._tell(TaskChanged(record))

    def _note_start(self, command: e.Start) -> None:
        record = self.records[command.task]
        record.scheme, record.reason, record.attempts = command.scheme, command.reason, command.attempt
        task = self.scheduler.layout.tasks[command.task]
        record.missing = tuple(Missing(labels, cause) for labels, cause in self.scheduler.layout.passed_over(task))
        self._change(command.task, TaskState.DISPATCHED)

    def _carry_out(self, command: e.Command) -> None:
        match command:
            case e.Skip(task, cause):
                self.records[task].cause = cause
                self._change(task, TaskState.SKIPPED)
            case e.Fail(task, cause):
                self.records[task].cause = cause
                self._change(task, TaskState.FAILED)
            case e.Cancelled(task):
                self.records[task].cause = self.scheduler.layout.tasks[task].cause
                self._change(task, TaskState.CANCELLED)
            case e.Retry():
                pass  # told when the event was taken note of
            case e.Stop(task, scheme):
                self._schemes[scheme].stop([task])
            case e.Release(task):
                if not self._keep_all:
                    self._schemes[self.records[task].scheme].release([task])
            case e.FinishRun():
                self._finished = True
            case _:
                raise InternalError(f"the executor was told {command!r}, which it does not know")

    def _change(self, task: e.TaskId, state: TaskState) -> None:
        record = self.records[task]
        record.state = state
        self._tell(TaskChanged(record))

    def _tell(self, event: RunEvent) -> None:
        self._listener(event)

    # Results

    @property
    def warnings(self) -> list[str]:
        """What went well, but perhaps not as it was meant: loops that their bound ended."""
        return [_cut_text(axis, count) for axis, count in self.scheduler.layout.cut_loops()]

    def value(self, task: e.TaskId, output: str) -> Any:
        """Return an output of a finished task; KeyError if it has none."""
        known = self.scheduler.layout.tasks[task]
        if not known.state.good or known.lacks(output):
            raise KeyError(f"{task} has no value at {output!r}")
        fetch: Callable[[ValueId], Any] = lambda value: self._schemes[known.scheme].fetch(value, FETCH_SECONDS)  # noqa: E731
        return _gathered(self._calls.value(known, output), fetch)


def _note_place(record: TaskRecord, place: Place) -> None:
    record.worker, record.host, record.pid = place.worker, place.host, place.pid


def _cut_text(axis: Axis, count: int) -> str:
    assert axis.again is not None
    rounds = f"{axis.bound:,} round{'s' if axis.bound != 1 else ''}"
    times = f" for {count:,} items" if count > 1 else ""
    return f"loop {axis.origin!r} stopped at its bound of {rounds}{times}, though {axis.again.output!r} was still true"


def _gathered(argument: Argument, fetch: Callable[[ValueId], Any]) -> Any:
    match argument:
        case Ref(value):
            return fetch(value)
        case Items(items):
            return [_gathered(item, fetch) for item in items]
    raise InternalError(f"{argument!r} is no result")


def _short(cause: Cause) -> Cause:
    """Leave out the traceback, which the scheduler does not need and would keep for every task."""
    return Cause(cause.kind, cause.message, cause.task, cause.type)
