"""Decides what happens next in a run: it is told events, answers with commands, and does nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..errors import InternalError, UsageError, suggestion
from ..worker.failures import Cause
from . import events as e
from .attempts import Attempts
from .breakpoints import Breakpoints
from .estimates import Estimates
from .layout import Layout
from .ordering import ALL_ORDERS
from .progress import ENDING, Progress
from .queueing import ReadyQueue
from .resources import Ledger
from .retention import Keeper, KeepsAll, Retention
from .standings import Standings
from .states import RunState, TaskState
from .verdict import run_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..planning.plan import Plan
    from .estimates import Places
    from .expansion import Extent
    from .selection import Choice
    from .tasks import Prerequisite, Task

OnError = Literal["continue", "stop", "abort"]


@dataclass(frozen=True)
class Policy:
    """How a run is scheduled.

    ``enabled`` are the schemes in the person's order, of which those of ``last_resort`` are for what no other can
    take; ``n_procs`` and ``mem_gb`` what the host has; ``losses`` how often a task is tried again when its worker
    is lost, ``retries`` how often it is when its module fails, unless its node says more. ``seconds`` says how long
    the tasks of a node take, by its number, as far as that is known. With ``look_up``, each task is looked for
    among earlier results before it becomes ready. ``breakpoints`` are the paths of nodes and groups whose tasks do
    not start before a person lets them; results that are looked up and found pass them.
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
    breakpoints: tuple[str, ...] = ()


