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
    pipeline,
    released,
    scheduler,
    started,
)

from treadle.core.errors import InternalError, UsageError
from treadle.core.pipeline import Connection, Each, Fold, Join, Node, Pipeline, Sweep, Zip
from treadle.core.planning.make_plan import make_plan
from treadle.core.run import events as e
from treadle.core.run.scheduler import Policy, Scheduler
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


# What a failure does to the rest of the run


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


def test_items_that_cannot_be_matched_stop_the_run_too() -> None:
    node = Node(module="step", sweeps={"x": Sweep((1, 2)), "y": Sweep((1, 2, 3))}, zips=(Zip(("x", "y")),))
    run = scheduler({}, Policy(on_error="stop"), pair=node, late=Node(module="step"))
    assert [type(command) for command in run.handle(e.RunStarted())] == [e.Fail, e.Cancelled, e.FinishRun]


def test_a_failed_attempt_is_not_repeated_once_the_run_ends() -> None:
    run = scheduler({}, Policy(on_error="stop"), a=Node(module="step"), b=Node(module="step", retries=5))
    run.handle(e.RunStarted())
    run.handle(e.TaskFailed("a", ERROR))
    assert run.handle(e.TaskFailed("b", ERROR)) == [e.FinishRun(failed=2)]


# Cancel, pause


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


# Resources


def test_no_more_tasks_start_than_there_are_slots() -> None:
    run = scheduler({}, None, 2, **{name: Node(module="step") for name in "abcd"})
    assert started(run.handle(e.RunStarted())) == ["a", "b"]
    assert started(run.handle(e.TaskSucceeded("b"))) == ["c"]
    assert started(run.handle(e.SchemeChanged("serial", 5))) == ["d"]


def test_cores_and_memory_in_use_hold_back_what_does_not_fit_but_nothing_else() -> None:
    run = scheduler(
        {}, Policy(n_procs=4, mem_gb=2.0),
        big=Node(module="step", n_procs=3), large=Node(module="step", n_procs=2),
        fat=Node(module="step", mem_gb=1.9), small=Node(module="step"),
    )  # fmt: skip
    assert started(run.handle(e.RunStarted())) == ["big", "small"]
    assert started(run.handle(e.TaskSucceeded("big"))) == ["large"]
    assert started(run.handle(e.TaskSucceeded("small"))) == []
    assert started(run.handle(e.TaskSucceeded("large"))) == ["fat"]


def test_a_task_that_only_waits_takes_no_core() -> None:
    nodes = {name: Node(module="step", n_procs=0) for name in "abc"}
    run = scheduler({}, Policy(n_procs=1), **nodes, busy=Node(module="step"), more=Node(module="step"))
    assert started(run.handle(e.RunStarted())) == ["a", "b", "c", "busy"]


def test_a_request_that_no_host_meets_fails_at_once_with_both_numbers() -> None:
    nodes = {"load": Node(module="step", n_procs=3), "fit": Node(module="step", mem_gb=4)}
    run = scheduler({}, Policy(n_procs=2, mem_gb=1.0), **nodes)
    causes = [command.cause.message for command in run.handle(e.RunStarted()) if isinstance(command, e.Fail)]
    assert causes == ["it asks for 3 cores, and there are 2", "it asks for 4 GB of memory, and there are 1.0"]


def test_fractions_of_memory_do_not_add_up_to_a_lost_place() -> None:
    run = scheduler({}, Policy(mem_gb=0.3), **{name: Node(module="step", mem_gb=0.1) for name in "abcdef"})
    running = started(run.handle(e.RunStarted()))
    assert running == ["a", "b", "c"]
    for _ in range(3):
        running += started(run.handle(e.TaskSucceeded(running[0])))
        running = running[1:]
    assert len(running) == 3


# Order


def test_the_longest_chain_comes_first() -> None:
    run = scheduler({"b.x": "a.out", "c.x": "b.out"}, None, 1, alone=Node(module="step"))
    order = started(run.handle(e.RunStarted()))
    while len(order) < 4:
        order += started(run.handle(e.TaskSucceeded(order[-1])))
    assert order[:2] == ["a", "b"]


