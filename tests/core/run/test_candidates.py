from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.core.modules import Module, Port
from treadle.core.pipeline import Connection, Node, Pipeline, Placement
from treadle.core.planning.make_plan import make_plan
from treadle.core.run import events as e
from treadle.core.run.candidates import bare, candidates
from treadle.core.run.scheduler import Policy, Scheduler
from treadle.core.worker.declare import Schemes

ALL = ("ipython", "processes", "threads", "serial")


def step(threads=False, processes=True, ipython=True):
    ports = (Port(name="x", optional=True),)
    schemes = Schemes(threads=threads, processes=processes, ipython=ipython)
    return Module(path="a:f", inputs=ports, outputs=(Port(name="out"),), schemes=schemes)


def plan_of(*nodes, modules=None):
    """A chain of nodes."""
    names = [f"n{at}" for at in range(len(nodes))]
    wires = {f"{later}.x": Connection(f"{name}.out") for name, later in pairwise(names)}
    placed = dict(zip(names, nodes, strict=True))
    return make_plan(Pipeline("p", nodes=placed, connections=wires, modules=modules or {"f": step()}))


def scheduler(plan, policy, slots=None):
    made = Scheduler(plan, policy)
    for name in policy.enabled:
        count = (slots or {}).get(name, 3)
        made.handle(e.SchemeChanged(name, count, why="" if count else "nobody came"))
    return made


def told(plan, policy, slots=None, passed_over=None):
    choice, estimate = scheduler(plan, policy, slots).foresee(0)
    found = candidates(plan.nodes[0], choice, policy.enabled, passed_over or {}, estimate, policy.last_resort)
    return choice, {one.scheme: (one.eligible, one.reason) for one in found}


def test_each_scheme_says_why_it_is_or_is_not_the_one():
    plan = plan_of(Node(module="f"))
    choice, found = told(plan, Policy(ALL, last_resort=frozenset({"serial"})), {"ipython": 0})
    assert choice.scheme == "processes"
    assert found == {
        "ipython": (False, "has no workers (nobody came)"),
        "processes": (True, "threads not supported by this module; ipython has no workers (nobody came)"),
        "threads": (False, "not supported by this module"),
        "serial": (True, "only for what no other scheme can take"),
    }


def test_what_is_not_enabled_says_so_and_whether_it_would_be_of_use():
    plan = plan_of(Node(module="f"))
    _, found = told(plan, Policy(("processes",)), None, {"threads": "not enabled", "ipython": "no cluster runs"})
    assert found["threads"] == (False, "not enabled; not supported by this module")
    assert found["ipython"] == (False, "no cluster runs")


def test_what_a_node_asks_for_is_told_of_it_and_of_the_others():
    plan = plan_of(Node(module="f", scheme="processes"))
    _, found = told(plan, Policy(ALL))
    assert found["processes"] == (True, "the node asks for it")
    assert found["ipython"] == (True, "the node asks for processes")


def test_the_order_of_the_person_is_told_where_nothing_else_decides():
    plan = plan_of(Node(module="f"), modules={"f": step(threads=True)})
    _, found = told(plan, Policy(("threads", "processes")))
    assert found == {"threads": (True, "the first in your order"), "processes": (True, "comes after threads")}


def test_where_durations_are_known_the_time_of_each_is_told():
    plan = plan_of(Node(module="f"), modules={"f": step(threads=True)})
    policy = Policy(("processes", "threads"), seconds={0: 0.001})
    choice, estimate = scheduler(plan, policy).foresee(0)
    first, second = candidates(plan.nodes[0], choice, policy.enabled, {}, estimate)
    assert choice.scheme == "threads"
    assert first.reason == "would have it later than threads"
    assert second.reason.startswith("expected to finish first")
    assert 0.001 < second.seconds < first.seconds < 0.002


@pytest.mark.parametrize("order", [("processes", "threads"), ("threads", "processes")])
def test_the_order_of_the_person_decides_where_it_makes_no_odds_when_a_result_is_there(order):
    plan = plan_of(Node(module="f"), modules={"f": step(threads=True)})
    policy = Policy(order, seconds={0: 0.5})
    choice, estimate = scheduler(plan, policy).foresee(0)
    first, second = candidates(plan.nodes[0], choice, policy.enabled, {}, estimate)
    assert choice.scheme == order[0] == first.scheme
    assert "first" in first.reason
    assert second.reason in {"as soon, but after processes", "would have it later than threads"}


