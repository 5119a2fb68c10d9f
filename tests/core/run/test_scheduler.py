"""The scheduler is told what happened and answers what to do: whole runs in a few lines."""

from __future__ import annotations

import pytest
from schedulers import (
    CHAIN,
    ERROR,
    LOST,
    MAPPED,
    TOLERANT,
    items,
    scheduler,
    started,
)

from treadle.core.errors import InternalError
from treadle.core.pipeline import Node
from treadle.core.run import events as e
from treadle.core.run.states import RunState, TaskState
from treadle.core.worker.failures import Cause

# Success and failure


def test_a_failure_skips_what_depends_on_it_and_ends_the_run() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    assert run.handle(e.TaskFailed("load", ERROR)) == [e.Skip("clean"), e.Skip("plot"), e.FinishRun(failed=1)]
    assert run.state is RunState.FAILED


def test_a_skipped_task_says_where_the_trouble_began() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    causes = [c.cause for c in run.handle(e.TaskFailed("load", ERROR)) if isinstance(c, e.Skip)]
    assert causes == [Cause("upstream", "load failed: boom", "load")] * 2


def test_each_success_starts_what_waited_for_it() -> None:
    run = scheduler(CHAIN)
    assert started(run.handle(e.RunStarted())) == ["load"]
    assert run.handle(e.TaskStarted("load")) == []
    assert started(run.handle(e.TaskSucceeded("load"))) == ["clean"]
    assert started(run.handle(e.TaskSucceeded("clean"))) == ["plot"]
    assert run.handle(e.TaskSucceeded("plot")) == [e.Release("clean"), e.FinishRun()]
    assert run.state is RunState.SUCCEEDED


def test_what_does_not_depend_on_a_failure_goes_on() -> None:
    run = scheduler({"clean.x": "load.out", "other.x": "fetch.out"})
    run.handle(e.RunStarted())
    assert run.handle(e.TaskFailed("load", ERROR)) == [e.Skip("clean")]
    assert started(run.handle(e.TaskSucceeded("fetch"))) == ["other"]


def test_a_cached_result_needs_no_execution() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    assert started(run.handle(e.TaskCached("load"))) == ["clean"]
    assert [task.state for task in run.layout.tasks.values()].count(TaskState.CACHED) == 1


def test_an_empty_plan_ends_at_once() -> None:
    assert scheduler({}).handle(e.RunStarted()) == [e.FinishRun()]


# Retries and losses


def test_a_modules_own_exception_is_final_unless_the_node_asks_for_retries() -> None:
    run = scheduler({}, load=Node(module="step", retries=2))
    run.handle(e.RunStarted())
    for attempt in (2, 3):
        retry, start = run.handle(e.TaskFailed("load", ERROR))
        assert retry == e.Retry("load", ERROR)
        assert isinstance(start, e.Start)
        assert start.attempt == attempt
    assert run.handle(e.TaskFailed("load", ERROR)) == [e.FinishRun(failed=1)]


def test_a_lost_worker_is_tried_again_twice() -> None:
    run = scheduler({}, load=Node(module="step"))
    run.handle(e.RunStarted())
    for _ in range(2):
        assert started(run.handle(e.TaskFailed("load", LOST, lost=True))) == ["load"]
    assert run.handle(e.TaskFailed("load", LOST, lost=True)) == [e.FinishRun(failed=1)]


@pytest.mark.parametrize(("shared", "allowed"), [(False, 5), (True, 2)])
def test_more_losses_are_allowed_once_a_task_has_recovered_from_one_that_no_other_can_have_caused(
    shared: bool, allowed: int
) -> None:
    run = scheduler({}, load=Node(module="step"), other=Node(module="step"))
    run.handle(e.RunStarted())
    run.handle(e.TaskFailed("other", LOST, lost=True, shared=shared))
    run.handle(e.TaskSucceeded("other"))

    for _ in range(allowed):
        assert started(run.handle(e.TaskFailed("load", LOST, lost=True, shared=True))) == ["load"]
    assert run.handle(e.TaskFailed("load", LOST, lost=True, shared=True)) == [e.FinishRun(failed=1)]


@pytest.mark.parametrize("elsewhere", [e.WorkerKilled(), e.TaskFailed("other", LOST, lost=True, outside=True)])
def test_more_losses_are_allowed_once_somebody_has_killed_a_worker_that_was_at_something_else(
    elsewhere: e.Event,
) -> None:
    run = scheduler({}, load=Node(module="step"), other=Node(module="step"))
    run.handle(e.RunStarted())
    run.handle(elsewhere)

    for _ in range(5):
        assert "load" in started(run.handle(e.TaskFailed("load", LOST, lost=True, outside=True)))
    run.handle(e.TaskSucceeded("other"))
    assert run.handle(e.TaskFailed("load", LOST, lost=True, outside=True)) == [e.FinishRun(failed=1)]