class Scheduler:
    """The state of one run. No clock, no threads, no I/O: the same events give the same commands.

    With ``keep_all`` no results are released, whether they are read again or not.
    """

    def __init__(self, plan: Plan, policy: Policy | None = None, *, keep_all: bool = False) -> None:
        self.plan = plan
        self.policy = policy = policy or Policy()
        if policy.order not in ALL_ORDERS:
            raise UsageError(f"there is no order {policy.order!r}", remedy=suggestion(policy.order, ALL_ORDERS))
        self.ledger = Ledger(policy.n_procs, policy.mem_gb)
        self.standings = Standings(policy.enabled, policy.last_resort)
        self.layout = Layout(plan, self)
        self.state = RunState.RUNNING
        first = [name for name in policy.enabled if name not in policy.last_resort]
        queue = ReadyQueue(plan, policy.order, self.standings, self.ledger, Estimates(policy.seconds, first))
        keeper: Keeper = KeepsAll() if keep_all else Retention(self.layout, self._release)
        self._breakpoints = Breakpoints(plan.nodes, frozenset(policy.breakpoints))
        progress = Progress(policy.on_error, self.layout.tasks, queue, keeper, self._breakpoints)
        self._attempts = Attempts(plan, policy, progress, queue, self.standings, self.ledger, keeper)
        self._queue, self._keeper, self._progress = queue, keeper, progress
        self._merges = [node.module.merges for node in plan.nodes]
        self._new: list[Task] = []
        self._begun = self._paused = False

    def handle(self, *events: e.Event) -> list[e.Command]:
        """Take note of what happened and return what to do.

        InternalError if an event cannot follow those before it.
        """
        progress = self._progress
        for event in events:
            self._heed(event)
            progress.propagate()
        self._keeper.flush()
        while self._queue:
            self._dispatch()
            if not progress.has_settled:
                break
            progress.propagate()
            self._keeper.flush()
        if (places := self._breakpoints.news()) is not None:
            progress.commands.append(e.AtBreakpoints(tuple(places)))
        self._finish_if_done()
        return progress.take_commands()

    def _heed(self, event: e.Event) -> None:
        attempts = self._attempts
        if type(event) is e.TaskSucceeded:
            # Most events are of this kind, and a match takes longer than this.
            attempts.succeeded(self._task(event.task), event.outcome)
            return
        match event:
            case e.TaskStarted(task):
                self._task(task).step(TaskState.RUNNING)
            case e.TaskFailed(task, cause, lost, shared, outside):
                attempts.failed(self._task(task), cause, lost=lost, shared=shared, outside=outside)
            case e.TaskCached(task, outcome):
                attempts.cached(self._task(task), outcome)
            case e.TaskMissed(task):
                attempts.missed(self._task(task))
            case e.TaskRefused(task, cause):
                attempts.refused(self._task(task), cause)
            case e.TaskHeld(task, reads, missing):
                attempts.held(self._task(task), self._distinct(reads), self._distinct(missing))
            case e.TaskStopped(task):
                attempts.stopped(self._task(task))
            case _:
                self._heed_rare(event)

    def _heed_rare(self, event: e.Event) -> None:
        match event:
            case e.RunStarted():
                self._begun = True
                self.layout.begin()
            case e.SchemeChanged(scheme, slots, workers, why, elsewhere):
                self.standings.change(scheme, slots, workers, why)
                self.ledger.set_workers(scheme, workers, elsewhere=elsewhere)
                self._progress.doubtful |= not slots
            case e.CoresOccupied(scheme, n_procs):
                self.ledger.occupy(scheme, n_procs)
            case e.WorkerKilled():
                self._attempts.worker_killed()
            case e.ResultsLost(tasks):
                for name in tasks:
                    self._attempts.make_again(self._task(name))
            case e.TaskTimedOut(task, seconds):
                self._attempts.timed_out(self._task(task), seconds)
            case _:
                self._obey(event)

    def _obey(self, event: e.Event) -> None:
        """Do what a person asked for."""
        match event:
            case e.CancelRun():
                self._progress.cancel_all()
            case e.CancelTasks(tasks):
                for name in tasks:
                    self._progress.cancel(self._task(name))
            case e.Pause() | e.Resume():
                self._paused = isinstance(event, e.Pause)
            case e.PassBreakpoints(places):
                self._progress.pass_breakpoints(places)
            case _:
                raise InternalError(f"the scheduler was told {event!r}, which it does not know")

    def foresee(self, node: int, made: Places = ()) -> tuple[Choice, Mapping[str, float]]:
        """Return the scheme that a task of a node would be given now; where seconds count, also those of each."""
        return self._queue.foresee(node, made)

    def take_made(self) -> list[Task]:
        """Return the tasks made since this was last called."""
        made, self._new = self._new, []
        return made

    def _task(self, name: e.TaskId) -> Task:
        try:
            return self.layout.tasks[name]
        except KeyError:
            raise InternalError(f"there is no task {name!r} in this run") from None

    def _distinct(self, names: Iterable[e.TaskId]) -> list[Task]:
        return [self._task(name) for name in dict.fromkeys(names)]

    # What the layout tells

    def task_made(self, task: Task) -> None:
        """Count a new task."""
        self._progress.unfinished += 1
        self._new.append(task)

    def task_linked(self, task: Task, waits_for: Sequence[Prerequisite]) -> None:
        """Start to wait for what a task reads, or decide at once."""
        if task.done:
            # It was cancelled before anything was known of it.
            return
        self._keeper.hold(task, waits_for)
        if self._progress.cancelled:
            self._progress.end_cancelled(task, "the run was cancelled")
            return
        if not self._merges[task.node]:
            for source in waits_for:
                if source.done and source.cause is not None:
                    self._progress.skip(task, source.cause)
                    return
        if not task.missing:
            self._decide(task)

    def task_unknown(self, task: Task, extent: Extent) -> None:
        """Settle the task that stands for items that can never be known."""
        cause = extent.cause
        if cause is None:
            self._progress.pass_over(task, extent.absent, extent.absent_from)
        elif cause.kind == "mapping" and not cause.task:
            # The first task that needs these items fails; whatever else needs them is skipped because of it.
            extent.cause = Cause(cause.kind, cause.message, task.id)
            self._progress.fail(task, cause)
        else:
            self._progress.skip(task, cause)

    def node_laid_out(self, node: int) -> None:
        """Take note that all tasks of a mapped node are made."""
        self._keeper.node_complete(node)

    def source_settled(self, task: Task, source: Prerequisite) -> None:
        """Take note that something a task waits for has its final state."""
        if task.done or not task.linked:
            return
        task.missing -= 1
        if source.cause is not None and not self._merges[task.node]:
            self._progress.skip(task, source.cause)
        elif not task.missing:
            if task.attempt:
                # It was about to run before, and what it reads has been made again.
                self._progress.queue_up(task)
            else:
                self._decide(task)

    # Deciding about one task

    def _decide(self, task: Task) -> None:
        """All that a task reads is there: it may start, unless a branch it reads was not taken."""
        if not self._merges[task.node] and self.layout.is_whole(task):
            self._make_ready(task)
            return
        entries = self.layout.reads(task)
        absent = [lacking for source, output in entries if (lacking := source.lacks(output)) is not None]
        if self._merges[task.node]:
            failed = next((source.cause for source, _ in entries if source.cause is not None), None)
            if failed is not None:
                self._progress.skip(task, failed)
                return
            absent = absent if len(absent) == len(entries) else []
        if absent:
            reason, origin = min(absent, key=lambda one: len(self.plan.nodes[one[1]].axes))
            self._progress.pass_over(task, reason, origin)
        else:
            self._make_ready(task)

    def _make_ready(self, task: Task) -> None:
        """All that a task reads has a value: look it up, if that is wanted, else let it run."""
        if self._progress.ending:
            self._progress.end_cancelled(task, ENDING)
        elif self.policy.look_up and not task.attempt:
            self._progress.commands.append(e.LookUp(task.id))
        else:
            self._progress.queue_up(task)

    # Handing out

    def _dispatch(self) -> None:
        """Hand out ready tasks by rank; one that cannot start now does not hold up others that can."""
        if self._progress.doubtful:
            self._fail_stranded()
        if self._paused or not self.standings.any_free:
            return
        for task, choice in self._queue.take():
            task.scheme = choice.scheme
            task.attempt += 1
            task.step(TaskState.DISPATCHED)
            self._progress.commands.append(e.Start(task.id, choice.scheme, task.attempt, choice.reason))

    def _fail_stranded(self) -> None:
        """Fail what no scheme is left for: it would wait for ever."""
        for task, why in self._queue.stranded():
            kind = next((cause.kind for cause in (task.refused or {}).values()), "insufficient resources")
            if not task.done:
                self._progress.fail(task, Cause(kind, why))

    def _release(self, task: Task) -> None:
        self._progress.commands.append(e.Release(task.id))

    def _finish_if_done(self) -> None:
        progress = self._progress
        if progress.unfinished or not self._begun or self.layout.open_nodes or self.state is not RunState.RUNNING:
            return
        tasks = self.layout.tasks.values()
        self.state = run_state(self.plan, tasks, cancelled=progress.cancelled)
        progress.commands.append(e.FinishRun(self.state, sum(task.state is TaskState.FAILED for task in tasks)))
