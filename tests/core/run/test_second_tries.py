"""What a scheduler does when an attempt could not begin, took too long, or when results are gone."""

from schedulers import CHAIN, ERROR, items, pipeline, released, scheduler, started

from treadle.core.pipeline import Connection, Each, Node, Sweep
from treadle.core.planning.make_plan import make_plan
from treadle.core.run import events as e
from treadle.core.run.scheduler import Policy, Scheduler
from treadle.core.run.states import RunState, TaskState
from treadle.core.worker.failures import Cause

TWO = Policy(("processes", "threads"))
UNPICKLABLE = Cause("not picklable", "the argument 'x' cannot be sent")


# A scheme that refuses


def test_what_one_scheme_refuses_goes_to_the_next_with_both_facts() -> None:
    run = scheduler({}, TWO, a=Node(module="both"))
    assert run.handle(e.RunStarted()) == [e.Start("a", "processes", 1, "processes: the first in your order")]
    retry, start = run.handle(e.TaskRefused("a", UNPICKLABLE))
    assert retry == e.Retry("a", UNPICKLABLE)
    assert start.scheme == "threads"
    assert start.reason == "threads: processes refused it: the argument 'x' cannot be sent"


def test_of_many_tasks_that_one_scheme_refuses_each_keeps_its_own_reason_and_all_are_one_kind() -> None:
    node = Node(module="both", sweeps={"x": Sweep(tuple(range(100)))})
    run = scheduler({}, TWO, 100, a=node)
    tasks = started(run.handle(e.RunStarted()))
    kinds = len(run._queue._kinds)
    commands = run.handle(*(e.TaskRefused(task, Cause("not picklable", f"no {task}")) for task in tasks))
    starts = [command for command in commands if isinstance(command, e.Start)]
    assert {start.task: start.reason for start in starts} == {
        task: f"threads: processes refused it: no {task}" for task in tasks
    }
    assert len(run._queue._kinds) == kinds + 1


def test_what_every_scheme_refuses_fails_for_the_first_reason() -> None:
    run = scheduler({}, Policy(("processes",)), a=Node(module="step"))
    run.handle(e.RunStarted())
    commands = run.handle(e.TaskRefused("a", UNPICKLABLE))
    (fail,) = [command for command in commands if isinstance(command, e.Fail)]
    assert fail.cause.kind == "not picklable"
    assert fail.cause.message == "processes refused it: the argument 'x' cannot be sent"
    assert run.state is RunState.FAILED


def test_serial_is_the_last_resort() -> None:
    policy = Policy(("processes", "serial"), last_resort=frozenset({"serial"}))
    run = scheduler({}, policy, 1, a=Node(module="step"), b=Node(module="step"))
    assert [command.scheme for command in run.handle(e.RunStarted())] == ["processes"]
    commands = run.handle(e.TaskRefused("a", UNPICKLABLE))
    assert {c.task: c.scheme for c in commands if isinstance(c, e.Start)} == {"a": "serial", "b": "processes"}


def test_a_scheme_that_has_no_workers_left_fails_its_tasks_and_says_so() -> None:
    run = scheduler({}, Policy(("processes",)), 0, a=Node(module="step"))
    commands = run.handle(e.RunStarted())
    assert run.state is RunState.FAILED
    (fail,) = [command for command in commands if isinstance(command, e.Fail)]
    assert fail.cause == Cause("insufficient resources", "processes has no workers")


def test_tasks_that_wait_fail_when_the_last_worker_goes() -> None:
    run = Scheduler(make_plan(pipeline({}, a=Node(module="step"))), Policy(("processes",)))
    assert run.handle(e.RunStarted()) == []
    commands = run.handle(e.SchemeChanged("processes", 0, why="it did not start within 60 s"))
    assert [type(command) for command in commands] == [e.Fail, e.FinishRun]
    assert commands[0].cause.message == "processes has no workers (it did not start within 60 s)"


# Time


def test_a_task_that_takes_too_long_is_stopped_and_fails_as_timed_out() -> None:
    run = scheduler({}, a=Node(module="step"))
    run.handle(e.RunStarted())
    assert run.handle(e.TaskTimedOut("a", 2.5)) == [e.Stop("a", "serial")]
    assert run.handle(e.TaskTimedOut("a", 2.5)) == []
    assert run.handle(e.TaskStopped("a")) == [e.FinishRun(failed=1)]
    assert run.layout.tasks["a"].cause.kind == "timed out"
    assert "longer than 2.5 s" in run.layout.tasks["a"].cause.message


