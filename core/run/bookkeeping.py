"""Keeps a record of each task of a run, and tells of each change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .previews import Pictures, packed
from .records import Listener, Missing, TaskChanged, TaskRecord
from .states import TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..scheme import Ended, Place
    from ..worker.execute import Result
    from ..worker.failures import Cause
    from .events import Start, TaskId
    from .layout import Layout
    from .previews import Previews
    from .tasks import Task


class Books:
    """The records of a run's tasks; times count from ``begin``. Not for use from several threads."""

    def __init__(self, layout: Layout, listener: Listener, clock: Callable[[], float]) -> None:
        self.records: dict[TaskId, TaskRecord] = {}
        self._layout = layout
        self._listener = listener
        self._clock = clock
        self._pictures = Pictures()
        self._start = 0.0

    def begin(self) -> None:
        """Start to count."""
        self._start = self._clock()

    def made(self, tasks: Iterable[Task]) -> None:
        """Open a record for each new task."""
        nodes = self._layout.plan.nodes
        for task in tasks:
            record = TaskRecord(task.id, nodes[task.node].id, self._layout.labels(task) if task.index else {})
            self.records[task.id] = record
            self._listener(TaskChanged(record))

    def now(self) -> float:
        """Return the time since ``begin``."""
        return self._clock() - self._start

    def started(self, start: Start, task: Task, now: float) -> None:
        """Take note that a task was handed to a scheme at that time since ``begin``."""
        record = self.records[start.task]
        record.scheme, record.reason, record.attempts = start.scheme, start.reason, start.attempt
        record.dispatched = now
        if start.attempt > 1:
            record.began = record.ended = record.seconds = record.cpu_seconds = 0.0
            record.worker, record.host, record.pid = "", "", 0
        if self._layout.tolerant(task.node):
            record.missing = tuple(Missing(labels, cause) for labels, cause in self._layout.passed_over(task))
        self.change(record, TaskState.DISPATCHED)

    def began(self, task: TaskId, place: Place, when: float) -> None:
        """Take note that a worker began to execute a task, at that time of the clock."""
        record = self.records[task]
        record.began = when - self._start
        _note_place(record, place)
        self.change(record, TaskState.RUNNING)

    def ended(self, report: Ended, when: float) -> TaskRecord:
        """Write down what is known of an attempt that was over at that time; its state is not changed yet."""
        record = self.records[report.task]
        record.ended = ended = when - self._start
        if not record.began:
            # Of a short task it is not told when it began.
            began = ended - report.seconds
            record.began = began if began > record.dispatched else record.dispatched
        record.seconds, record.cpu_seconds = report.seconds, report.cpu_seconds
        record.bytes_in, record.bytes_out = report.bytes_in, report.bytes_out
        record.peak_memory = max(record.peak_memory, report.peak_memory)
        _note_place(record, report.place)
        return record

    def shows(self, record: TaskRecord, previews: Previews) -> None:
        """Write down what the outputs of a task look like."""
        record.previews = packed(self._pictures.within(record.node, previews))

    def stopped(self, task: TaskId, when: float) -> None:
        """Write down when an attempt was over that was to be stopped."""
        self.records[task].ended = when - self._start

    def succeeded(self, task: TaskId, cause: Cause | None) -> None:
        """Take note that a task has its results; with a ``cause``, that they are not what they were before."""
        if cause is None:
            self.change(self.records[task], TaskState.SUCCEEDED)
        else:
            self.settle(task, TaskState.FAILED, cause)

    def waits(self, task: TaskId) -> None:
        """Take note that a task waits for results that are made again."""
        record = self.records[task]
        if record.state is not TaskState.WAITING:
            self.change(record, TaskState.WAITING)

    def found(self, task: TaskId, result: Result, scheme: str) -> None:
        """Write down that the results of a task were there already."""
        record = self.records[task]
        record.scheme, record.reason = scheme, f"{scheme}: an earlier run had the same inputs"
        self.shows(record, result.previews)
        record.dispatched = record.began = record.ended = self.now()
        self.change(record, TaskState.CACHED)

    def settle(self, task: TaskId, state: TaskState, cause: Cause | None) -> None:
        """Take note that a task ended without a result, or is tried again."""
        record = self.records[task]
        record.cause = cause
        record.ended = record.ended or self.now()
        if record.began and not record.seconds:
            # Nobody is left who could tell how long it ran: it was killed, or stopped.
            record.seconds = record.ended - record.began
        self.change(record, state)

    def change(self, record: TaskRecord, state: TaskState) -> None:
        """Give a task another state."""
        record.state = state
        self._listener(TaskChanged(record))


def _note_place(record: TaskRecord, place: Place) -> None:
    record.worker, record.host, record.pid = place.worker, place.host, place.pid