def test_a_scheme_that_has_not_started_is_told_apart_from_one_that_cannot():
    plan = plan_of(Node(module="f"), modules={"f": step(threads=True)})
    for seconds in ({}, {0: 0.5}):
        made = Scheduler(plan, Policy(("processes", "threads"), seconds=seconds))
        made.handle(e.SchemeChanged("threads", 2))
        choice, _ = made.foresee(0)
        assert (choice.scheme, choice.reason) == ("threads", "threads: processes has not started yet")
        made.handle(e.SchemeChanged("processes", 2))
        assert "not started" not in made.foresee(0)[0].reason


def test_where_what_it_reads_will_be_counts():
    plan = plan_of(Node(module="f"), modules={"f": step(threads=True)})
    made = scheduler(plan, Policy(("processes", "threads"), seconds={0: 0.001}))
    assert made.foresee(0)[0].scheme == "threads"
    assert made.foresee(0, [("processes", 10**9)])[0].scheme == "processes"


def test_a_node_that_is_too_large_fits_nowhere_and_each_scheme_says_it():
    plan = plan_of(Node(module="f", n_procs=64))
    choice, found = told(plan, Policy(("processes", "threads"), n_procs=2))
    assert not choice.scheme
    assert found["processes"] == (False, "it asks for 64 cores, and there are 2")
    assert found["threads"] == (False, "not supported by this module")


def test_a_reason_loses_only_the_name_it_begins_with():
    assert bare("threads not supported", "threads") == "not supported"
    assert bare("placement needs the ipython scheme", "threads") == "placement needs the ipython scheme"


BOOLEANS = st.booleans()
KINDS = st.tuples(BOOLEANS, BOOLEANS, BOOLEANS, st.sampled_from(["auto", *ALL]), BOOLEANS)


@settings(max_examples=150, deadline=None)
@given(
    kinds=st.lists(KINDS, min_size=1, max_size=4),
    enabled=st.lists(st.sampled_from(ALL), min_size=1, max_size=4, unique=True),
    resort=BOOLEANS,
    slots=st.dictionaries(st.sampled_from(ALL), st.sampled_from([0, 1, 3])),
    seconds=st.dictionaries(st.integers(0, 3), st.sampled_from([0.0001, 0.01, 5.0])),
    size=st.sampled_from([0, 1000, 10**9]),
)
def test_what_is_foreseen_is_what_the_run_then_does(kinds, enabled, resort, slots, seconds, size):
    modules = {f"f{at}": step(*flags) for at, (*flags, _, _) in enumerate(kinds)}
    nodes = [
        Node(module=f"f{at}", scheme=scheme, placement=Placement(engines=(0,)) if placed else None)
        for at, (*_, scheme, placed) in enumerate(kinds)
    ]
    plan = plan_of(*nodes, modules=modules)
    policy = Policy(tuple(enabled), seconds=seconds, last_resort=frozenset({"serial"}) if resort else frozenset())
    foreseen, run = scheduler(plan, policy, slots), scheduler(plan, policy, slots)
    commands, made = run.handle(e.RunStarted()), []
    for number, node in enumerate(plan.nodes):
        choice, estimate = foreseen.foresee(number, made[-1:])
        found = {one.scheme: one for one in candidates(node, choice, enabled, {}, estimate, policy.last_resort)}
        assert set(found) == set(enabled)
        assert all(one.reason for one in found.values())
        starts = {one.task: one for one in commands if isinstance(one, e.Start)}
        if not choice.scheme:
            assert not starts
            assert not any(one.eligible for one in found.values())
            return
        assert (starts[node.id].scheme, starts[node.id].reason) == (choice.scheme, choice.reason)
        assert found[choice.scheme].eligible
        made.append((choice.scheme, size))
        commands = run.handle(e.TaskStarted(node.id), e.TaskSucceeded(node.id, e.Outcome(size=size)))
