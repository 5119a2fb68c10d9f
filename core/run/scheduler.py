"""Decides what happens next in a run: it is told events, answers with commands, and does nothing else."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..errors import InternalError, UsageError, suggestion
from ..worker.failures import Cause
from . import events as e
from .estimates import Estimates
from .layout import Layout
from .ordering import ALL_ORDERS
from .queueing import ReadyQueue
from .resources import Ledger
from .retention import Retention
from .standings import Standings
from .states import CACHE, HANDED_OUT, LETTERS, RunState, TaskState, told
from .verdict import run_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..planning.plan import Plan, PlanNode
    from .expansion import Extent
    from .tasks import Prerequisite, Task

MORE_LOSSES = 3
CANCELLED = "it was cancelled"
ENDING = "the run ends at the first failure"

OnError = Literal["continue", "stop", "abort"]


@dataclass(frozen=True)
class Policy:
    """How a run is scheduled.

    ``enabled`` are the schemes in the person's order, of which those of ``last_resort`` are for what no other can take;
    ``n_procs`` and ``mem_gb`` what the host has;
    ``losses`` how often a task is tried again when its worker is lost, ``retries`` how often it is when its module
    fails, unless its node says more. ``seconds`` says how long the tasks of a node
    take, by its number, as far as that is known. With ``look_up``, each task is looked for among earlier results
    before it becomes ready.
    """

    enabled: tuple[str, ...] = ("serial",)
    order: str = "critical-path"
    on_error: OnError = "continue"
    n_procs: float = float("inf")
    mem_gb: float = float("inf")
    losses: int = 2
    retries: int = 0
    seconds: Mapping[int, float] = field(default_factory=dict)
    look_up: bool = False
    last_resort: frozenset[str] = frozenset()


class Scheduler:
    """The state of one run. No clock, no threads, no I/O: the same events give the same commands."""

    def __init__(self, plan: Plan, policy: Policy | None = None) -> None:
        self.plan = plan
        self.policy = policy or Policy()
        if self.policy.order not in ALL_ORDERS:
            raise UsageError(
                f"there is no order {self.policy.order!r}", remedy=suggestion(self.policy.order, ALL_ORDERS)
            )
        self.ledger = Ledger(self.policy.n_procs, self.policy.mem_gb)
        self.standings = Standings(self.policy.enabled, self.policy.last_resort)
        self.layout = Layout(plan, self)
        self.counts: Counter[TaskState] = Counter()
        self.state = RunState.RUNNING
        first = [name for name in self.policy.enabled if name not in self.policy.last_resort]
        estimates = Estimates(self.policy.seconds, first)
        self._queue = ReadyQueue(plan, self.policy.order, self.standings, self.ledger, estimates)
        self._new: list[Task] = []
        self._begun = False
        self._settled: deque[Task] = deque()
        self._commands: list[e.Command] = []
        self._unfinished = 0
        self._paused = False
        self._doubtful = False
        self._recovered = False
        self._ending = False
        self._cancelled = False
        self._retention = Retention(self.layout, self._release)

    def handle(self, *events: e.Event) -> list[e.Command]:
        """Take note of what happened and return what to do.

        InternalError if an event cannot follow those before it.
        """
        self._commands = []
        for event in events:
            self._heed(event)
            self._propagate()
        self._retention.flush()
        while self._queue:
            self._dispatch()
            if not self._settled:
                break
            self._propagate()
            self._retention.flush()
        self._finish_if_done()
        return self._commands

    def _heed(self, event: e.Event) -> None:
        match event:
            case e.TaskSucceeded(task, outcome):
                self._succeeded(self._task(task), outcome)
            case e.TaskStarted(task):
                self._step(self._task(task), TaskState.RUNNING)
            case e.TaskFailed(task, cause, lost):
                self._attempt_failed(self._task(task), cause, lost=lost)
            case e.TaskCached(task, outcome):
                self._cached(self._task(task), outcome)
            case e.TaskMissed(task):
                self._missed(self._task(task))
            case e.TaskRefused(task, cause):
                self._refused(self._task(task), cause)
            case e.TaskHeld(task, reads, missing):
                self._held(self._task(task), reads, missing)
            case e.TaskStopped(task):
                self._stopped(self._task(task))
            case _:
                self._heed_rare(event)

    def _heed_rare(self, event: e.Event) -> None:
        match event:
            case e.RunStarted():
                self._begun = True
                self.layout.begin()
            case e.SchemeChanged(scheme, slots, workers, why):
                self.standings.change(scheme, slots, workers, why)
                self.ledger.set_workers(scheme, workers)
                self._doubtful |= not slots
            case e.ResultsLost(tasks):
                for name in tasks:
                    self._make_again(self._task(name))
            case e.TaskTimedOut(task, seconds):
                self._timed_out(self._task(task), seconds)
            case e.CancelRun():
                self._cancel_run()
            case e.CancelTasks(tasks):
                for name in tasks:
                    self._cancel(self._task(name))
            case e.Pause() | e.Resume():
                self._paused = isinstance(event, e.Pause)
            case _:
                raise InternalError(f"the scheduler was told {event!r}, which it does not know")

    def take_made(self) -> list[Task]:
        """Return the tasks made since this was last called."""
        made, self._new = self._new, []
        return made

    def _task(self, name: e.TaskId) -> Task:
        try:
            return self.layout.tasks[name]
        except KeyError:
            raise InternalError(f"there is no task {name!r} in this run") from None

    def node_of(self, task: Task) -> PlanNode:
        """Return the plan's node that a task executes."""
        return self.plan.nodes[task.node]

    # What the layout tells

    def task_made(self, task: Task) -> None:
        """Count a new task."""
        self._unfinished += 1
        self._new.append(task)
        self.counts[TaskState.WAITING] += 1

    def task_linked(self, task: Task, waits_for: list[Prerequisite]) -> None:
        """Start to wait for what a task reads, or decide at once."""
        if task.done:
            # It was cancelled before anything was known of it.
            return
        self._retention.hold(task, waits_for)
        if self._cancelled:
            self._end_cancelled(task, "the run was cancelled")
            return
        failed = next((s for s in waits_for if s.done and s.cause is not None), None)
        if failed is not None and not self.node_of(task).module.merges:
            self._skip(task, failed.cause)
        elif not task.missing:
            self._decide(task)

    def task_unknown(self, task: Task, extent: Extent) -> None:
        """Settle the task that stands for items that can never be known."""
        cause = extent.cause
        if cause is None:
            self._pass_over(task, extent.absent, extent.absent_from)
        elif cause.kind == "mapping" and not cause.task:
            # The first task that needs these items fails; whatever else needs them is skipped because of it.
            extent.cause = Cause(cause.kind, cause.message, task.id)
            self._fail(task, cause)
        else:
            self._skip(task, cause)

    def node_laid_out(self, node: int) -> None:
        """Take note that all tasks of a node are made."""
        self._retention.node_complete(node)

    def source_settled(self, task: Task, source: Prerequisite) -> None:
        """Take note that something a task waits for has its final state."""
        if task.done or not task.linked:
            return
        task.missing -= 1
        if source.cause is not None and not self.node_of(task).module.merges:
            self._skip(task, source.cause)
        elif not task.missing:
            if task.attempt:
                # It was about to run before, and what it reads has been made again.
                self._queue_up(task)
            else:
                self._decide(task)

    # Deciding about one task

    def _decide(self, task: Task) -> None:
        """All that a task reads is there: it may start, unless a branch it reads was not taken."""
        entries = self.layout.reads(task)
        absent = [lacking for source, output in entries if (lacking := source.lacks(output)) is not None]
        if self.node_of(task).module.merges:
            failed = next((source.cause for source, _ in entries if source.cause is not None), None)
            if failed is not None:
                self._skip(task, failed)
                return
            absent = absent if len(absent) == len(entries) else []
        if absent:
            reason, origin = min(absent, key=lambda one: len(self.plan.nodes[one[1]].axes))
            self._pass_over(task, reason, origin)
        else:
            self._make_ready(task)

    def _make_ready(self, task: Task) -> None:
        """All that a task reads has a value: look it up, if that is wanted, else let it run."""
        if self._ending:
            self._end_cancelled(task, ENDING)
        elif self.policy.look_up and not task.attempt:
            self._commands.append(e.LookUp(task.id))
        else:
            self._queue_up(task)

    def _queue_up(self, task: Task) -> None:
        if why := self._queue.kind(task.node).refusal:
            self._fail(task, Cause("insufficient resources", why))
        else:
            self._step(task, TaskState.READY)
            self._queue.put(task)

    def _cached(self, task: Task, outcome: e.Outcome) -> None:
        if not task.done:
            self._step(task, TaskState.READY)
            task.scheme = CACHE
            self._have(task, outcome, TaskState.CACHED)

    def _missed(self, task: Task) -> None:
        if task.done:
            # It was cancelled meanwhile.
            return
        if self._ending:
            self._end_cancelled(task, ENDING)
        else:
            self._queue_up(task)

    def _fail(self, task: Task, cause: Cause) -> None:
        self._end(task, TaskState.FAILED, cause)
        self._commands.append(e.Fail(task.id, cause))
        self._react_to_failure()

    def _succeeded(self, task: Task, outcome: e.Outcome) -> None:
        self._give_back(task)
        self._recovered |= task.losses > 0
        if task.story.count(LETTERS[TaskState.SUCCEEDED]) and (odd := _differs(task, outcome)):
            self._end(task, TaskState.FAILED, Cause("mapping", odd))
            self._react_to_failure()
        else:
            self._have(task, outcome, TaskState.SUCCEEDED)

    def _have(self, task: Task, outcome: e.Outcome, state: TaskState) -> None:
        task.items, task.flags, task.lacking, task.size = outcome.items, outcome.flags, outcome.absent, outcome.size
        task.gone = False
        self._end(task, state, None)

    def _attempt_failed(self, task: Task, cause: Cause, *, lost: bool) -> None:
        self._give_back(task)
        task.losses += lost
        task.failures += not lost
        retries = max(self.node_of(task).settings.retries, self.policy.retries)
        tries_left = task.losses <= self._losses_allowed if lost else task.failures <= retries
        if lost and task.stopping and not task.timed_out:
            # It was to be stopped, and the worker that had it was ended for that.
            self._end(task, TaskState.CANCELLED, Cause("cancelled", CANCELLED))
        elif tries_left and not self._ending and (task.timed_out or not task.stopping):
            self._try_again(task, cause)
        else:
            self._end(task, TaskState.FAILED, cause)
            self._react_to_failure()

    @property
    def _losses_allowed(self) -> int:
        """How often a task may lose its worker. More often, once it is seen that workers die for reasons of their own:
        a task that had lost its worker has succeeded with another one.
        """
        return self.policy.losses + (MORE_LOSSES if self._recovered else 0)

    def _try_again(self, task: Task, cause: Cause) -> None:
        task.stopping, task.timed_out = False, 0.0
        self._step(task, TaskState.READY)
        self._queue.put(task)
        self._commands.append(e.Retry(task.id, cause))

    def _stopped(self, task: Task) -> None:
        if task.timed_out:
            why = f"timed out: it took longer than {task.timed_out:g} s, which is its limit"
            self._attempt_failed(task, Cause("timed out", why), lost=False)
        else:
            self._give_back(task)
            self._end(task, TaskState.CANCELLED, Cause("cancelled", CANCELLED))

    def _timed_out(self, task: Task, seconds: float) -> None:
        if task.state in HANDED_OUT and not task.stopping:
            task.timed_out = seconds
            self._stop(task)

    def _refused(self, task: Task, cause: Cause) -> None:
        """Leave a task to the next scheme; it fails if there is none."""
        self._give_back(task)
        if task.stopping or self._ending:
            self._end(task, TaskState.CANCELLED, Cause("cancelled", CANCELLED if task.stopping else ENDING))
            return
        task.refused = {**(task.refused or {}), task.scheme: cause}
        self._doubtful = True
        self._try_again(task, cause)

    # Results that are gone

    def _held(self, task: Task, reads: tuple[e.TaskId, ...], missing: tuple[e.TaskId, ...]) -> None:
        """Have results made again that a task was about to read; it waits for them."""
        self._give_back(task)
        if task.stopping or self._ending:
            self._end_cancelled(task, CANCELLED if task.stopping else ENDING)
            return
        if not task.sources:
            # It is made again itself, and let go of what it reads when it was first made.
            self._retention.hold_again(task, [self._task(name) for name in reads])
        self._step(task, TaskState.WAITING)
        sources = [self._task(name) for name in dict.fromkeys(missing)]
        for source in sources:
            self._make_again(source)
            if not source.done:
                task.missing += 1
                source.dependents.append(task)
        failed = next((source.cause for source in sources if source.cause is not None), None)
        if failed is not None:
            # It was made again before, and that failed.
            self._skip(task, failed)
        elif not task.missing:
            self._queue_up(task)

    def _make_again(self, task: Task) -> None:
        if task.state.good and not self._ending:
            self._unfinished += 1
            task.refused, task.losses, task.failures = None, 0, 0
            self._step(task, TaskState.READY)
            self._queue.put(task)

    def _react_to_failure(self) -> None:
        if self.policy.on_error == "continue" or self._ending:
            return
        self._ending = True
        for task in [task for task in self.layout.tasks.values() if not task.done]:
            if task.state is TaskState.READY or task.looked_up:
                self._end_cancelled(task, ENDING)
            elif task.state in HANDED_OUT and self.policy.on_error == "abort":
                self._stop(task)

    def _skip(self, task: Task, cause: Cause | None) -> None:
        assert cause is not None
        kind = "cancelled" if cause.kind == "cancelled" else "upstream"
        self._end(task, TaskState.SKIPPED, Cause(kind, cause.message, cause.task))
        self._commands.append(e.Skip(task.id, Cause(kind, _origin(cause), cause.task)))

    def _pass_over(self, task: Task, reason: str, origin: int) -> None:
        task.absent, task.absent_from = reason, origin
        self._end(task, TaskState.SKIPPED, None)
        self._commands.append(e.Skip(task.id, Cause("not taken", reason)))

    def _cancel_run(self) -> None:
        self._cancelled = self._ending = True
        for task in list(self.layout.tasks.values()):
            self._cancel(task)

    def _cancel(self, task: Task) -> None:
        if task.state in HANDED_OUT:
            # A person's word counts, also if its time was over before.
            task.timed_out = 0.0
            self._stop(task)
        elif not task.done:
            self._end_cancelled(task, CANCELLED)

    def _stop(self, task: Task) -> None:
        if not task.stopping:
            task.stopping = True
            self._commands.append(e.Stop(task.id, task.scheme))

    def _end_cancelled(self, task: Task, why: str) -> None:
        self._end(task, TaskState.CANCELLED, Cause("cancelled", why))
        self._commands.append(e.Cancelled(task.id))

    # Steps

    def _step(self, task: Task, state: TaskState) -> None:
        self.counts[task.state] -= 1
        task.step(state)
        self.counts[state] += 1

    def _end(self, task: Task, state: TaskState, cause: Cause | None) -> None:
        if cause is not None:
            task.cause = cause if cause.task else Cause(cause.kind, cause.message, task.id, cause.type)
        self._step(task, state)
        self._unfinished -= 1
        self._settled.append(task)

    def _propagate(self) -> None:
        while self._settled:
            task = self._settled.popleft()
            dependents, task.dependents = task.dependents, []
            for dependent in dependents:
                dependent.settled(task)
            if task.linked:
                self._retention.settled(task)

    # Handing out

    def _dispatch(self) -> None:
        """Hand out ready tasks by rank; one that cannot start now does not hold up others that can."""
        if self._doubtful:
            self._fail_stranded()
        if self._paused or not self.standings.any_free:
            return
        for task, choice in self._queue.take():
            task.scheme = choice.scheme
            task.attempt += 1
            self._step(task, TaskState.DISPATCHED)
            self._commands.append(e.Start(task.id, choice.scheme, task.attempt, choice.reason))

    def _fail_stranded(self) -> None:
        """Fail what no scheme is left for: it would wait for ever."""
        for task, why in self._queue.stranded():
            kind = next((cause.kind for cause in (task.refused or {}).values()), "insufficient resources")
            if not task.done:
                self._fail(task, Cause(kind, why))

    def _give_back(self, task: Task) -> None:
        if task.state not in HANDED_OUT:
            raise InternalError(f"task {task.id} ended, but it was {task.state.value}; it went {told(task.story)}")
        kind = self._queue.kind(task.node)
        self.standings.give_back(task.scheme, kind.seconds)
        self.ledger.give_back(kind, task.scheme)

    def _release(self, task: Task) -> None:
        self._commands.append(e.Release(task.id))

    def _finish_if_done(self) -> None:
        if not self._begun or self._unfinished or self.layout.open_nodes or self.state is not RunState.RUNNING:
            return
        self.state = run_state(self.plan, self.layout.tasks.values(), cancelled=self._cancelled)
        self._commands.append(e.FinishRun(self.state, self.counts[TaskState.FAILED]))


def _differs(task: Task, outcome: e.Outcome) -> str:
    """Return how a result that was made again differs from the first, as far as other tasks were made for it."""
    for output, labels in task.items.items():
        again = outcome.items.get(output, ())
        if len(again) != len(labels):
            return f"{output!r} had {len(labels)} items; made again after its loss, it has {len(again)}"
    return ""


def _origin(cause: Cause) -> str:
    return f"{cause.task} {'was cancelled' if cause.kind == 'cancelled' else 'failed'}: {cause.message}"
