"""Drives a scheduler with reports of invented tasks, and checks after every step what must always hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treadle.core.planning.plan import FedBack, Plan, Source, sources_of
from treadle.core.run import events as e
from treadle.core.run.arguments import CallMaker
from treadle.core.run.scheduler import Policy, Scheduler
from treadle.core.run.states import RunState, TaskState
from treadle.core.worker.call import Applied, Argument, Call, Items, Labelled, Ref
from treadle.core.worker.failures import Cause

if TYPE_CHECKING:
    from treadle.core.run.tasks import Task

Pick = Callable[[list[Any]], Any]
BOOM = Cause("exception", "boom")
LOST = Cause("killed", "the worker was killed")


class Driver:
    """A scheduler with pretended workers; ``pick`` chooses among options."""

    def __init__(self, plan: Plan, policy: Policy, slots: dict[str, int], pick: Pick) -> None:
        self.plan = plan
        self.scheduler = Scheduler(plan, policy)
        self.calls = CallMaker(self.scheduler.layout, Path("/"))
        self.slots = dict(slots)
        self.pick = pick
        self.running: dict[str, Call] = {}
        self.begun: set[str] = set()
        self.stopping: set[str] = set()
        self.released: set[str] = set()
        self.looking: set[str] = set()
        self.lost: set[str] = set()
        self.outcomes: dict[str, e.Outcome] = {}
        self.refused: Counter[str] = Counter()
        self.attempts: Counter[str] = Counter()
        self.allowed: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.ended: dict[str, TaskState] = {}
        self.finished: list[e.FinishRun] = []
        self.log: list[object] = []
        self.unready: dict[str, list[str]] = {}
        self.paused = False
        self.closed = set(policy.breakpoints)
        self.waits_at: tuple[str, ...] = ()
        self.cancelled = False
        self.lossy = False
        for name, count in slots.items():
            self.feed(e.SchemeChanged(name, count))
        self.feed(e.RunStarted())

    @property
    def tasks(self) -> dict[str, Task]:
        return self.scheduler.layout.tasks

    def feed(self, event: e.Event) -> list[e.Command]:
        self.log.append(event)
        commands = self.scheduler.handle(event)
        self.log.extend(commands)
        for command in commands:
            self.take(command)
        self.check()
        self.hold()
        return commands

    def hold(self) -> None:
        """Give those tasks back that cannot begin because what they read is gone."""
        while self.unready:
            name, missing = self.unready.popitem()
            self.running.pop(name)
            for made in missing:
                if made in self.lost or made in self.released:
                    self.again(made)
            self.allowed[name] += 1
            reads = tuple(dict.fromkeys(refs(self.calls.call(self.tasks[name]))))
            self.feed(e.TaskHeld(name, reads, tuple(missing)))

    def again(self, name: str) -> None:
        """Expect a task to be executed once more, because its results are gone."""
        self.lost.discard(name)
        self.released.discard(name)
        self.ended.pop(name, None)
        self.allowed[name] += 1

    def take(self, command: e.Command) -> None:
        match command:
            case e.Start():
                self.start(command)
            case e.LookUp(task):
                assert self.scheduler.policy.look_up
                if not self.tasks[task].done:
                    # The failure of another task may have ended it since.
                    assert self.tasks[task].state is TaskState.WAITING
                    self.looking.add(task)
            case e.Stop(task):
                assert task in self.running, f"{task} is stopped, but does not run"
                assert task not in self.stopping, f"{task} is stopped twice"
                self.stopping.add(task)
            case e.Release(task):
                self.release(task)
            case e.Skip(task) | e.Fail(task) | e.Cancelled(task):
                self.told[task] += 1
            case e.Retry(task):
                self.allowed[task] += 1
            case e.AtBreakpoints(places):
                assert places != self.waits_at, "it is told twice where the run waits"
                assert set(places) <= self.closed
                self.waits_at = places
            case e.FinishRun():
                self.finished.append(command)

    def start(self, command: e.Start) -> None:
        task = self.tasks[command.task]
        assert not self.paused
        node = self.plan.nodes[task.node].id
        assert task.attempt > 1 or task.made_again or node not in self.closed, f"{task.id} passes a breakpoint"
        assert task.id not in self.running, f"{task.id} runs already"
        self.attempts[task.id] += 1
        assert command.attempt == self.attempts[task.id] <= 1 + self.allowed[task.id], f"{task.id} runs again"
        merges = self.plan.nodes[task.node].module.merges
        for source, output in () if self.lossy else self.scheduler.layout.reads(task):
            assert source.done, f"{task.id} starts before its inputs are there"
            assert source.cause is None, f"{task.id} starts without its inputs"
            assert merges or source.lacks(output) is None, f"{task.id} starts without its inputs"
        call = self.calls.call(task)
        gone = []
        for made in refs(call):
            lost = made in self.lost or made in self.released
            good = lost or self.lossy or self.tasks[made].state.good
            assert good, f"{task.id} reads {made}, which is {self.tasks[made].state}"
            assert made not in self.released or self.lossy, f"{task.id} reads {made}, which is released"
            if lost or not self.tasks[made].state.good:
                gone.append(made)
        self.running[task.id] = call
        made_again = task.made_again and not task.sources and next(refs(call), "")
        if gone or made_again:
            self.unready[task.id] = gone
        taken = Counter(self.tasks[name].scheme for name in self.running)
        assert taken[command.scheme] <= self.slots[command.scheme], "more tasks than slots"

    def release(self, name: str) -> None:
        task = self.tasks[name]
        assert name not in self.released, f"{name} is released twice"
        assert task.state.good, f"{name} is released, but is {task.state}"
        for reader, call in self.running.items():
            reads = name in set(refs(call)) and reader not in self.unready
            assert not reads, f"{name} is released while {reader} reads it"
        assert self.plan.nodes[task.node] not in self.plan.sinks(), f"{name} is the run's own"
        self.released.add(name)

    # What must always hold

    def check(self) -> None:
        policy, nodes = self.scheduler.policy, self.plan.nodes
        assert all(self.in_use(name) <= count for name, count in self.slots.items()), "more tasks than slots"
        running = [nodes[self.tasks[name].node] for name in self.running]
        assert sum(node.n_procs for node in running) <= policy.n_procs + 1e-6
        assert sum(node.mem_gb for node in running) <= policy.mem_gb + 1e-6
        for name, task in self.tasks.items():
            if name in self.ended:
                assert task.state is self.ended[name], f"{name} ended twice"
            elif task.state.terminal:
                self.ended[name] = task.state
                assert task.done
                assert task.state.good or self.told[name] == 1, f"{name} is {task.state}: told {self.told[name]}"
            if task.state in {TaskState.DISPATCHED, TaskState.RUNNING}:
                assert name in self.running, f"{name} is {task.state}, but does not run"
        assert len(self.finished) <= 1
        if self.finished:
            assert not self.running
            assert set(self.ended) == set(self.tasks), "the run ended before its tasks"
            assert not self.waits_at
        waits = {nodes[task.node].id for task in self.tasks.values() if task.state is TaskState.READY}
        assert set(self.waits_at) <= waits, "it waits at a breakpoint where nothing is ready"

    # What may happen

    def answer(self, name: str, event: e.Event) -> None:
        self.running.pop(name)
        self.begun.discard(name)
        self.feed(event)

    def outcome(self, name: str) -> e.Outcome:
        """Return what a task gives: the same when it is made again."""
        if name not in self.outcomes:
            self.outcomes[name] = self.made_up(name)
        return self.outcomes[name]

    def made_up(self, name: str) -> e.Outcome:
        node = self.plan.nodes[self.tasks[name].node]
        title = node.module.path.rpartition(":")[2]
        absent: dict[str, str] = {}
        if title == "switch":
            absent = {self.pick(["then", "otherwise"]): "not taken"}
        elif title == "filter" and self.pick([True, False]):
            absent = {"out": "filtered out"}
        items = {
            port: tuple(map(str, range(self.pick([2, 2, 0, 1, 3]))))
            for port in sorted(node.split)
            if port not in absent
        }
        return e.Outcome(items, {port: self.pick([False, True]) for port in sorted(node.flags)}, absent)

    def succeed(self, name: str) -> None:
        self.stopping.discard(name)
        self.answer(name, e.TaskSucceeded(name, self.outcome(name)))

    def look(self, name: str) -> None:
        """Answer whether the results of a task were found."""
        self.looking.discard(name)
        found = self.pick([True, False, False])
        self.feed(e.TaskCached(name, self.outcome(name)) if found else e.TaskMissed(name))

    def refuse(self, name: str) -> None:
        """Have the scheme refuse a task: another one may try."""
        self.stopping.discard(name)
        self.told[name] += 1
        self.answer_failure(name, e.TaskRefused(name, BOOM))

    def lose_results(self, name: str) -> None:
        """Lose the results of a task; if nothing reads them any more, they are the run's own, and are made again."""
        self.lossy = True
        node = self.plan.nodes[self.tasks[name].node]
        if node in self.plan.sinks():
            self.again(name)
            self.feed(e.ResultsLost((name,)))
        else:
            self.lost.add(name)

    def fail(self, name: str, *, lost: bool) -> None:
        self.stopping.discard(name)
        self.told[name] += 1
        self.answer_failure(name, e.TaskFailed(name, LOST if lost else BOOM, lost))

    def answer_failure(self, name: str, event: e.Event) -> None:
        """Feed an event after which the task has ended, or is tried again."""
        before = self.allowed[name]
        self.running.pop(name)
        self.begun.discard(name)
        commands = self.scheduler.handle(event)
        self.log += [event, *commands]
        for command in commands:
            self.take(command)
        if self.allowed[name] > before:
            self.told[name] -= 1
        self.check()
        self.hold()

    def stop(self, name: str) -> None:
        self.stopping.discard(name)
        self.told[name] += 1
        self.answer(name, e.TaskStopped(name))

    def step(self) -> None:
        """Let one thing happen."""
        kinds = ["report"] * 12 + ["cancel tasks", "pause", "resume", "resume", "slots", "lose", "time", "pass"]
        kind = self.pick(kinds)
        if kind == "report" and self.running:
            self.report(self.pick(sorted(self.running)))
        elif kind == "report" and self.looking:
            self.look(self.pick(sorted(self.looking)))
        elif kind == "lose" and (made := sorted(self.kept())):
            self.lose_results(self.pick(made))
        elif kind == "time" and (running := sorted(set(self.running) - self.stopping)):
            self.feed(e.TaskTimedOut(self.pick(running), 1.0))
        elif kind == "cancel tasks" and self.tasks:
            self.feed(e.CancelTasks((self.pick(sorted(self.tasks)),)))
        elif kind in {"pause", "resume"}:
            self.paused = kind == "pause"
            self.feed(e.Pause() if self.paused else e.Resume())
        elif kind == "pass" and self.closed:
            self.let_pass(self.pick([*[(place,) for place in sorted(self.closed)], ()]))
        elif kind == "slots":
            name = self.pick(sorted(self.slots))
            self.slots[name] = max(self.pick([0, 1, 2, 5]), self.in_use(name))
            self.feed(e.SchemeChanged(name, self.slots[name]))

    def let_pass(self, places: tuple[str, ...]) -> None:
        self.closed = self.closed - set(places) if places else set()
        self.feed(e.PassBreakpoints(places))

    def kept(self) -> list[str]:
        """Return the tasks whose results are there and may still be read."""
        gone = self.released | self.lost
        return [task.id for task in self.tasks.values() if task.state.good and task.id not in gone]

    def in_use(self, scheme: str) -> int:
        return sum(self.tasks[name].scheme == scheme for name in self.running)

    def report(self, name: str) -> None:
        if name not in self.begun and self.pick([True, False]):
            self.begun.add(name)
            self.feed(e.TaskStarted(name))
            return
        if name in self.stopping and self.pick([True, True, False]):
            self.stop(name)
            return
        match self.pick(["succeed", "succeed", "succeed", "succeed", "refuse", "fail", "lose"]):
            case "succeed":
                self.succeed(name)
            case "refuse" if name not in self.begun:
                self.refuse(name)
            case "fail":
                self.fail(name, lost=False)
            case "lose":
                self.fail(name, lost=True)
            case _:
                self.succeed(name)

    def finish(self) -> None:
        """Let all that runs succeed, until the run has ended."""
        self.paused = False
        for name in self.slots:
            self.slots[name] = max(2, self.in_use(name))
            self.feed(e.SchemeChanged(name, self.slots[name]))
        self.feed(e.Resume())
        self.let_pass(())
        while self.running or self.looking:
            if self.looking:
                self.look(min(self.looking))
            else:
                self.succeed(min(self.running))
        assert len(self.finished) == 1, f"the run hangs: {self.unfinished()}"
        self.check_released()

    def check_released(self) -> None:
        sinks = {node.number for node in self.plan.sinks()}
        own = {source.node for number in sinks for source in self.handed_on(number)}
        kept = {t.id for t in self.tasks.values() if t.state.good and t.node not in sinks | own} - self.released
        kept -= self.lost
        assert not kept, f"never released: {kept}"

    def handed_on(self, number: int) -> list[Source]:
        """Return what a last loop may still hand on as its result: what it started with."""
        fed = [entry for entry in self.plan.nodes[number].inputs if isinstance(entry, FedBack)]
        absent = any(task.absent for task in self.tasks.values() if task.node == number)
        return [source for entry in fed if absent for source in sources_of(entry)]

    def unfinished(self) -> list[str]:
        return [f"{task.id} is {task.state.value}" for task in self.tasks.values() if not task.done]

    @property
    def state(self) -> RunState:
        return self.scheduler.state


def refs(call: Call) -> Iterator[str]:
    """Go through the tasks whose results a call reads."""
    waiting: list[Argument] = list(call.arguments.values())
    while waiting:
        match waiting.pop():
            case Ref(value):
                yield value[0]
            case Items(items):
                waiting.extend(items)
            case Labelled(_, inner) | Applied(_, inner):
                waiting.append(inner)
