"""How far the tasks of a run are: every step of one is taken here, and what follows from it for others."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ..worker.failures import Cause
from . import events as e
from .states import HANDED_OUT, TaskState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .breakpoints import Breakpoints
    from .queueing import ReadyQueue
    from .retention import Keeper
    from .scheduler import OnError
    from .tasks import Task

CANCELLED = "it was cancelled"
ENDING = "the run ends at the first failure"


class Progress:
    """What the parts of a scheduler share. ``unfinished`` counts the tasks that have not ended.

    ``ending`` says that nothing new is to start, ``cancelled`` that a person wants it so. ``doubtful`` marks that some
    task may have no scheme left.
    """

    def __init__(
        self,
        on_error: OnError,
        tasks: Mapping[e.TaskId, Task],
        queue: ReadyQueue,
        keeper: Keeper,
        breakpoints: Breakpoints,
    ) -> None:
        self.unfinished = 0
        self.ending = False
        self.cancelled = False
        self.doubtful = False
        self.commands: list[e.Command] = []
        self._on_error = on_error
        self._tasks = tasks
        self._queue = queue
        self._keeper = keeper
        self._breakpoints = breakpoints
        self._settled: deque[Task] = deque()

    def take_commands(self) -> list[e.Command]:
        """Return what is to be done, in its order, and begin anew."""
        commands, self.commands = self.commands, []
        return commands

    # Towards the start

    def queue_up(self, task: Task) -> None:
        """Let a task start as soon as it can, and a breakpoint lets it; it fails if it never can."""
        if why := self._queue.kinds[task.node].refusal:
            self.fail(task, Cause("insufficient resources", why))
        else:
            task.step(TaskState.READY)
            self._pass_on(task)

    def _pass_on(self, task: Task) -> None:
        if not self._breakpoints.keep(task):
            self._queue.put(task)

    def pass_breakpoints(self, places: Collection[str]) -> None:
        """Let go on what waits at these breakpoints, or at all if none are named, and what comes there later."""
        for task in self._breakpoints.let_pass(places):
            self._pass_on(task)

    def try_again(self, task: Task, cause: Cause) -> None:
        """Let a task start once more, of which an attempt ended badly."""
        task.stopping, task.timed_out = False, 0.0
        task.step(TaskState.READY)
        self._queue.put(task)
        self.commands.append(e.Retry(task.id, cause))

    # To the end

    def end(self, task: Task, state: TaskState, cause: Cause | None) -> None:
        """Give a task its final state."""
        if cause is not None:
            task.cause = cause if cause.task else Cause(cause.kind, cause.message, task.id, cause.type)
        task.step(state)
        self.unfinished -= 1
        self._settled.append(task)

    def fail(self, task: Task, cause: Cause) -> None:
        """Let a task fail that was not given to a scheme."""
        self.end(task, TaskState.FAILED, cause)
        self.commands.append(e.Fail(task.id, cause))
        self.react_to_failure()

    def skip(self, task: Task, cause: Cause | None) -> None:
        """Do without a task because something that it reads is missing."""
        assert cause is not None
        kind = "cancelled" if cause.kind == "cancelled" else "upstream"
        self.end(task, TaskState.SKIPPED, Cause(kind, cause.message, cause.task))
        self.commands.append(e.Skip(task.id, Cause(kind, _origin(cause), cause.task)))

    def pass_over(self, task: Task, reason: str, origin: int) -> None:
        """Do without a task because it belongs to a branch that was not taken."""
        task.absent, task.absent_from = reason, origin
        self.end(task, TaskState.SKIPPED, None)
        self.commands.append(e.Skip(task.id, Cause("not taken", reason)))

    @property
    def why_stopped(self) -> str:
        """Why attempts are stopped, and tasks that could start do not: the first failure, or else a person."""
        return ENDING if self.ending and not self.cancelled else CANCELLED

    def end_cancelled(self, task: Task, why: str) -> None:
        """Cancel a task that no scheme has."""
        self.end(task, TaskState.CANCELLED, Cause("cancelled", why))
        self.commands.append(e.Cancelled(task.id))

    def propagate(self) -> None:
        """Tell those that wait for tasks which have ended, and what follows from that."""
        settled = self._settled
        while settled:
            task = settled.popleft()
            dependents, task.dependents = task.dependents, ()
            for dependent in dependents:
                dependent.settled(task)
            if task.linked:
                self._keeper.settled(task)

    @property
    def has_settled(self) -> bool:
        """Whether tasks have ended of which nobody was told yet."""
        return bool(self._settled)

    # Before its time

    def stop(self, task: Task) -> None:
        """Have a task ended that a scheme was given."""
        if not task.stopping:
            task.stopping = True
            self.commands.append(e.Stop(task.id, task.scheme))

    def cancel(self, task: Task) -> None:
        """End a task because a person wants it."""
        if task.state in HANDED_OUT:
            # A person's word counts, also if its time was over before.
            task.timed_out = 0.0
            self.stop(task)
        elif not task.done:
            self.end_cancelled(task, CANCELLED)

    def cancel_all(self) -> None:
        """End the run because a person wants it."""
        self.cancelled = self.ending = True
        for task in list(self._tasks.values()):
            self.cancel(task)

    def react_to_failure(self) -> None:
        """Do what was asked for at the first failure."""
        if self._on_error == "continue" or self.ending:
            return
        self.ending = True
        for task in [task for task in self._tasks.values() if not task.done]:
            if task.state is TaskState.READY or task.looked_up:
                self.end_cancelled(task, ENDING)
            elif task.state in HANDED_OUT and self._on_error == "abort":
                self.stop(task)


def _origin(cause: Cause) -> str:
    if cause.kind != "cancelled":
        return f"{cause.task} failed: {cause.message}"
    return f"{cause.task} was cancelled" + (f": {cause.message}" if cause.message != CANCELLED else "")
