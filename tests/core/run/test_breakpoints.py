"""A run stops before the nodes that have a breakpoint, and nothing else waits for that."""

from __future__ import annotations

from schedulers import CHAIN, ERROR, MAPPED, STEP, items, scheduler, started

from treadle.core.pipeline import Connection, Group, Node, Pipeline
from treadle.core.planning.make_plan import make_plan
from treadle.core.run import events as e
from treadle.core.run.breakpoints import breakpoints_of
from treadle.core.run.scheduler import Policy, Scheduler
from treadle.core.run.states import RunState

AT_CLEAN = Policy(breakpoints=("clean",))


def test_a_run_waits_before_a_node_with_a_breakpoint_until_it_is_let_go_on() -> None:
    run = scheduler(CHAIN, AT_CLEAN)
    run.handle(e.RunStarted())
    assert run.handle(e.TaskSucceeded("load")) == [e.AtBreakpoints(("clean",))]
    commands = run.handle(e.PassBreakpoints(("clean",)))
    assert started(commands) == ["clean"]
    assert e.AtBreakpoints(()) in commands


def test_what_does_not_depend_on_the_node_goes_on() -> None:
    run = scheduler({**CHAIN, "other.x": "load.out", "last.x": "other.out"}, AT_CLEAN)
    run.handle(e.RunStarted())
    assert started(run.handle(e.TaskSucceeded("load"))) == ["other"]
    assert started(run.handle(e.TaskSucceeded("other"))) == ["last"]
    assert started(run.handle(e.TaskSucceeded("last"))) == []
    assert run.state is RunState.RUNNING


def test_all_tasks_of_a_node_wait_and_go_on_together_the_later_ones_too() -> None:
    run = scheduler(MAPPED, AT_CLEAN)
    run.handle(e.RunStarted())
    assert run.handle(e.TaskSucceeded("load", items(3))) == [e.AtBreakpoints(("clean",))]
    assert started(run.handle(e.PassBreakpoints(("clean",)))) == ["clean[0]", "clean[1]", "clean[2]"]
    lost = run.handle(e.TaskFailed("clean[1]", ERROR, lost=True))
    assert started(lost) == ["clean[1]"]


def test_a_node_that_was_passed_before_it_was_reached_does_not_hold_the_run_up() -> None:
    run = scheduler(CHAIN, AT_CLEAN)
    run.handle(e.RunStarted(), e.PassBreakpoints(("clean",)))
    assert started(run.handle(e.TaskSucceeded("load"))) == ["clean"]


def test_one_of_several_breakpoints_is_passed_alone() -> None:
    run = scheduler({}, Policy(breakpoints=("a", "b")), a=Node(module="step"), b=Node(module="step"))
    assert run.handle(e.RunStarted()) == [e.AtBreakpoints(("a", "b"))]
    commands = run.handle(e.PassBreakpoints(("a",)))
    assert started(commands) == ["a"]
    assert commands[-1] == e.AtBreakpoints(("b",))


def test_all_breakpoints_are_passed_at_once_those_that_come_later_too() -> None:
    run = scheduler({"b.x": "a.out"}, Policy(breakpoints=("a", "b")))
    run.handle(e.RunStarted())
    assert started(run.handle(e.PassBreakpoints())) == ["a"]
    assert started(run.handle(e.TaskSucceeded("a"))) == ["b"]


def test_pausing_and_breakpoints_do_not_undo_each_other() -> None:
    run = scheduler(CHAIN, AT_CLEAN)
    run.handle(e.RunStarted())
    run.handle(e.Pause())
    run.handle(e.TaskSucceeded("load"))
    assert started(run.handle(e.Resume())) == []
    run.handle(e.Pause())
    assert started(run.handle(e.PassBreakpoints(("clean",)))) == []
    assert started(run.handle(e.Resume())) == ["clean"]


def test_results_that_are_found_pass_a_breakpoint() -> None:
    run = scheduler(CHAIN, Policy(breakpoints=("clean", "plot"), look_up=True))
    run.handle(e.RunStarted())
    run.handle(e.TaskCached("load"))
    assert e.LookUp("plot") in run.handle(e.TaskCached("clean"))
    assert run.handle(e.TaskMissed("plot")) == [e.AtBreakpoints(("plot",))]


def test_a_run_that_waits_at_a_breakpoint_ends_when_it_is_cancelled() -> None:
    run = scheduler(CHAIN, AT_CLEAN)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load"))
    commands = run.handle(e.CancelRun())
    assert commands[-2:] == [e.AtBreakpoints(()), e.FinishRun()]
    assert run.state is RunState.CANCELLED


def test_a_breakpoint_whose_tasks_were_all_cancelled_holds_nothing() -> None:
    run = scheduler(MAPPED, AT_CLEAN)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    assert e.AtBreakpoints(()) not in run.handle(e.CancelTasks(("clean[0]",)))
    assert e.AtBreakpoints(()) in run.handle(e.CancelTasks(("clean[1]",)))
    assert run.state is RunState.CANCELLED


def test_a_failure_that_ends_the_run_ends_what_waits_at_a_breakpoint() -> None:
    run = scheduler({"clean.x": "load.out"}, Policy(breakpoints=("clean",), on_error="stop"), other=Node(module="step"))
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load"))
    assert e.FinishRun(failed=1) in run.handle(e.TaskFailed("other", ERROR))


def _grouped() -> Pipeline:
    pipeline = Pipeline("test")
    pipeline.modules["step"] = STEP
    inside = {"a": Node(module="step"), "b": Node(module="step", breakpoint=True)}
    pipeline.nodes["g"] = Node(breakpoint=True, group=Group(nodes=inside, connections={"b.x": Connection("a.out")}))
    pipeline.nodes["free"] = Node(module="step")
    return pipeline


def test_the_breakpoints_of_a_pipeline_are_those_of_its_nodes_and_groups_by_their_paths() -> None:
    assert breakpoints_of(_grouped()) == ("g", "g/b")


def test_a_group_with_a_breakpoint_holds_all_inside_and_its_nodes_hold_on_their_own() -> None:
    pipeline = _grouped()
    run = Scheduler(make_plan(pipeline), Policy(breakpoints=breakpoints_of(pipeline)))
    run.handle(e.SchemeChanged("serial", 9))
    commands = run.handle(e.RunStarted())
    assert started(commands) == ["free"]
    assert e.AtBreakpoints(("g",)) in commands
    assert started(run.handle(e.PassBreakpoints(("g",)))) == ["g/a"]
    assert run.handle(e.TaskSucceeded("g/a"))[-1] == e.AtBreakpoints(("g/b",))
    assert started(run.handle(e.PassBreakpoints(("g/b",)))) == ["g/b"]