def test_a_task_that_took_too_long_is_tried_again_if_its_node_says_so() -> None:
    run = scheduler({}, a=Node(module="step", retries=1))
    run.handle(e.RunStarted())
    run.handle(e.TaskTimedOut("a", 1))
    assert started(run.handle(e.TaskStopped("a"))) == ["a"]
    run.handle(e.TaskSucceeded("a"))
    assert run.state is RunState.SUCCEEDED


def test_a_task_that_ended_while_it_was_stopped_for_time_has_its_result() -> None:
    run = scheduler({}, a=Node(module="step"))
    run.handle(e.RunStarted())
    run.handle(e.TaskTimedOut("a", 1))
    run.handle(e.TaskSucceeded("a"))
    assert run.state is RunState.SUCCEEDED


def test_a_person_who_cancels_a_task_whose_time_is_over_is_obeyed() -> None:
    run = scheduler({}, a=Node(module="step", retries=3))
    run.handle(e.RunStarted())
    run.handle(e.TaskTimedOut("a", 1))
    run.handle(e.CancelTasks(("a",)))
    assert run.handle(e.TaskStopped("a")) == [e.FinishRun()]
    assert run.layout.tasks["a"].state is TaskState.CANCELLED


# Results that are gone


def test_a_result_that_is_gone_is_made_again_before_its_reader_starts() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load"))
    assert started(run.handle(e.TaskHeld("clean", ("load",), ("load",)))) == ["load"]
    assert run.layout.tasks["clean"].state is TaskState.WAITING
    assert started(run.handle(e.TaskSucceeded("load"))) == ["clean"]
    assert released(run.handle(e.TaskSucceeded("clean"))) == ["load"]


def test_a_task_whose_worker_and_input_are_lost_when_its_time_is_over_is_not_cancelled() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load"))
    run.handle(e.TaskTimedOut("clean", 1))
    assert started(run.handle(e.TaskHeld("clean", ("load",), ("load",)))) == ["load"]
    assert started(run.handle(e.TaskSucceeded("load"))) == ["clean"]
    assert run.handle(e.TaskTimedOut("clean", 1)) == [e.Stop("clean", "serial")]


def test_what_was_let_go_of_is_made_again_too_and_let_go_of_again() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load"))
    assert released(run.handle(e.TaskSucceeded("clean"))) == ["load"]
    assert started(run.handle(e.TaskHeld("plot", ("clean",), ("clean",)))) == ["clean"]
    assert started(run.handle(e.TaskHeld("clean", ("load",), ("load",)))) == ["load"]
    assert started(run.handle(e.TaskSucceeded("load"))) == ["clean"]
    again = run.handle(e.TaskSucceeded("clean"))
    assert (started(again), released(again)) == (["plot"], ["load"])
    assert released(run.handle(e.TaskSucceeded("plot"))) == ["clean"]
    assert run.state is RunState.SUCCEEDED


def test_a_last_result_that_is_lost_is_made_again_at_once() -> None:
    run = scheduler(CHAIN, None, 9, other=Node(module="step"))
    run.handle(e.RunStarted())
    for name in ("load", "clean", "plot"):
        run.handle(e.TaskSucceeded(name))
    assert started(run.handle(e.ResultsLost(("plot",)))) == ["plot"]
    run.handle(e.TaskSucceeded("other"))
    assert run.state is RunState.RUNNING


def test_a_loss_counts_as_no_failed_attempt() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load"))
    for _ in range(5):
        run.handle(e.TaskHeld("clean", ("load",), ("load",)))
        assert started(run.handle(e.TaskSucceeded("load"))) == ["clean"]


def test_a_reader_is_skipped_if_what_it_reads_cannot_be_made_again() -> None:
    run = scheduler(CHAIN)
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load"))
    run.handle(e.TaskHeld("clean", ("load",), ("load",)))
    commands = run.handle(e.TaskFailed("load", ERROR))
    assert [c.task for c in commands if isinstance(c, e.Skip)] == ["clean", "plot"]
    assert run.state is RunState.FAILED


def test_a_list_that_comes_out_shorter_the_second_time_fails_and_says_so() -> None:
    run = scheduler({"clean.x": Connection("load.out", each=Each())})
    run.handle(e.RunStarted())
    run.handle(e.TaskSucceeded("load", items(2)))
    run.handle(e.TaskHeld("clean[0]", ("load",), ("load",)))
    run.handle(e.TaskSucceeded("load", items(1)))
    assert run.layout.tasks["load"].cause.message == "'out' had 2 items; made again after its loss, it has 1"