def test_the_topological_order_is_that_of_the_plan() -> None:
    nodes = {"alone": Node(module="step")}
    run = Scheduler(make_plan(pipeline({"b.x": "a.out"}, **nodes)), Policy(order="topological"))
    run.handle(e.SchemeChanged("serial", 9))
    assert started(run.handle(e.RunStarted())) == [node.id for node in run.plan.nodes if node.id != "b"]


def test_memory_first_starts_the_largest() -> None:
    nodes = {
        "small": Node(module="step", mem_gb=0.1), "wide": Node(module="step", mem_gb=1, n_procs=4),
        "large": Node(module="step", mem_gb=2), "narrow": Node(module="step", mem_gb=1),
    }  # fmt: skip
    run = scheduler({}, Policy(order="memory-first"), **nodes)
    assert started(run.handle(e.RunStarted())) == ["large", "wide", "narrow", "small"]


def test_an_unknown_order_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"did you mean 'topological'|Did you mean 'topological'"):
        Scheduler(make_plan(Pipeline()), Policy(order="topologcal"))


def test_items_start_in_their_order() -> None:
    run = scheduler(MAPPED)
    run.handle(e.RunStarted())
    assert started(run.handle(e.TaskSucceeded("load", items(3)))) == ["clean[0]", "clean[1]", "clean[2]"]


# Which scheme


def reason(commands: list[e.Command]) -> list[tuple[str, str]]:
    return [(command.scheme, command.reason) for command in commands if isinstance(command, e.Start)]


ALL = Policy(("ipython", "processes", "threads", "serial"))


def test_the_first_free_scheme_is_taken_and_says_why_not_the_others() -> None:
    run = scheduler({}, ALL, 1, a=Node(module="step"), b=Node(module="step"))
    assert reason(run.handle(e.RunStarted())) == [
        ("ipython", "ipython: threads not supported by this module"),
        ("processes", "processes: threads not supported by this module; ipython has no free worker"),
    ]


def test_without_other_reasons_it_is_the_first_in_the_persons_order() -> None:
    run = scheduler({}, Policy(("processes", "serial")), 1, a=Node(module="step"))
    assert reason(run.handle(e.RunStarted())) == [("processes", "processes: the first in your order")]


def test_what_the_module_does_not_support_is_named() -> None:
    run = scheduler({}, ALL, 1, a=Node(module="serial"))
    run.handle(e.SchemeChanged("ipython", 0))
    assert reason(run.handle(e.RunStarted())) == [
        ("serial", "serial: processes not supported by this module; threads not supported by this module; "
         "ipython has no workers"),
    ]  # fmt: skip


def test_the_wish_of_a_node_wins_and_is_waited_for() -> None:
    run = scheduler({}, ALL, 1, a=Node(module="step", scheme="processes"), b=Node(module="step", scheme="processes"))
    assert reason(run.handle(e.RunStarted())) == [("processes", "processes: the node asks for it")]
    assert started(run.handle(e.TaskSucceeded("a"))) == ["b"]


def test_a_wish_for_a_scheme_without_workers_is_not_waited_for() -> None:
    run = scheduler({}, ALL, 1, a=Node(module="step", scheme="ipython"))
    run.handle(e.SchemeChanged("ipython", 0))
    (chosen,) = reason(run.handle(e.RunStarted()))
    assert chosen[0] == "processes"
    assert "ipython has no workers" in chosen[1]


def test_a_module_that_no_enabled_scheme_may_run_fails_with_the_reason() -> None:
    run = scheduler({}, Policy(("processes",)), a=Node(module="threads"))
    (fail, _) = run.handle(e.RunStarted())
    assert isinstance(fail, e.Fail)
    assert fail.cause.message == "processes not supported by this module"


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


# Releases


def test_a_result_is_released_when_its_last_reader_has_ended_and_not_before() -> None:
    run = scheduler({"b.x": "a.out", "c.x": "a.out"})
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("a"))
    assert released(run.handle(e.TaskSucceeded("b"))) == []
    assert released(run.handle(e.TaskSucceeded("c"))) == ["a"]