def test_a_task_whose_own_workers_alone_are_killed_is_tried_again_twice() -> None:
    run = scheduler({}, load=Node(module="step"))
    run.handle(e.RunStarted())
    for _ in range(2):
        assert started(run.handle(e.TaskFailed("load", LOST, lost=True, outside=True))) == ["load"]
    assert run.handle(e.TaskFailed("load", LOST, lost=True, outside=True)) == [e.FinishRun(failed=1)]


def test_losses_do_not_use_up_the_retries_of_the_node() -> None:
    run = scheduler({}, load=Node(module="step", retries=1))
    run.handle(e.RunStarted())
    run.handle(e.TaskFailed("load", LOST, lost=True))
    run.handle(e.TaskFailed("load", LOST, lost=True))
    assert started(run.handle(e.TaskFailed("load", ERROR))) == ["load"]
    assert run.handle(e.TaskFailed("load", ERROR)) == [e.FinishRun(failed=1)]


def test_a_task_that_is_to_be_stopped_is_not_tried_again_when_its_worker_is_lost() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    assert run.handle(e.CancelTasks(("load",))) == [e.Stop("load", "serial")]
    assert run.handle(e.TaskFailed("load", LOST, lost=True)) == [e.Skip("clean"), e.Skip("plot"), e.FinishRun()]
    assert [task.state for task in run.layout.tasks.values()].count(TaskState.CANCELLED) == 1


# Illegal events


def test_an_event_of_an_unknown_task_is_a_bug_that_names_it() -> None:
    with pytest.raises(InternalError, match=r"there is no task 'nobody'.*report it"):
        scheduler(CHAIN).handle(e.TaskStarted("nobody"))


@pytest.mark.parametrize("event", [e.TaskSucceeded("clean"), e.TaskFailed("clean", ERROR), e.TaskStopped("clean")])
def test_the_end_of_a_task_that_never_started_is_a_bug(event) -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    with pytest.raises(InternalError, match=r"clean.*waiting"):
        run.handle(event)


def test_a_task_cannot_end_twice_and_the_error_tells_its_story() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    run.handle(e.TaskStarted("load"))
    run.handle(e.TaskSucceeded("load"))
    with pytest.raises(InternalError, match=r"load.*succeeded.*ready → dispatched → running → succeeded"):
        run.handle(e.TaskSucceeded("load"))


def test_a_task_cannot_begin_twice() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    run.handle(e.TaskStarted("load"))
    with pytest.raises(InternalError, match=r"load cannot go from running to running"):
        run.handle(e.TaskStarted("load"))


def test_what_is_no_event_is_a_bug() -> None:
    with pytest.raises(InternalError, match=r"does not know"):
        scheduler(CHAIN).handle("nonsense")  # type: ignore[arg-type]


# Absorbed failures


def test_a_join_that_passes_over_failures_lets_the_run_succeed_with_failures() -> None:
    run = scheduler(TOLERANT)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    run.handle(e.TaskFailed("clean[0]", ERROR))
    assert started(run.handle(e.TaskSucceeded("clean[1]"))) == ["total"]
    assert run.handle(e.TaskSucceeded("total"))[-1] == e.FinishRun(failed=1)
    assert run.state is RunState.SUCCEEDED_WITH_FAILURES


def test_a_failure_that_also_reaches_an_end_of_the_pipeline_fails_the_run() -> None:
    run = scheduler({**TOLERANT, "show.x": "clean.out"})
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    run.handle(e.TaskFailed("clean[0]", ERROR))
    for task in ("clean[1]", "show[1]", "total"):
        run.handle(e.TaskSucceeded(task))
    assert run.state is RunState.FAILED


def test_a_join_is_skipped_as_soon_as_one_item_failed() -> None:
    run = scheduler(MAPPED)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    assert run.handle(e.TaskFailed("clean[0]", ERROR)) == [e.Skip("total")]


# Size


LONG = {f"n{place}.x": f"n{place - 1}.out" for place in range(1, 10_000)}


def test_a_chain_of_10_000_nodes_is_run_without_recursion() -> None:
    run = scheduler(LONG)
    commands = run.handle(e.RunStarted())
    for place in range(10_000):
        assert started(commands) == [f"n{place}"]
        commands = run.handle(e.TaskSucceeded(f"n{place}"))
    assert commands[-1] == e.FinishRun()


def test_a_failure_at_the_head_of_10_000_nodes_skips_them_without_recursion() -> None:
    run = scheduler(LONG)
    run.handle(e.RunStarted())
    commands = run.handle(e.TaskFailed("n0", ERROR))
    assert len(commands) == 10_000
    assert commands[-1] == e.FinishRun(failed=1)
