"""What the executor makes of the reports of schemes, which come late, twice, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schedulers import CHAIN, pipeline
from told_schemes import ToldScheme, ended, executor

from treadle.core.pipeline import Node
from treadle.core.run.records import TaskChanged
from treadle.core.run.states import RunState, TaskState
from treadle.core.scheme import Began, Place, Stopped

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