def test_so_does_one_that_comes_out_shorter_than_in_an_earlier_run() -> None:
    run = scheduler({"clean.x": Connection("load.out", each=Each())}, Policy(look_up=True))
    run.handle(e.RunStarted())
    run.handle(e.TaskCached("load", items(2)))
    run.handle(e.TaskMissed("clean[0]"))
    assert started(run.handle(e.TaskHeld("clean[0]", ("load",), ("load",)))) == ["load"]
    run.handle(e.TaskSucceeded("load", items(1)))
    assert run.layout.tasks["load"].cause.message == "'out' had 2 items; made again after its loss, it has 1"


# Results that are there already


def test_each_task_is_looked_up_when_its_inputs_are_known_and_runs_only_if_need_be() -> None:
    run = scheduler(CHAIN, Policy(look_up=True))
    assert run.handle(e.RunStarted()) == [e.LookUp("load")]
    assert run.handle(e.TaskCached("load")) == [e.LookUp("clean")]
    assert started(run.handle(e.TaskMissed("clean"))) == ["clean"]
    assert e.LookUp("plot") in run.handle(e.TaskSucceeded("clean"))
    assert run.handle(e.TaskCached("plot"))[-1] == e.FinishRun()
    assert [task.state for task in run.layout.tasks.values()].count(TaskState.CACHED) == 2


def test_looking_up_needs_no_scheme() -> None:
    run = Scheduler(make_plan(pipeline(CHAIN)), Policy(look_up=True))
    run.handle(e.RunStarted())
    for name in ("load", "clean", "plot"):
        run.handle(e.TaskCached(name))
    assert run.state is RunState.SUCCEEDED


def test_a_task_that_is_cancelled_while_it_is_looked_up_stays_so() -> None:
    run = scheduler(CHAIN, Policy(look_up=True))
    run.handle(e.RunStarted())
    run.handle(e.CancelRun())
    assert run.handle(e.TaskMissed("load")) == []
    assert run.handle(e.TaskCached("load")) == []
    assert run.state is RunState.CANCELLED


# Orders by time


def test_fifo_starts_what_became_ready_first_and_lifo_what_did_last() -> None:
    edges = {"b2.x": "b1.out", "a2.x": "a1.out"}
    for order, expected in (("fifo", ["b2", "a2"]), ("lifo", ["a2", "b2"])):
        run = Scheduler(make_plan(pipeline(edges)), Policy(order=order))
        run.handle(e.SchemeChanged("serial", 2))
        run.handle(e.RunStarted())
        run.handle(e.Pause())
        run.handle(e.TaskSucceeded("b1"))
        run.handle(e.TaskSucceeded("a1"))
        assert started(run.handle(e.Resume())) == expected


# Durations that are known


def test_the_longest_chain_in_seconds_goes_first_when_durations_are_known() -> None:
    edges = {"b.x": "a.out", "c.x": "b.out"}
    plan = make_plan(pipeline(edges, slow=Node(module="step")))
    seconds = {node.number: 60.0 if node.id == "slow" else 1.0 for node in plan.nodes}
    run = Scheduler(plan, Policy(seconds=seconds))
    run.handle(e.SchemeChanged("serial", 1))
    assert started(run.handle(e.RunStarted())) == ["slow"]


def test_with_known_durations_the_scheme_that_finishes_first_is_chosen_and_says_why() -> None:
    plan = make_plan(pipeline({}, a=Node(module="both")))
    run = Scheduler(plan, Policy(("processes", "threads"), seconds={0: 1e-3}))
    run.handle(e.SchemeChanged("processes", 4, 2), e.SchemeChanged("threads", 4, 2))
    (start,) = run.handle(e.RunStarted())
    assert start.scheme == "threads"
    assert start.reason == "threads: expected to finish first, in 1.03 ms (processes 1.06 ms)"


def test_a_short_task_runs_where_its_data_is() -> None:
    plan = make_plan(pipeline({"b.x": "a.out"}, a=Node(module="step"), b=Node(module="both")))
    run = Scheduler(plan, Policy(("processes", "threads"), seconds={0: 1e-4, 1: 1e-4}))
    run.handle(e.SchemeChanged("processes", 4, 2), e.SchemeChanged("threads", 4, 2))
    assert [start.scheme for start in run.handle(e.RunStarted())] == ["processes"]
    (start, *_) = run.handle(e.TaskSucceeded("a", e.Outcome(size=1_000_000)))
    assert start.scheme == "processes"
