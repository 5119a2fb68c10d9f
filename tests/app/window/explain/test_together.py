from __future__ import annotations

from treadle.app.window.explain.together import schemes_of
from treadle.core.protocol import Candidate, NodeSchemes

NO = "not supported by this module"


def told(node, chosen, preferred="auto", **reasons):
    found = tuple(Candidate(scheme=name, eligible=not why, reason=why or "fine") for name, why in reasons.items())
    return {node: NodeSchemes(nodes=(node,), chosen=chosen, reason="r", candidates=found, preferred=preferred)}


def test_a_node_is_told_as_it_is():
    known = told("a", "processes", processes="")
    assert schemes_of(known, "a") is known["a"]
    assert schemes_of(known, "b") is None


def test_a_group_can_run_where_all_its_members_can():
    known = told("g/a", "processes", processes="", threads=NO) | told("g/b", "threads", processes=NO, threads="")
    known |= told("ga", "serial", serial="")
    group = schemes_of(known, "g")
    assert (group.nodes, group.chosen) == (("g",), "")
    assert [(one.scheme, one.eligible, one.reason) for one in group.candidates] == [
        ("processes", False, f"b: {NO}"),
        ("threads", False, f"a: {NO}"),
    ]


def test_what_holds_of_all_members_is_told_once():
    known = told("g/a", "processes", processes="", threads=NO) | told("g/in/b", "processes", processes="", threads=NO)
    group = schemes_of(known, "g")
    assert group.chosen == "processes"
    assert [(one.eligible, one.reason) for one in group.candidates] == [(True, "fine"), (False, NO)]


def test_of_many_that_cannot_one_is_named():
    known = {}
    for name in "abc":
        known |= told(f"g/{name}", "serial", threads=NO if name != "c" else "")
    assert schemes_of(known, "g").candidates[0].reason == f"a and 1 more: {NO}"
