"""Runs a plan: hears what happens, lets the scheduler decide, and has what it decides carried out."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ..scheme import Logged, Progressed
from . import events as e
from .arguments import CallMaker
from .bookkeeping import Books
from .carrying_out import CarryingOut
from .deadlines import Deadlines
from .desk import Desk
from .hearing import Heard, Hearing, Told
from .inbox import Inbox
from .letting_go import LettingGo
from .looking_up import LookingUp
from .moving import Moving
from .open_schemes import OpenSchemes
from .records import Listener, RunEnded
from .results import Results
from .scheduler import Policy, Scheduler
from .selection import needed
from .states import HANDED_OUT, RunState, TaskState
from .warnings import warnings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from pathlib import Path

    from ..planning.plan import Plan
    from ..scheme import Report, Scheme
    from ..worker.failures import Cause
    from .earlier import Earlier, LookedUp
    from .records import TaskRecord
    from .tasks import Task

KEEP_SECONDS = 5.0
"""What was not brought to the cache in this time after the end of a run is not kept."""

_SAID = frozenset({Progressed, Logged})


class Executor:
    """One run. ``run`` blocks in the calling thread; ``cancel`` and the like may be called from any thread.

    With ``keep_all`` the results of every node can be read afterwards, else those that nothing reads, and those that
    need little memory or much time to be made again.
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
        self.scheduler = Scheduler(plan, policy, keep_all=keep_all)
        self._earlier = earlier
        self._clock = clock
        self._inbox: Inbox[Told] = Inbox(clock)
        self._thread = 0
        self._deadlines = Deadlines(clock)
        layout = self.scheduler.layout
        self._books = Books(layout, listener, clock)
        self._desk = desk = Desk(layout, self._books, self._deadlines, earlier, listener)
        calls = CallMaker(layout, folder, declared_only, () if earlier is None else earlier.digested)
        to_begin_with = needed(plan, policy.enabled, policy.last_resort)
        self._schemes = OpenSchemes(schemes, to_begin_with, self._hear, self._deadlines)
        kept = bytearray(len(plan.nodes))
        for node in plan.nodes if keep_all else plan.sinks():
            kept[node.number] = True
        moving = Moving(desk, self._schemes, calls, kept)
        self._looking_up = LookingUp(desk, self._schemes, calls, moving)
        self._hearing = Hearing(desk, self._schemes, moving, self._looking_up, calls, hide)
        letting_go = LettingGo(plan, layout, self._books.records, cached=earlier is not None)
        self._carrying_out = CarryingOut(desk, self._schemes, calls, moving, self._looking_up, letting_go)
        self.results = Results(layout, calls, self._schemes.all, earlier)

    @property
    def records(self) -> Mapping[e.TaskId, TaskRecord]:
        """What is known of each task."""
        return self._books.records

    @property
    def schemes(self) -> Mapping[str, Scheme]:
        """The schemes that may be used, by name."""
        return self._schemes.all

    def warnings(self) -> list[str]:
        """Return what went well, but perhaps not as it was meant: a sentence for each."""
        here = [name for name, _ in self._schemes.here()]
        given_up = self.scheduler.standings.out_of_use()
        return warnings_of(self.scheduler.layout, list(self.records.values()), here, given_up)

    def run(self) -> RunState:
        """Run to the end and return how it ended; the schemes stay open, so that results can be read.

        KeyboardInterrupt cancels the run, in order; a second one goes through.
        """
        self._thread = threading.get_ident()
        self._books.begin()
        self._ask(e.RunStarted())
        if self._earlier is None:
            self._schemes.open_needed()
        else:
            self._earlier.open(self._hear)
        try:
            while not self._carrying_out.finished:
                self._go_on()
            self._collect()
        finally:
            self._inbox.attend(None)
        self._desk.listener(RunEnded(self.scheduler.state))
        return self.scheduler.state

    def _go_on(self) -> None:
        """Wait for something to happen, and do what follows."""
        try:
            self._inbox.attend(self._schemes.watch)
            messages, now = self._inbox.take(self._deadlines.remaining()), self._clock()
            self._take(messages)
            # What came since, while these were taken, may be the end of what would be late.
            self._deadlines.due(by=now)
            self._carry_on()
        except KeyboardInterrupt:
            if self.scheduler.state is not RunState.RUNNING:
                raise
            self._interrupted()

    def _collect(self) -> None:
        """Wait for the values that are to be kept and are still on their way."""
        end = time.monotonic() + KEEP_SECONDS
        while self._earlier is not None and self._earlier.waiting and (left := end - time.monotonic()) > 0:
            self._hearing.take(self._inbox.take(left))

    # What happens

    def _hear(self, report: Report | LookedUp) -> None:
        """Take a report from any thread; what a module says while it runs in this very thread is told at once."""
        if type(report) in _SAID and not self._inbox.attending and threading.get_ident() == self._thread:
            self._hearing.said(report)  # type: ignore[arg-type]
        else:
            # The time counts from here: the executor may be busy, with a task even if that runs in its thread.
            self._inbox.put_report(report)

    def _ask(self, event: e.Event) -> None:
        """Let the scheduler know of an event, from any thread."""
        self._inbox.put(event)

    def _take(self, messages: Sequence[Heard]) -> None:
        """Let the scheduler decide on what happened."""
        self._hearing.take(messages)
        self._carry_on()
        self._hearing.take_losses_again()

    def _carry_on(self) -> None:
        """Let the scheduler decide until nothing new follows."""
        while events := self._desk.take():
            commands = self.scheduler.handle(*events)
            self._books.made(self.scheduler.take_made())
            again = {command.task: command.cause for command in commands if type(command) is e.Retry}
            tasks, succeeded = self._desk.tasks, self._books.succeeded
            for event in events:
                if type(event) is e.TaskSucceeded:
                    succeeded(event.task, tasks[event.task].cause)
                else:
                    self._note(event, again)
            self._carrying_out.carry_out(commands)

    def _note(self, event: e.Event, again: Mapping[e.TaskId, Cause]) -> None:
        """Write down what an event other than a success did to the task it is about."""
        if isinstance(event, e.TaskCached):
            self._looking_up.settled(event.task)
        elif isinstance(event, (e.TaskFailed, e.TaskRefused, e.TaskStopped)):
            self._note_end(event, again)
        elif isinstance(event, e.TaskHeld):
            self._books.waits(event.task)
        elif self._earlier is not None and isinstance(event, (e.Pause, e.Resume)):
            self._earlier.rest(resting=isinstance(event, e.Pause))

    def _note_end(self, event: e.TaskFailed | e.TaskRefused | e.TaskStopped, again: Mapping[e.TaskId, Cause]) -> None:
        record, task = self._books.records[event.task], self._desk.tasks[event.task]
        self._deadlines.clear((event.task, "time"))
        self._deadlines.clear((event.task, "stop"))
        # What the attempt itself reported has a traceback; of one that was stopped the scheduler knows why.
        told = None if isinstance(event, e.TaskStopped) else record.cause
        if event.task in again:
            self._books.settle(event.task, TaskState.READY, told or again[event.task])
        elif task.done:
            self._desk.settle(event.task, task.state, told or task.cause)

    # What a person asks for

    def cancel(self) -> None:
        """Ask to end the run; what runs is stopped, what is finished is kept."""
        self._ask(e.CancelRun())
        self._warn_here(self._desk.tasks)

    def cancel_tasks(self, tasks: Iterable[e.TaskId]) -> None:
        """Ask to end these tasks only; what depends on them is skipped."""
        wanted = tuple(tasks)
        self._ask(e.CancelTasks(wanted))
        self._warn_here(set(wanted))

    def cancel_nodes(self, nodes: Iterable[int]) -> None:
        """Ask to end the tasks of these nodes that have been made; what depends on them is skipped."""
        wanted, tasks = set(nodes), list(self._desk.tasks.values())
        self.cancel_tasks([task.id for task in tasks if task.node in wanted])

    def pause(self) -> None:
        """Start nothing new until ``resume``."""
        self._ask(e.Pause())

    def resume(self) -> None:
        """Go on after ``pause``."""
        self._ask(e.Resume())

    def pass_breakpoints(self, places: Iterable[str] = ()) -> None:
        """Let go on what waits at these breakpoints, or at all if none are named, and what comes there later."""
        self._ask(e.PassBreakpoints(tuple(places)))

    def close(self, deadline: float = 10.0) -> None:
        """End the workers; results that were not read are gone."""
        self._schemes.close(deadline)

    def _warn_here(self, tasks: Container[e.TaskId]) -> None:
        """Let modules know that run in the executor's thread: they have the thread that would tell them."""
        for name, scheme in self._schemes.here():
            scheme.stop([task.id for task in self._out(name) if task.id in tasks])

    def _interrupted(self) -> None:
        """End what ran in this thread when the person pressed Ctrl-C, and the run with it."""
        self._desk.put(e.CancelRun())
        self._carry_on()
        for name, _ in self._schemes.here():
            for task in self._out(name):
                self._desk.end(e.TaskStopped(task.id))
        self._carry_on()

    def _out(self, scheme: str) -> list[Task]:
        """Return the tasks that a scheme has been given."""
        tasks = list(self._desk.tasks.values())
        return [task for task in tasks if task.scheme == scheme and task.state in HANDED_OUT]