def test_the_results_of_the_last_nodes_are_the_runs_own() -> None:
    run = scheduler({"b.x": "a.out"})
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("a"))
    assert released(run.handle(e.TaskSucceeded("b"))) == ["a"]
    assert run.layout.tasks["b"].readers == 0


def test_a_reader_that_is_tried_again_still_finds_its_input() -> None:
    run = scheduler({"b.x": "a.out"}, b=Node(module="step", retries=1))
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("a"))
    assert released(run.handle(e.TaskFailed("b", ERROR))) == []
    assert released(run.handle(e.TaskSucceeded("b"))) == ["a"]


def test_a_list_is_released_when_all_its_items_were_read() -> None:
    run = scheduler({"clean.x": Connection("load.out", each=Each())})
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    assert released(run.handle(e.TaskSucceeded("clean[1]"))) == []
    assert released(run.handle(e.TaskSucceeded("clean[0]"))) == ["load"]


def test_an_empty_list_is_released_at_once() -> None:
    run = scheduler({"clean.x": Connection("load.out", each=Each())})
    run.handle(e.RunStarted())
    assert run.handle(e.TaskSucceeded("load", items(0))) == [e.Release("load"), e.FinishRun()]


def test_the_members_of_a_join_are_kept_until_all_who_share_it_have_read_it() -> None:
    connections = {**MAPPED, "total.y": Connection("load.out", each=Each())}
    run = scheduler(connections)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    run.handle(e.TaskSucceeded("clean[0]"))
    assert started(run.handle(e.TaskSucceeded("clean[1]"))) == ["total[0]", "total[1]"]
    assert released(run.handle(e.TaskSucceeded("total[0]"))) == []
    assert sorted(released(run.handle(e.TaskSucceeded("total[1]")))) == ["clean[0]", "clean[1]", "load"]


def test_a_ragged_map_releases_each_inner_list_by_itself() -> None:
    connections = {
        "open.x": Connection("load.out", each=Each()),
        "fit.x": Connection("open.out", each=Each()),
        "total.x": Connection("fit.out", join=Join()),
    }
    run = scheduler(connections)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    run.handle(e.TaskSucceeded("open[0]", items(1)))
    assert released(run.handle(e.TaskSucceeded("fit[0,0]"))) == []
    assert started(run.handle(e.TaskSucceeded("open[1]", items(0)))) == ["total[1]"]
    assert "fit[0,0]" in released(run.handle(e.TaskSucceeded("total[0]")))


def test_a_fold_keeps_only_the_state_it_still_needs() -> None:
    node = Node(module="step", params={"x": 0}, fold=Fold("x"))
    run = scheduler({"walk.y": Connection("load.out", each=Each()), "end.x": "walk.out"}, walk=node)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(3)))
    assert released(run.handle(e.TaskSucceeded("walk[0]"))) == []
    assert released(run.handle(e.TaskSucceeded("walk[1]"))) == ["walk[0]"]
    assert started(run.handle(e.TaskSucceeded("walk[2]"))) == ["end"]
    assert released(run.handle(e.TaskSucceeded("end"))) == ["walk[2]"]


def test_a_skipped_reader_counts_as_one_that_has_ended() -> None:
    run = scheduler({"b.x": "a.out", "b.y": "bad.out"})
    run.handle(e.RunStarted())
    run.handle(e.TaskFailed("bad", ERROR))
    assert released(run.handle(e.TaskSucceeded("a"))) == ["a"]


def test_nothing_is_released_while_a_join_that_was_skipped_early_still_has_running_members() -> None:
    run = scheduler(MAPPED)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(3)))
    run.handle(e.TaskFailed("clean[0]", ERROR))
    assert released(run.handle(e.TaskSucceeded("clean[1]"))) == ["clean[1]"]
    assert sorted(released(run.handle(e.TaskSucceeded("clean[2]")))) == ["clean[2]", "load"]


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
