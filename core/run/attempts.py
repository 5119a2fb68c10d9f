"""What follows from the end of an attempt: results, another try, another scheme, or a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InternalError
from ..worker.failures import Cause
from .progress import ENDING
from .states import CACHE, HANDED_OUT, TaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..planning.plan import Plan
    from .events import Outcome, TaskId
    from .progress import Progress
    from .queueing import ReadyQueue
    from .resources import Ledger
    from .retention import Keeper
    from .scheduler import Policy
    from .standings import Standings
    from .tasks import Task

MORE_LOSSES = 3
_NO_TASK = ""


class Attempts:
    """Takes the ends of attempts in one run, and the answers to what was looked up."""

    def __init__(
        self,
        plan: Plan,
        policy: Policy,
        progress: Progress,
        queue: ReadyQueue,
        standings: Standings,
        ledger: Ledger,
        keeper: Keeper,
    ) -> None:
        self._nodes = plan.nodes
        self._policy = policy
        self._progress = progress
        self._queue = queue
        self._standings = standings
        self._ledger = ledger
        self._keeper = keeper
        self._recovered = False
        # The tasks whose workers somebody killed.
        self._killed: set[TaskId] = set()

    def succeeded(self, task: Task, outcome: Outcome) -> None:
        """Take the results of an attempt."""
        self._give_back(task)
        if task.own_losses:
            self._recovered = True
        if task.story.times_good and (odd := _differs(task, outcome)):
            self._progress.end(task, TaskState.FAILED, Cause("mapping", odd))
            self._progress.react_to_failure()
        else:
            self._have(task, outcome, TaskState.SUCCEEDED)

    def _have(self, task: Task, outcome: Outcome, state: TaskState) -> None:
        task.outcome = outcome
        task.gone = False
        self._progress.end(task, state, None)

    def cached(self, task: Task, outcome: Outcome) -> None:
        """Take results of an earlier run."""
        if not task.done:
            task.step(TaskState.READY)
            task.scheme = CACHE
            self._have(task, outcome, TaskState.CACHED)

    def missed(self, task: Task) -> None:
        """Let a task run of which no earlier run has results; it may have been cancelled meanwhile."""
        if task.done:
            return
        if self._progress.ending:
            self._progress.end_cancelled(task, ENDING)
        else:
            self._progress.queue_up(task)

    def worker_killed(self) -> None:
        """Take note that somebody killed a worker that had no task."""
        self._killed.add(_NO_TASK)

    def failed(self, task: Task, cause: Cause, *, lost: bool, shared: bool = False, outside: bool = False) -> None:
        """Take the failure of an attempt, or the loss of its worker; try again if that is allowed.

        ``shared`` if other tasks ran in that worker, ``outside`` if somebody else killed it.
        """
        self._give_back(task)
        if outside and not shared:
            self._killed.add(task.id)
        task.losses += lost
        task.own_losses += lost and not shared
        task.failures += not lost
        retries = max(self._nodes[task.node].settings.retries, self._policy.retries)
        tries_left = task.losses <= self._losses_allowed(task) if lost else task.failures <= retries
        if lost and task.stopping and not task.timed_out:
            # It was to be stopped, and the worker that had it was ended for that.
            self._end_stopped(task)
        elif tries_left and not self._progress.ending and (task.timed_out or not task.stopping):
            self._progress.try_again(task, cause)
        else:
            self._progress.end(task, TaskState.FAILED, cause)
            self._progress.react_to_failure()

    def _losses_allowed(self, task: Task) -> int:
        """Return how often a task may lose its worker.

        More often, once it is seen that workers die for reasons of their own: a task that had lost a worker of its own
        has succeeded with another one, or somebody has killed a worker that was not at this task.
        """
        innocent = self._recovered or bool(self._killed - {task.id})
        return self._policy.losses + (MORE_LOSSES if innocent else 0)

    def stopped(self, task: Task) -> None:
        """Take the end of an attempt that was to be stopped, by a person or for its time."""
        if task.timed_out:
            why = f"timed out: it took longer than {task.timed_out:g} s, which is its limit"
            self.failed(task, Cause("timed out", why), lost=False)
        else:
            self._give_back(task)
            self._end_stopped(task)

    def _end_stopped(self, task: Task) -> None:
        self._progress.end(task, TaskState.CANCELLED, Cause("cancelled", self._progress.why_stopped))

    def timed_out(self, task: Task, seconds: float) -> None:
        """Stop an attempt that takes longer than its node allows."""
        if task.state in HANDED_OUT and not task.stopping:
            task.timed_out = seconds
            self._progress.stop(task)

    def refused(self, task: Task, cause: Cause) -> None:
        """Leave a task to the next scheme; it fails if there is none."""
        self._give_back(task)
        if task.stopping or self._progress.ending:
            self._end_stopped(task)
            return
        task.refused = {**(task.refused or {}), task.scheme: cause}
        self._progress.doubtful = True
        self._progress.try_again(task, cause)

    # Results that are gone

    def held(self, task: Task, reads: Sequence[Task], missing: Sequence[Task]) -> None:
        """Have results made again that a task was about to read; it waits for them."""
        self._give_back(task)
        if (task.stopping and not task.timed_out) or self._progress.ending:
            self._progress.end_cancelled(task, self._progress.why_stopped)
            return
        task.stopping, task.timed_out = False, 0.0
        if not task.sources:
            # It is made again itself, and let go of what it reads when it was first made.
            self._keeper.hold_again(task, reads)
        task.step(TaskState.WAITING)
        for source in missing:
            self.make_again(source)
            if not source.done:
                task.missing += 1
                source.tell(task)
        failed = next((source.cause for source in missing if source.cause is not None), None)
        if failed is not None:
            # It was made again before, and that failed.
            self._progress.skip(task, failed)
        elif not task.missing:
            self._progress.queue_up(task)

    def make_again(self, task: Task) -> None:
        """Have the results of a task made once more, if it had any."""
        if task.state.good and not self._progress.ending:
            self._progress.unfinished += 1
            task.refused, task.losses, task.own_losses, task.failures = None, 0, 0, 0
            task.step(TaskState.READY)
            self._queue.put(task)

    def _give_back(self, task: Task) -> None:
        if task.state not in HANDED_OUT:
            raise InternalError(f"task {task.id} ended, but it was {task.state.value}; it went {task.story}")
        kind = self._queue.kinds[task.node]
        self._standings.give_back(task.scheme, kind.seconds)
        self._ledger.give_back(kind, task.scheme)


def _differs(task: Task, outcome: Outcome) -> str:
    """Return how a result that was made again differs from the first, as far as other tasks were made for it."""
    for output, labels in task.outcome.items.items():
        again = outcome.items.get(output, ())
        if len(again) != len(labels):
            return f"{output!r} had {len(labels)} items; made again after its loss, it has {len(again)}"
    return ""
