"""What the calls of nodes have in common."""

from __future__ import annotations

from msgspec.structs import replace

from treadle import Pipeline
from treadle.core.pipeline import Placement
from treadle.core.planning.calls import CallForms
from treadle.core.planning.make_plan import make_plan


def double(x: int) -> int:
    return 2 * x


def forms_of(**settings):
    """Return the forms of two nodes that differ in nothing but these settings of the second."""
    p = Pipeline("two")
    p.add(double, id="first", x=1)
    p.add(double, id="second", x=2)
    p.nodes["second"] = replace(p.nodes["second"], **settings)
    forms = CallForms(make_plan(p), (), ())
    return forms[0], forms[1]


def test_nodes_that_differ_in_their_parameters_alone_share_one_form():
    first, second = forms_of()
    assert first is second


def test_nodes_that_ask_for_something_else_have_another_form():
    for settings in ({"n_procs": 2}, {"mem_gb": 1.5}, {"timeout": 3.0}, {"placement": Placement(engines=(0,))}):
        first, second = forms_of(**settings)
        assert first != second, settings
        assert first.target is second.target


def test_only_the_calls_of_a_node_with_a_time_limit_are_told_to_have_begun():
    assert [form.limited for form in forms_of(timeout=3.0)] == [False, True]
