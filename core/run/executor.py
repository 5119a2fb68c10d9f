"""Carries out what the scheduler decides: turns its commands into calls, and reports of schemes into events."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from ..errors import InternalError
from ..scheme import Began, Capacity, Ended, Exported, Logged, Lost, Place, Progressed, Report, Scheme, Stopped
from ..worker.execute import Result
from ..worker.failures import Cause
from . import events as e
from .arguments import CallMaker
from .blame import with_maker, with_request
from .bookkeeping import Books
from .deadlines import Deadlines
from .earlier import LookedUp
from .records import Listener, RunEnded, RunEvent, TaskLogged, TaskProgress
from .results import Results
from .scheduler import CACHE, HANDED_OUT, Policy, Scheduler
from .selection import needed
from .states import RunState, TaskState
from .transfers import Transfers

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from pathlib import Path

    from ..planning.plan import Plan
    from ..worker.call import Call, ValueId
    from ..worker.handing import Handed
    from .earlier import Earlier
    from .records import TaskRecord
    from .tasks import Task

START_SECONDS = 60.0
"""A scheme that has not told in this time how many tasks it takes is not waited for."""

STOP_SECONDS = 10.0
"""A task that its scheme has not ended in this time, though told to, counts as ended."""

TRANSFER_SECONDS = 60.0
"""A value that another scheme needs, and that has not come in this time, is made again, once;"""

SLOWEST_TRANSFER = 10e6
"""for each so many bytes of it, a second more is waited."""

KEEP_SECONDS = 5.0
"""What was not brought to the cache in this time after the end of a run is not kept."""

_AT_A_TIME = 4096
Heard = tuple[float, "Report | LookedUp | e.Event"]
"""What was told, and when by the clock of the executor."""

_End = e.TaskSucceeded | e.TaskFailed | e.TaskRefused | e.TaskStopped | e.TaskHeld
_OTHER_REPORTS = (Began, Progressed, Logged, Capacity, Stopped, Exported, LookedUp)


class Executor:
    """One run. ``run`` blocks in the calling thread; ``cancel`` and the like may be called from any thread.

    With ``keep_all`` the results of every node can be read afterwards, else only those that nothing reads.
    ``earlier`` knows results of earlier runs; schemes are not opened before one is needed. ``hide`` covers what must
    not be seen in what modules print.
    """

    def __init__(  # noqa: PLR0913 - its parts, and what it is to do with them
        self,
        plan: Plan,
        schemes: Mapping[str, Scheme],
        policy: Policy,
        *,
        folder: Path,
        listener: Listener = lambda _event: None,
        keep_all: bool = True,
        declared_only: Iterable[str] = (),
        earlier: Earlier | None = None,
        hide: Callable[[str], str] = str,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.plan = plan
        self.scheduler = Scheduler(plan, policy)
        self._tasks = self.scheduler.layout.tasks
        self._schemes = dict(schemes)
        self._listener = listener
        self._keep_all = keep_all
        self._hide = hide
        self._sinks = {node.number for node in plan.sinks()}
        self._calls = CallMaker(
            self.scheduler.layout, folder, declared_only, () if earlier is None else earlier.digested
        )
        self._books = Books(self.scheduler.layout, listener, clock)
        self._transfers = Transfers()
        # The tasks whose values a scheme was asked for in vain.
        self._withheld: set[e.TaskId] = set()
        self._earlier = earlier
        self._found: dict[e.TaskId, Result] = {}
        self._deadlines = Deadlines(clock)
        self._timeouts = {node.number: node.settings.timeout for node in plan.nodes if node.settings.timeout}
        self._clock = clock
        self._inbox: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._events: list[e.Event] = []
        # The tasks with an end among those events: an attempt has one end, whatever else is reported of it.
        self._over: set[e.TaskId] = set()
        self._opened: set[str] = set()
        self._simple = earlier is None
        self._needed = needed(plan, policy.enabled, policy.last_resort)
        self._finished = False
        self._thread = 0
        self.results = Results(self.scheduler.layout, self._calls, self._schemes, earlier)

    @property
    def records(self) -> Mapping[e.TaskId, TaskRecord]:
        """What is known of each task."""
        return self._books.records

    def run(self) -> RunState:
        """Run to the end and return how it ended; the schemes stay open, so that results can be read.

        KeyboardInterrupt cancels the run, in order; a second one goes through.
        """
        self._thread = threading.get_ident()
        self._books.begin()
        self._ask(e.RunStarted())
        if self._earlier is None:
            self._open(self._needed)
        else:
            self._earlier.open(self._hear)
        while not self._finished:
            try:
                self._take(self._next())
                self._carry_on()
                self._deadlines.due()
                self._carry_on()
            except KeyboardInterrupt:
                if self.scheduler.state is not RunState.RUNNING:
                    raise
                self._interrupted()
        self._collect()
        self._tell(RunEnded(self.scheduler.state))
        return self.scheduler.state

    def _collect(self) -> None:
        """Wait for the values that are to be kept and are still on their way."""
        end = time.monotonic() + KEEP_SECONDS
        while self._earlier is not None and self._earlier.waiting and (left := end - time.monotonic()) > 0:
            try:
                self._take([self._inbox.get(timeout=left)])
            except queue.Empty:
                return

    def _open(self, names: Iterable[str]) -> None:
        for name in [name for name in self._schemes if name in names and name not in self._opened]:
            self._opened.add(name)
            self._simple = self._simple and len(self._opened) == 1
            self._deadlines.set(name, START_SECONDS, partial(self._too_late, name))
            try:
                self._schemes[name].open(self._hear)
            except Exception as error:  # noqa: BLE001 - whatever it is, other schemes may work
                self._take_now([Capacity(name, 0, why=f"it cannot start: {type(error).__name__}: {error}")])

    def _too_late(self, scheme: str) -> None:
        why = f"it did not start within {START_SECONDS:g} s"
        self._take_now([Capacity(scheme, 0, why=why)])

    def _next(self) -> list[Heard]:
        """Wait for something to happen; return all that has."""
        inbox = self._inbox
        try:
            messages = [inbox.get(timeout=self._deadlines.remaining())]
        except queue.Empty:
            return []
        while len(messages) < _AT_A_TIME and not inbox.empty():
            messages.append(inbox.get_nowait())
        return messages

    def _hear(self, report: Report | LookedUp) -> None:
        """Take a report from any thread; what a module says while it runs in this very thread is told at once."""
        if isinstance(report, Progressed | Logged) and threading.get_ident() == self._thread:
            self._take_now([report])
        else:
            # The time counts from here: the executor may be busy, with a task even if that runs in its thread.
            self._inbox.put((self._clock(), report))

    def _ask(self, event: e.Event) -> None:
        """Let the scheduler know of an event, from any thread."""
        self._inbox.put((self._clock(), event))

    def cancel(self) -> None:
        """Ask to end the run; what runs is stopped, what is finished is kept."""
        self._ask(e.CancelRun())
        self._warn_here(self._tasks)

    def _warn_here(self, tasks: Container[e.TaskId]) -> None:
        """Let modules know that run in the executor's thread: they have the thread that would tell them."""
        for name, scheme in self._schemes.items():
            if scheme.runs_here:
                scheme.stop(
                    [task.id for task in list(self._tasks.values()) if _is_out(task, name) and task.id in tasks]
                )

    def cancel_tasks(self, tasks: Iterable[e.TaskId]) -> None:
        """Ask to end these tasks only; what depends on them is skipped."""
        wanted = tuple(tasks)
        self._ask(e.CancelTasks(wanted))
        self._warn_here(set(wanted))

    def cancel_node(self, node: str) -> None:
        """Ask to end the tasks of a node that have been made; what depends on them is skipped."""
        found = self.plan.node(node)
        if found is not None:
            self.cancel_tasks([task.id for task in list(self._tasks.values()) if task.node == found.number])

    def pause(self) -> None:
        """Start nothing new until ``resume``."""
        self._ask(e.Pause())
        if self._earlier is not None:
            self._earlier.rest(resting=True)

    def resume(self) -> None:
        """Go on after ``pause``."""
        self._ask(e.Resume())
        if self._earlier is not None:
            self._earlier.rest(resting=False)

    def close(self, deadline: float = 10.0) -> None:
        """End the workers; results that were not read are gone."""
        end = time.monotonic() + deadline
        for name in self._opened:
            # One that fails to close must not keep the others open.
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                self._schemes[name].close(max(0.0, end - time.monotonic()))

    def _interrupted(self) -> None:
        """End what ran in this thread when the person pressed Ctrl-C, and the run with it."""
        self._events.append(e.CancelRun())
        self._carry_on()
        for name, scheme in self._schemes.items():
            if scheme.runs_here:
                for task in [task for task in self._tasks.values() if _is_out(task, name)]:
                    self._end(e.TaskStopped(task.id))
        self._carry_on()

    # Reports

    def _take_now(self, reports: Iterable[Report]) -> None:
        now = self._clock()
        self._take([(now, report) for report in reports])

    def _take(self, messages: Sequence[Heard]) -> None:
        """Turn what was reported into events."""
        lost = [message for _, message in messages if isinstance(message, Lost)]
        for loss in lost:
            # First what was lost: an attempt that failed for that may have been reported before it.
            self._lost(loss.tasks)
        for when, message in messages:
            if isinstance(message, Ended):
                if self._awaited(message.task, message.attempt):
                    self._end(self._ended(message, when))
            elif isinstance(message, _OTHER_REPORTS):
                self._take_other(message, when)
            elif not isinstance(message, Lost):
                self._events.append(message)
        if lost:
            # And again of those tasks whose own end was only told now.
            self._carry_on()
            for loss in lost:
                self._lost(loss.tasks)

    def _take_other(self, report: Report | LookedUp, when: float) -> None:
        match report:
            case Began(task, attempt, place):
                # A call that was taken back from a worker that had begun it may begin twice.
                told = self._books.records[task].state is TaskState.RUNNING
                if self._awaited(task, attempt) and not told:
                    self._events.append(e.TaskStarted(task))
                    self._books.began(task, place, when)
                    self._limit(self._tasks[task])
            case Progressed(task, fraction, text):
                self._tell(TaskProgress(task, fraction, text))
            case Logged(task, line):
                self._tell(TaskLogged(task, self._hide(line)))
            case Capacity():
                self._capacity(report)
            case Stopped(task, attempt):
                if self._awaited(task, attempt):
                    self._books.stopped(task, when)
                    self._end(e.TaskStopped(task))
            case Exported(value, handed):
                self._exported(value, handed)
            case LookedUp():
                self._looked_up(report)

    def _capacity(self, report: Capacity) -> None:
        self._deadlines.clear(report.scheme)
        if not report.slots:
            self._open(self._schemes)
        self._events.append(e.SchemeChanged(report.scheme, report.slots, report.workers, report.why))

    def _awaited(self, task: e.TaskId, attempt: int) -> bool:
        """Say whether a report is about an attempt that still counts: one may come late after a cancel or a loss."""
        known = self._tasks.get(task)
        if known is None or known.attempt != attempt or known.state not in HANDED_OUT:
            return False
        return task not in self._over

    def _end(self, event: _End) -> None:
        """Have the scheduler told that an attempt is over, if it is not to be told already."""
        if event.task not in self._over:
            self._over.add(event.task)
            self._events.append(event)

    def _limit(self, task: Task) -> None:
        """Let a task that has begun take no longer than its node allows."""
        if (limit := self._timeouts.get(task.node)) is not None:
            late = e.TaskTimedOut(task.id, limit)
            self._deadlines.set((task.id, "time"), limit, lambda: self._events.append(late))

    def _ended(self, report: Ended, when: float) -> _End:
        record = self._books.ended(report, when)
        if self._timeouts:
            self._deadlines.clear((report.task, "time"))
        if isinstance(report.result, Result):
            result = report.result
            record.previews, record.cause = result.previews, None
            if self._earlier is not None:
                self._schemes[record.scheme].export(self._earlier.wants(self._tasks[report.task], report))
            return e.TaskSucceeded(report.task, _outcome(result, report.bytes_out))
        record.cause = self._explained(report.result, self._tasks[report.task])
        if report.refused:
            self._open(self._schemes)
            return e.TaskRefused(report.task, _short(report.result))
        if report.lost and (held := self._lost_inputs(report.task)) is not None:
            return held
        return e.TaskFailed(report.task, _short(record.cause), report.lost)

    def _explained(self, cause: Cause, task: Task) -> Cause:
        """Add what only the run knows: how much memory was asked for, who made what cannot be read."""
        if cause.kind == "out of memory":
            return with_request(cause, self.plan.nodes[task.node].mem_gb)
        return with_maker(cause, self._calls.call(task)) if cause.port else cause

    def _lost_inputs(self, name: e.TaskId) -> e.TaskHeld | None:
        """Return the event for an attempt that was lost because what it reads was: that is not held against it."""
        task = self._tasks[name]
        return None if self._simple or not self._unready(task) else self._held(task)

    def _lost(self, names: Iterable[e.TaskId]) -> None:
        """Take note that results are gone; those that the run is to keep are made again at once."""
        self._simple = False
        kept: list[e.TaskId] = []
        for name in names:
            task = self._tasks[name]
            self._transfers.forget(name)
            if task.state.good and not task.gone:
                task.gone = True
                if self._keep_all or task.node in self._sinks:
                    kept.append(name)
        if kept:
            self._events.append(e.ResultsLost(tuple(kept)))

    # Values that move

    def _exported(self, value: ValueId, handed: Handed | Cause) -> None:
        if self._earlier is not None:
            self._earlier.keep(value, None if isinstance(handed, Cause) else handed)
        self._arrived(value, handed)

    def _never_came(self, value: ValueId, seconds: float) -> None:
        """Do without a value that was asked for: have it made again, or, the second time, let its readers go on."""
        scheme = self._tasks[value[0]].scheme
        why = f"{scheme} has not given the output {value[1]!r} of {value[0]} within {seconds:.0f} s"
        again = value[0] not in self._withheld
        self._withheld.add(value[0])
        self._arrived(value, Cause("lost contact" if again else "not picklable", why))

    def _arrived(self, value: ValueId, handed: Handed | Cause) -> None:
        self._deadlines.clear(value)
        for name in self._transfers.arrived(value, handed):
            if not isinstance(handed, Cause):
                if (call := self._transfers.ready(name)) is not None:
                    self._submit(self._tasks[name].scheme, [call])
            elif handed.kind == "lost contact":
                self._tasks[value[0]].gone = True
                self._hold(self._tasks[name])
            else:
                self._open(self._schemes)
                self._books.records[name].cause = handed
                self._end(e.TaskRefused(name, _short(handed)))

    def _hold(self, task: Task) -> None:
        """Give a task back, because something it reads is gone."""
        self._end(self._held(task))

    def _held(self, task: Task) -> e.TaskHeld:
        reads = self._read(self._calls.call_with_refs(task)[1])
        gone = task.unready(reads) or ()
        return e.TaskHeld(task.id, tuple(r.id for r in reads), tuple(r.id for r in gone))

    def _unready(self, task: Task) -> bool:
        """Say whether something that a task reads is gone."""
        return bool(task.unready(self._read(self._calls.call_with_refs(task)[1])))

    # Commands

    def _carry_on(self) -> None:
        """Let the scheduler decide until nothing new follows."""
        while self._events:
            events, self._events = self._events, []
            self._over.clear()
            commands = self.scheduler.handle(*events)
            self._books.made(self.scheduler.take_made())
            again = {command.task: command.cause for command in commands if isinstance(command, e.Retry)}
            for event in events:
                self._note(event, again)
            self._carry_out(commands)

    def _note(self, event: e.Event, again: Mapping[e.TaskId, Cause]) -> None:
        """Write down what an event did to the task it is about."""
        if isinstance(event, e.TaskSucceeded):
            task = self._tasks[event.task]
            if task.cause is None:
                self._books.change(self._books.records[event.task], TaskState.SUCCEEDED)
            else:
                self._books.settle(event.task, TaskState.FAILED, task.cause)
        elif isinstance(event, e.TaskCached):
            result = self._found.pop(event.task)
            # It may have been cancelled meanwhile.
            if self._tasks[event.task].state is TaskState.CACHED:
                self._books.found(event.task, result, CACHE)
        elif isinstance(event, e.TaskFailed | e.TaskRefused | e.TaskStopped):
            record, task = self._books.records[event.task], self._tasks[event.task]
            self._deadlines.clear((event.task, "time"))
            self._deadlines.clear((event.task, "stop"))
            # What the attempt itself reported has a traceback; of one that was stopped the scheduler knows why.
            told = record.cause if isinstance(event, e.TaskFailed | e.TaskRefused) else None
            if event.task in again:
                self._books.settle(event.task, TaskState.READY, told or again[event.task])
            elif task.done:
                self._settle(event.task, task.state, told or task.cause)
        elif isinstance(event, e.TaskHeld):
            record = self._books.records[event.task]
            if record.state is not TaskState.WAITING:
                self._books.change(record, TaskState.WAITING)

    def _settle(self, name: e.TaskId, state: TaskState, cause: Cause | None) -> None:
        """Write down that a task ended without a result; nobody needs to wait for one."""
        self._books.settle(name, state, cause)
        if self._earlier is not None:
            self._earlier.ended(name)

    def _carry_out(self, commands: Iterable[e.Command]) -> None:
        starts: dict[str, list[Call]] = {}
        looked_up: list[Task] = []
        for command in commands:
            if isinstance(command, e.Start):
                self._start(command, starts)
            elif isinstance(command, e.LookUp):
                looked_up.append(self._tasks[command.task])
            else:
                self._carry_out_other(command)
        if looked_up:
            self._look_up(looked_up)
        # What executes here and now comes last: the others can work meanwhile.
        for name in sorted(starts, key=lambda name: self._schemes[name].runs_here):
            self._submit(name, starts[name])

    def _start(self, command: e.Start, starts: dict[str, list[Call]]) -> None:
        task = self._tasks[command.task]
        call, refs = self._calls.call_with_refs(task)
        # As long as nothing was lost, and there is one scheme only, all that it reads is where it runs.
        if refs and not self._simple and self._is_kept_back(command, task, call, refs):
            return
        self._books.started(command, task)
        starts.setdefault(command.scheme, []).append(call)

    def _is_kept_back(self, command: e.Start, task: Task, call: Call, refs: list[ValueId]) -> bool:
        """Say whether a call has to wait for what it reads: for its being made again, or brought from elsewhere."""
        if task.unready(self._read(refs)) is not None:
            self._hold(task)
            return True
        foreign = [value for value in refs if self._tasks[value[0]].scheme != command.scheme]
        if foreign:
            self._books.started(command, task)
            self._fetch_for(task, call, foreign)
        return bool(foreign)

    def _read(self, refs: Iterable[ValueId]) -> list[Task]:
        return [self._tasks[name] for name in dict.fromkeys([value[0] for value in refs])]

    def _fetch_for(self, task: Task, call: Call, foreign: Iterable[ValueId]) -> None:
        """Ask for the values that a call needs from elsewhere; it is submitted when they are there."""
        asked: dict[str, list[ValueId]] = {}
        for value in self._transfers.wait(call, foreign):
            asked.setdefault(self._tasks[value[0]].scheme, []).append(value)
        for name, values in asked.items():
            for value in values:
                seconds = TRANSFER_SECONDS + self._tasks[value[0]].size / SLOWEST_TRANSFER
                self._deadlines.set(value, seconds, partial(self._never_came, value, seconds))
            holder = self._earlier if name == CACHE else self._schemes[name]
            assert holder is not None
            holder.export(values)
        if not asked and (ready := self._transfers.ready(task.id)) is not None:
            self._submit(task.scheme, [ready])

    def _look_up(self, tasks: list[Task]) -> None:
        """Ask which results earlier runs have."""
        assert self._earlier is not None
        self._earlier.find([(task, self._calls.call_with_refs(task)[0]) for task in tasks])

    def _looked_up(self, answer: LookedUp) -> None:
        """Take the answers; open the schemes once there is a result that earlier runs have not."""
        self._found.update(answer.found)
        self._events += [e.TaskCached(name, _outcome(result, 0)) for name, result in answer.found.items()]
        self._events += [e.TaskMissed(name) for name in answer.missed]
        if not all(self._tasks[name].done for name in answer.missed):
            self._open(self._needed)

    def _stop(self, name: e.TaskId, scheme: str) -> None:
        task = self._tasks[name]
        if self._transfers.give_up(name):
            self._end(e.TaskStopped(name))
            return
        attempt = task.attempt

        def give_up() -> None:
            if self._awaited(name, attempt):
                self._end(e.TaskStopped(name))

        self._deadlines.set((name, "stop"), STOP_SECONDS, give_up)
        self._schemes[scheme].stop([name])

    def _release(self, name: e.TaskId) -> None:
        if self._keep_all:
            return
        task = self._tasks[name]
        task.gone = True
        self._transfers.forget(name)
        if task.scheme != CACHE:
            self._schemes[task.scheme].release([name])

    def _carry_out_other(self, command: e.Command) -> None:
        match command:
            case e.Skip(task, cause):
                self._settle(task, TaskState.SKIPPED, cause)
            case e.Fail(task, cause):
                self._settle(task, TaskState.FAILED, cause)
            case e.Cancelled(task):
                self._settle(task, TaskState.CANCELLED, self._tasks[task].cause)
            case e.Retry():
                pass  # told when the event was taken note of
            case e.Stop(task, scheme):
                self._stop(task, scheme)
            case e.Release(task):
                self._release(task)
            case e.FinishRun():
                self._finished = True
            case _:
                raise InternalError(f"the executor was told {command!r}, which it does not know")

    def _submit(self, scheme: str, calls: list[Call]) -> None:
        """Hand calls over; what the scheme fails to take goes to another one."""
        try:
            self._schemes[scheme].submit(calls)
        except OSError as error:
            cause = Cause("insufficient resources", f"{scheme} cannot take it: {error}")
            self._take_now([Ended(call.task, call.attempt, cause, Place(scheme), refused=True) for call in calls])

    def _tell(self, event: RunEvent) -> None:
        self._listener(event)


def _is_out(task: Task, scheme: str) -> bool:
    return task.scheme == scheme and task.state in HANDED_OUT


def _outcome(result: Result, size: int) -> e.Outcome:
    return e.Outcome(result.items, result.flags, result.absent, size)


def _short(cause: Cause) -> Cause:
    """Leave out the traceback, which the scheduler does not need and would keep for every task."""
    return Cause(cause.kind, cause.message, cause.task, cause.type)
