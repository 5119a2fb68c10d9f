"""What a failure or a person ends of a run, and what a pause holds back."""

from __future__ import annotations

from schedulers import (
    CHAIN,
    ERROR,
    MAPPED,
    items,
    scheduler,
    started,
)

from treadle.core.pipeline import Node, Sweep, Zip
from treadle.core.run import events as e
from treadle.core.run.progress import ENDING
from treadle.core.run.scheduler import Policy
from treadle.core.run.states import RunState
from treadle.core.worker.failures import Cause


def test_stop_starts_nothing_new_after_a_failure_and_lets_the_rest_end() -> None:
    nodes = {"other": Node(module="step"), "late": Node(module="step")}
    run = scheduler({"clean.x": "load.out"}, Policy(on_error="stop"), 2, **nodes)
    assert started(run.handle(e.RunStarted())) == ["load", "other"]
    assert run.handle(e.TaskFailed("other", ERROR)) == [e.Cancelled("late")]
    assert run.handle(e.TaskSucceeded("load")) == [e.Cancelled("clean"), e.Release("load"), e.FinishRun(failed=1)]
    assert run.state is RunState.FAILED


def test_abort_stops_what_runs() -> None:
    run = scheduler({}, Policy(on_error="abort"), a=Node(module="step"), b=Node(module="step"))
    run.handle(e.RunStarted())
    assert run.handle(e.TaskFailed("a", ERROR)) == [e.Stop("b", "serial")]
    assert run.handle(e.TaskStopped("b")) == [e.FinishRun(failed=1)]
    assert run.layout.tasks["b"].cause == Cause("cancelled", ENDING, "b")


def test_what_depends_on_a_cancelled_task_names_it_and_says_why_if_that_is_more_than_a_persons_will() -> None:
    alone = Node(module="step")
    for policy, event, why in (
        (Policy(on_error="abort"), e.TaskFailed("other", ERROR), f"load was cancelled: {ENDING}"),
        (Policy(), e.CancelTasks(("load",)), "load was cancelled"),
    ):
        run = scheduler({"clean.x": "load.out"}, policy, other=alone)
        run.handle(e.RunStarted())
        run.handle(event)
        (skipped, *_) = [one for one in run.handle(e.TaskStopped("load")) if isinstance(one, e.Skip)]
        assert (skipped.task, skipped.cause.message) == ("clean", why)


def test_items_that_cannot_be_matched_stop_the_run_too() -> None:
    node = Node(module="step", sweeps={"x": Sweep((1, 2)), "y": Sweep((1, 2, 3))}, zips=(Zip(("x", "y")),))
    run = scheduler({}, Policy(on_error="stop"), pair=node, late=Node(module="step"))
    assert [type(command) for command in run.handle(e.RunStarted())] == [e.Fail, e.Cancelled, e.FinishRun]


def test_a_failed_attempt_is_not_repeated_once_the_run_ends() -> None:
    run = scheduler({}, Policy(on_error="stop"), a=Node(module="step"), b=Node(module="step", retries=5))
    run.handle(e.RunStarted())
    run.handle(e.TaskFailed("a", ERROR))
    assert run.handle(e.TaskFailed("b", ERROR)) == [e.FinishRun(failed=2)]


def test_cancel_ends_what_waits_at_once_and_stops_what_runs() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    assert run.handle(e.CancelRun()) == [e.Stop("load", "serial"), e.Cancelled("clean"), e.Cancelled("plot")]
    assert run.handle(e.TaskStopped("load")) == [e.FinishRun()]
    assert run.state is RunState.CANCELLED


def test_a_task_that_succeeds_while_it_is_being_stopped_has_succeeded() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    run.handle(e.CancelTasks(("load",)))
    assert started(run.handle(e.TaskSucceeded("load"))) == ["clean"]


def test_cancel_twice_stops_once() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    run.handle(e.CancelRun())
    assert run.handle(e.CancelRun()) == []


def test_tasks_that_appear_after_a_cancel_are_cancelled_too() -> None:
    run = scheduler(MAPPED)
    run.handle(e.RunStarted())
    run.handle(e.CancelRun())
    commands = run.handle(e.TaskSucceeded("load", items(2)))
    assert commands == [e.Cancelled("clean[0]"), e.Cancelled("clean[1]"), e.Release("load"), e.FinishRun()]


def test_cancelling_a_task_skips_what_depends_on_it_and_nothing_else() -> None:
    run = scheduler({**CHAIN, "other.x": "load.out"})
    run.handle(e.RunStarted())
    assert run.handle(e.CancelTasks(("clean",))) == [e.Cancelled("clean"), e.Skip("plot")]
    assert started(run.handle(e.TaskSucceeded("load"))) == ["other"]


def test_a_paused_run_starts_nothing_until_it_is_resumed() -> None:
    run = scheduler(CHAIN)
    run.handle(e.Pause())
    assert run.handle(e.RunStarted()) == []
    assert started(run.handle(e.Resume())) == ["load"]
    run.handle(e.Pause())
    assert run.handle(e.TaskSucceeded("load")) == []
    assert started(run.handle(e.Resume())) == ["clean"]


def test_a_paused_run_ends_when_it_is_cancelled() -> None:
    run = scheduler(CHAIN)
    run.handle(e.Pause())
    run.handle(e.RunStarted())
    assert run.handle(e.CancelRun())[-1] == e.FinishRun()
