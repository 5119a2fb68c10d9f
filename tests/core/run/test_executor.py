"""What the executor makes of the reports of schemes, which come late, twice, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from schedulers import CHAIN, MAPPED, pipeline
from told_schemes import DONE, ToldScheme, ended, executor

from treadle.core.pipeline import Node, Sweep, Zip
from treadle.core.planning.make_plan import make_plan
from treadle.core.run import letting_go
from treadle.core.run.earlier import LookedUp
from treadle.core.run.executor import Executor
from treadle.core.run.records import TaskChanged
from treadle.core.run.scheduler import Policy
from treadle.core.run.states import RunState, TaskState
from treadle.core.scheme import Began, Capacity, Exported, Place, Stopped
from treadle.core.worker.call import Moved
from treadle.core.worker.failures import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from treadle.core.run.records import RunEvent
    from treadle.core.scheme import Report
    from treadle.core.worker.call import Call

ALONE = {"a": Node(module="step")}


def test_of_two_ends_that_are_told_of_one_attempt_the_first_counts(tmp_path) -> None:
    scheme = ToldScheme(answer=lambda call: [ended(call), Stopped(call.task, call.attempt), ended(call)])
    run = executor(pipeline(CHAIN), tmp_path, scheme)
    assert run.run() is RunState.SUCCEEDED
    assert [call.task for call in scheme.calls] == ["load", "clean", "plot"]


class BadlyClosed(ToldScheme):
    """A scheme with a bug where it ends."""

    asked = False

    def close(self, deadline: float) -> None:
        self.asked = True
        raise RuntimeError("a bug")


def test_a_scheme_that_fails_to_close_keeps_no_other_open(tmp_path) -> None:
    schemes = [BadlyClosed("threads"), BadlyClosed("processes")]
    run = executor(pipeline({}, **TWO), tmp_path, *schemes)
    run.run()
    with pytest.raises(RuntimeError, match="a bug"):
        run.close()
    assert all(scheme.asked for scheme in schemes)


def test_what_is_told_of_an_attempt_after_its_end_is_not_heeded(tmp_path) -> None:
    scheme = ToldScheme(
        answer=lambda call: [Stopped(call.task, call.attempt), Began(call.task, call.attempt, Place("late"))]
    )
    run = executor(pipeline({}, **ALONE), tmp_path, scheme)
    assert run.run() is RunState.CANCELLED
    assert run.records["a"].worker == ""


def test_a_task_that_took_too_long_and_is_tried_again_says_so(tmp_path) -> None:
    told: list[tuple[TaskState, str]] = []

    def listen(event: RunEvent) -> None:
        if isinstance(event, TaskChanged) and event.record.cause is not None:
            told.append((event.record.state, event.record.cause.kind))

    scheme = ToldScheme(stopped=lambda task: [Stopped(task, scheme.calls[-1].attempt)])
    scheme.answer = lambda call: [Began(call.task, 1, Place("w"))] if call.attempt == 1 else [ended(call)]
    node = Node(module="step", retries=1, timeout=0.01)
    run = executor(pipeline({}, a=node), tmp_path, scheme, listener=listen)
    assert run.run() is RunState.SUCCEEDED
    assert told[0] == (TaskState.READY, "timed out")


class FakeClock:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_times_are_those_when_a_report_came_and_not_when_it_was_read(tmp_path) -> None:
    clock = FakeClock()

    def answer(call: Call) -> Iterator[Report]:
        clock.now += 1
        yield Began(call.task, call.attempt, Place("here"))
        clock.now += 2
        yield ended(call, seconds=2)
        clock.now += 4

    run = executor(pipeline({}, **ALONE), tmp_path, ToldScheme(answer=answer), clock=clock)
    run.run()
    record = run.records["a"]
    assert (record.dispatched, record.began, record.ended) == (0, 1, 3)


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_an_attempt_of_which_no_worker_tells_how_long_it_ran_took_from_its_beginning_to_its_end(tmp_path, how) -> None:
    clock = FakeClock()
    killed = Cause("killed", "killed by signal 9")

    def answer(call: Call) -> Iterator[Report]:
        yield Began(call.task, call.attempt, Place("here"))
        clock.now += 3 - call.attempt
        yield ended(call, killed) if how == "killed" or call.attempt == 1 else Stopped(call.task, call.attempt)

    node = Node(module="step", retries=1)
    run = executor(pipeline({}, a=node), tmp_path, ToldScheme(answer=answer), clock=clock)
    run.run()
    assert (run.records["a"].attempts, run.records["a"].seconds) == (2, 1)


class Unread:
    """Workers whose answers are read only when somebody attends, and that have all answered by a moment.

    Of a task that is to stop its answer does not count.
    """

    def __init__(self, scheme: ToldScheme, clock: FakeClock, by: float) -> None:
        self._scheme, self._clock, self._by = scheme, clock, by
        self.stopping: list[str] = []

    def attend(self, _seconds: float | None) -> bool:
        while self._clock.now >= self._by and self._scheme.calls:
            call = self._scheme.calls.pop()
            self._scheme.report(Stopped(call.task, 1) if call.task in self.stopping else ended(call))
        return True

    def stir(self, *, anyway: bool = False) -> None:
        pass

    def leave(self) -> None:
        pass


def test_a_task_is_not_late_that_ended_in_time_while_the_listener_was_slow(tmp_path) -> None:
    clock, scheme = FakeClock(), ToldScheme(answer=lambda call: [Began(call.task, 1, Place("w"))])
    scheme.watch = unread = Unread(scheme, clock, by=105.0)
    scheme.stopped = lambda task: unread.stopping.append(task) or ()

    def listen(event: RunEvent) -> None:
        if isinstance(event, TaskChanged) and event.record.state is TaskState.RUNNING:
            clock.now += 5

    nodes = {name: Node(module="step", timeout=1) for name in "ab"}
    run = executor(pipeline({}, **nodes), tmp_path, scheme, listener=listen, clock=clock)
    assert run.run() is RunState.SUCCEEDED


# Values that are asked for and do not come

ELSEWHERE = {"b.x": "a.out"}
TWO = {"a": Node(module="threads"), "b": Node(module="step")}


@pytest.fixture
def little_patience(monkeypatch) -> None:
    monkeypatch.setattr("treadle.core.run.moving.TRANSFER_SECONDS", 0.05)


@pytest.mark.usefixtures("little_patience")
def test_a_value_that_never_comes_is_made_again_and_then_refused_with_the_reason(tmp_path) -> None:
    made, reads = ToldScheme("threads"), ToldScheme("processes")
    run = executor(pipeline(ELSEWHERE, **TWO), tmp_path, made, reads)
    assert run.run() is RunState.FAILED
    assert ([call.task for call in made.calls], reads.calls) == (["a", "a"], [])
    cause = run.records["b"].cause
    assert "threads has not given the output 'out' of a within 0 s" in cause.message


@pytest.mark.usefixtures("little_patience")
def test_a_value_that_comes_when_it_was_made_again_is_read(tmp_path) -> None:
    made, reads = ToldScheme("threads"), ToldScheme("processes")
    made.exported = lambda value: [Exported(value, b"1")] if len(made.calls) > 1 else ()
    run = executor(pipeline(ELSEWHERE, **TWO), tmp_path, made, reads)
    assert run.run() is RunState.SUCCEEDED
    assert [call.arguments for call in reads.calls] == [{"x": Moved(b"1")}]


# Who is to blame


def test_a_value_that_cannot_be_read_is_blamed_on_the_output_that_it_is(tmp_path) -> None:
    unread = Cause("not picklable", "the input 'x' cannot be read: unpickling it raised ValueError: torn", port="x")
    scheme = ToldScheme(answer=lambda call: [ended(call, unread if call.task == "clean" else DONE)])
    run = executor(pipeline(CHAIN), tmp_path, scheme)
    assert run.run() is RunState.FAILED
    cause = run.records["clean"].cause
    assert (cause.task, cause.message) == ("load", f"load.out is not fit to travel: {unread.message}")


def test_of_a_list_the_outputs_are_told_that_may_be_to_blame(tmp_path) -> None:
    unread = Cause("not picklable", "the input 'x' cannot be read", port="x")
    results = {"load": replace(DONE, items={"out": ("0", "1")})}
    scheme = ToldScheme(
        answer=lambda call: [ended(call, unread if call.task == "total" else results.get(call.task, DONE))]
    )
    run = executor(pipeline(MAPPED), tmp_path, scheme)
    assert run.run() is RunState.FAILED
    cause = run.records["total"].cause
    assert (cause.task, cause.port) == ("", "x")
    assert cause.message.startswith("one of the 2 outputs from clean[0].out to clean[1].out is not fit to travel: ")


# Warnings


def test_that_no_time_limit_is_kept_is_told_once_with_the_nodes(tmp_path) -> None:
    nodes = {name: Node(module="step", timeout=seconds) for name, seconds in (("a", 1), ("b", 2), ("c", None))}
    run = executor(pipeline({}, **nodes), tmp_path, ToldScheme(runs_here=True))
    run.run()
    assert run.warnings() == ["told keeps no time limit, which a, b have (timeout)"]


def test_that_a_scheme_gave_out_is_told_with_its_reason_unless_it_came_back(tmp_path) -> None:
    gone = Capacity("processes", 0, why="lost contact with its controller")
    for after, told in (((gone,), ["processes took no tasks any more: lost contact with its controller"]), ((), [])):
        first = ToldScheme(
            "processes", answer=lambda call, after=after: [ended(call), gone, *(after or [Capacity("processes", 9)])]
        )
        run = executor(pipeline({}, **ALONE), tmp_path, first, ToldScheme("serial"))
        assert run.run() is RunState.SUCCEEDED
        assert run.warnings() == told


def test_a_time_limit_that_is_kept_is_not_told(tmp_path) -> None:
    run = executor(pipeline({}, a=Node(module="step", timeout=1)), tmp_path, ToldScheme())
    run.run()
    assert run.warnings() == []


# Results of earlier runs


class Forgetful:
    """Earlier results of which there are none; tells what it was asked."""

    digested: frozenset[int] = frozenset()
    waiting = False

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.over: list[str] = []

    def open(self, hear: Any) -> None:
        self.hear = hear

    def find(self, wanted: Any) -> None:
        names = tuple(task.id for task, _ in wanted)
        self.asked += names
        self.hear(LookedUp({}, names))

    def ended(self, task: str) -> None:
        self.over.append(task)


def test_what_a_failure_has_ended_is_not_looked_up(tmp_path) -> None:
    earlier = Forgetful()
    scheme = ToldScheme()
    policy = Policy(("told",), on_error="stop", look_up=True)
    odd = Node(module="step", sweeps={"x": Sweep((1, 2)), "y": Sweep((1,))}, zips=(Zip(("x", "y")),))
    plan = make_plan(pipeline({}, a=Node(module="step"), b=odd))
    run = Executor(plan, {"told": scheme}, policy, folder=tmp_path, earlier=earlier)
    assert run.run() is RunState.FAILED
    assert ("a" in earlier.over, earlier.asked, scheme.calls) == (True, [], [])


class Keen(Forgetful):
    """Wants the value of the first task of a chain, and tells when it has come."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: set[Any] = set()

    @property
    def waiting(self) -> bool:
        return bool(self.wanted)

    def wants(self, task: Any, report: Any) -> Iterator[Any]:
        if task.id == "load":
            self.wanted.add((task.id, "out", -1))
            yield task.id, "out", -1

    def keep(self, value: Any, handed: Any) -> None:
        assert handed == b"kept"
        self.wanted.discard(value)


def test_a_value_that_is_to_be_kept_is_not_forgotten_before_it_has_come(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(letting_go, "SMALL", -1)
    told: list[str] = []

    class Slow(ToldScheme):
        """Answers for a value when the last task of the chain is there."""

        def export(self, values: Any) -> None:
            self.values = list(values)
            told.append("asked")

        def release(self, tasks: Any) -> None:
            told.extend(tasks)

        def submit(self, calls: Any) -> None:
            super().submit(calls)
            if calls[0].task == "plot":
                told.append("comes")
                self.tell([Exported(value, b"kept") for value in self.values])

    earlier = Keen()
    policy = Policy(("told",), look_up=True)
    run = Executor(
        make_plan(pipeline(CHAIN)), {"told": Slow()}, policy, folder=tmp_path, earlier=earlier, keep_all=False
    )
    assert run.run() is RunState.SUCCEEDED
    assert not earlier.waiting
    assert told == ["asked", "comes", "load", "clean"]
