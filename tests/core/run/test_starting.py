"""Which tasks start, in which order, on which scheme, and what holds them back."""

from __future__ import annotations

import pytest
from schedulers import (
    MAPPED,
    items,
    pipeline,
    scheduler,
    started,
)

from treadle.core.errors import UsageError
from treadle.core.pipeline import Node, Pipeline
from treadle.core.planning.make_plan import make_plan
from treadle.core.run import events as e
from treadle.core.run.scheduler import Policy, Scheduler


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


def test_cores_that_a_scheme_cannot_free_yet_are_given_to_nobody() -> None:
    run = scheduler({}, Policy(n_procs=2), 9, **{name: Node(module="step") for name in "abc"})
    assert started(run.handle(e.RunStarted())) == ["a", "b"]
    assert started(run.handle(e.CoresOccupied("serial", 1), e.TaskSucceeded("a"))) == []
    assert started(run.handle(e.CoresOccupied("serial", 0))) == ["c"]


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
