"""A check names each mistake with its place and a remedy, and finds none where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipelines import MODULES, ODD_MODULES, chain, pipelines

from treadle.core.pipeline import (
    Connection,
    Each,
    Fold,
    Group,
    Join,
    Node,
    Pipeline,
    Placement,
    Repeat,
    Sweep,
    Zip,
)
from treadle.core.validation.problems import Problem
from treadle.core.validation.validate import validate

ALL = MODULES | ODD_MODULES


def _pipeline(connections: dict[str, Connection] | None = None, **nodes: Node) -> Pipeline:
    return Pipeline(nodes=nodes, connections=connections or {}, modules=dict(ALL))


def _only(pipeline: Pipeline) -> Problem:
    found = validate(pipeline)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


number = Node(module="demo:number")
numbers = Node(module="demo:numbers")
one = Node(module="demo:add", params={"a": 1.0})
add = Node(module="demo:add")
total = Node(module="demo:total")


@given(pipelines())
def test_a_pipeline_without_mistakes_has_no_problems(pipeline):
    assert validate(pipeline) == []


@given(pipelines(), st.data())
def test_whatever_is_torn_out_of_a_pipeline_a_check_only_ever_returns_problems(pipeline, data):
    for section in (pipeline.nodes, pipeline.connections, pipeline.modules):
        for key in data.draw(st.sets(st.sampled_from(sorted(section)))) if section else ():
            del section[key]
    found = validate(pipeline)
    assert all(problem.message and problem.where and str(problem).isprintable() for problem in found)
    assert [p.severity for p in found] == sorted(p.severity for p in found)


def test_a_problem_is_one_line_with_place_and_remedy():
    problem = Problem("error", "value", "nodes.a.params.x", "it is\n\u202ewrong", "Correct it")
    assert str(problem) == r"error: nodes.a.params.x: it is\n\u202ewrong. Correct it"


@pytest.mark.parametrize(
    ("node", "where", "code"),
    [
        (Node(module="demo:typed", params={"ff": 1}), "nodes.a.params.ff", "no-input"),
        (Node(module="demo:typed", sweeps={"ff": Sweep((1,))}), "nodes.a.sweeps.ff", "no-input"),
        (Node(module="demo:typed", zips=(Zip(("ff",)),)), "nodes.a.zips[0]", "no-input"),
        (Node(module="demo:typed", zips=(Zip(("f",)),)), "nodes.a.zips[0]", "zip"),
        (
            Node(module="demo:typed", sweeps={"f": Sweep((1,))}, zips=(Zip(("f", "f")),)),
            "nodes.a.zips[0]",
            "zip",
        ),
        (Node(module="demo:typed", fold=Fold("ff"), sweeps={"f": Sweep((1,))}), "nodes.a.fold", "no-input"),
        (
            Node(module="demo:typed", fold=Fold("s", "outt"), sweeps={"f": Sweep((1,))}),
            "nodes.a.fold",
            "no-output",
        ),
        (Node(module="demo:typed", fold=Fold("i"), sweeps={"f": Sweep((1,))}), "nodes.a.fold", "type"),
        (
            Node(module="demo:typed", repeat=Repeat({"ss": "out"}, "again")),
            "nodes.a.repeat.feedback.ss",
            "no-input",
        ),
        (
            Node(module="demo:typed", repeat=Repeat({"s": "on"}, "again")),
            "nodes.a.repeat.feedback.s",
            "no-output",
        ),
        (Node(module="demo:typed", repeat=Repeat({"s": "out"}, "agin")), "nodes.a.repeat.again", "no-output"),
        (
            Node(module="demo:typed", placement=Placement(host_from="h")),
            "nodes.a.placement.host_from",
            "no-input",
        ),
        (Node(module="demo:tiped"), "nodes.a.module", "no-module"),
        (Node(), "nodes.a.module", "no-module"),
        (Node(module="demo:number", group=Group()), "nodes.a.module", "two-contents"),
        (Node(module="demo:add"), "nodes.a.params.a", "unset"),
        (Node(module="demo:typed", sweeps={"f": Sweep((1,), "a\u202eb")}), "nodes.a.sweeps.f.axis", "name"),
    ],
)
def test_a_setting_that_names_nothing_is_an_error(node, where, code):
    problem = _only(_pipeline(a=node))
    assert (problem.severity, problem.where, problem.code) == ("error", where, code)


def test_a_misspelt_name_gets_a_suggestion():
    assert _only(_pipeline(a=Node(module="demo:tiped"))).remedy == "Did you mean 'demo:typed'?"
    assert _only(_pipeline(a=Node(module="demo:add", params={"a": 1, "howw": "fast"}))).remedy == "Did you mean 'how'?"


def test_a_node_cannot_fold_and_repeat_at_once():
    both = Node(
        module="demo:typed",
        params={"s": "x"},
        sweeps={"f": Sweep((1,))},
        fold=Fold("s"),
        repeat=Repeat({"s": "out"}, "again"),
    )
    assert _only(_pipeline(a=both)).code == "two-loops"


@pytest.mark.parametrize("mode", ["disabled", "bypassed"])
def test_a_node_that_does_not_run_needs_no_values(mode):
    assert validate(_pipeline(a=Node(module="demo:add", mode=mode))) == []


@pytest.mark.parametrize(
    ("target", "source", "message", "remedy"),
    [
        ("a.b", "gone.out", "there is no node 'gone'", ""),
        ("gone.b", "n.out", "there is no node 'gone'", ""),
        ("a.bb", "n.out", "'a' has no input 'bb'", "Did you mean 'b'?"),
        ("a.b", "n.oout", "'n' has no output 'oout'", "Did you mean 'out'?"),
        ("a.b", "s.out", "'s' has no output 'out'", "Remove the connection"),
    ],
)
def test_a_connection_with_an_end_in_the_air_is_an_error(target, source, message, remedy):
    pipeline = _pipeline({target: Connection(source)}, a=one, n=number, s=Node(module="demo:sink", params={"x": 1}))
    problem = _only(pipeline)
    assert (problem.code, problem.where, problem.message) == ("dangling", f"connections.{target}", message)
    assert remedy in problem.remedy


def test_a_node_connected_to_itself_is_an_error():
    problem = _only(_pipeline({"a.b": Connection("a.out")}, a=one))
    assert (problem.code, problem.where) == ("self-loop", "connections.a.b")


def test_a_cycle_is_named_with_its_path():
    problem = _only(_pipeline({"a.a": Connection("b.out"), "b.a": Connection("a.out")}, a=add, b=add))
    assert (problem.code, problem.message) == ("cycle", "a → b → a wait for each other")


def test_a_cycle_through_the_border_of_a_group_is_found():
    group = Group(nodes={"i": add}, inputs={"x": ("i.a",)}, outputs={"y": "i.out"})
    problem = _only(_pipeline({"g.x": Connection("b.out"), "b.a": Connection("g.y")}, g=Node(group=group), b=add))
    assert (problem.code, problem.message) == ("cycle", "g/i → b → g/i wait for each other")


def _two_ways(*, unit: bool) -> Pipeline:
    group = Group(nodes={"i": one, "j": add}, inputs={"x": ("j.a",)}, outputs={"y": "i.out", "z": "j.out"}, unit=unit)
    return _pipeline({"b.a": Connection("g.y"), "g.x": Connection("b.out")}, g=Node(group=group), b=add)


def test_a_group_may_be_left_and_entered_again_unless_it_runs_as_one_unit():
    assert validate(_two_ways(unit=False)) == []
    assert _only(_two_ways(unit=True)).message == "g → b → g wait for each other"


@pytest.mark.parametrize(
    ("connection", "source", "target", "remedy"),
    [
        (Connection("n.out"), numbers, add, "Hand over its items one by one: map the connection"),
        (Connection("n.out"), Node(module="demo:text"), add, "Put builtins:float between them"),
        (
            Connection("n.out"),
            number,
            total,
            "If it is mapped, join it; else insert a conversion between them",
        ),
        (Connection("n.out", apply="demo:negate"), number, total, "If it is mapped"),
        (Connection("n.out", join=Join()), Node(module="demo:add", sweeps={"a": Sweep((1,))}), add, ""),
    ],
)
def test_types_that_do_not_fit_are_named_with_a_way_out(connection, source, target, remedy):
    port = "rows" if target is total else "a"
    problem = _only(_pipeline({f"t.{port}": connection}, n=source, t=target))
    assert (problem.code, problem.where) == ("type", f"connections.t.{port}")
    assert remedy in problem.remedy


def test_each_misfit_between_the_same_modules_is_named():
    nodes = {"n": numbers, "x": add, "y": add}
    found = validate(_pipeline({"x.a": Connection("n.out"), "y.a": Connection("n.out")}, **nodes))
    assert [problem.where for problem in found] == ["connections.x.a", "connections.y.a"]


def test_mapping_what_has_no_items_is_an_error():
    problem = _only(_pipeline({"a.a": Connection("n.out", each=Each())}, n=number, a=add))
    assert (problem.code, problem.where) == ("no-list", "connections.a.a")


def test_a_connection_that_maps_and_joins_is_an_error():
    problem = _only(_pipeline({"a.a": Connection("n.out", each=Each(), join=Join())}, n=numbers, a=add))
    assert problem.code == "each-and-join"


def test_a_hostile_axis_name_is_an_error():
    problem = _only(_pipeline({"a.a": Connection("n.out", each=Each("a\nb"))}, n=numbers, a=add))
    assert (problem.code, problem.where) == ("name", "connections.a.a.each.axis")


@pytest.mark.parametrize(
    ("key", "code"),
    [("demo:gone", "no-module"), ("demo:sink", "apply"), ("demo:number", "apply"), ("demo:total", "apply")],
)
def test_a_function_on_a_connection_must_turn_one_value_into_one(key, code):
    problem = _only(_pipeline({"a.a": Connection("n.out", apply=key)}, n=number, a=add))
    assert (problem.code, problem.where) == (code, "connections.a.a.apply")


def test_a_function_on_a_connection_must_take_what_arrives():
    problem = _only(_pipeline({"a.a": Connection("n.out", apply="demo:negate")}, n=numbers, a=add))
    assert (problem.code, problem.where) == ("type", "connections.a.a.apply")


def test_a_joined_connection_applies_its_function_to_each_value():
    swept = Node(module="demo:add", sweeps={"a": Sweep((1, 2))})
    connection = Connection("n.out", join=Join(), apply="demo:negate")
    assert validate(_pipeline({"t.rows": connection}, n=swept, t=total)) == []


@pytest.mark.parametrize("join", [Join(nested=True), Join(with_labels=True)])
def test_a_nested_or_labelled_join_gives_a_list_of_anything(join):
    swept = Node(module="demo:add", sweeps={"a": Sweep((1, 2))})
    assert validate(_pipeline({"t.rows": Connection("n.out", join=join)}, n=swept, t=total)) == []


def test_a_join_without_an_axis_is_named_by_the_planner():
    problem = _only(_pipeline({"t.rows": Connection("n.out", join=Join())}, n=number, t=total))
    assert (problem.code, problem.message) == ("mapping", "n.out has no axis to join")


@pytest.mark.parametrize(
    ("pipeline", "where", "code"),
    [
        (_pipeline({"a.a": Connection("n.out")}, n=number, a=one), "nodes.a.params.a", "set-twice"),
        (
            _pipeline(a=Node(module="demo:add", params={"a": 1}, sweeps={"a": Sweep((1,))})),
            "nodes.a.params.a",
            "set-twice",
        ),
        (
            _pipeline({"a.a": Connection("n.out")}, n=number, a=Node(module="demo:add", sweeps={"a": Sweep((1,))})),
            "nodes.a.sweeps.a",
            "set-twice",
        ),
        (_pipeline(a=Node(module="demo:add", sweeps={"a": Sweep(())})), "nodes.a.sweeps.a", "empty-sweep"),
        (_pipeline(a=Node(module="demo:number", scheme="proceses")), "nodes.a.scheme", "scheme"),
        (_pipeline(a=Node(module="demo:threads", scheme="threads")), "nodes.a.scheme", "scheme"),
        (_pipeline(a=Node(group=Group(), mode="bypassed")), "nodes.a.mode", "bypassed"),
    ],
)
def test_what_works_but_is_hardly_meant_is_a_warning(pipeline, where, code):
    problem = _only(pipeline)
    assert (problem.severity, problem.where, problem.code) == ("warning", where, code)
    assert problem.remedy


def test_a_bypassed_node_only_has_its_first_output():
    swept = Node(module="demo:add", sweeps={"a": Sweep((1, 2))})
    bypassed = Node(module="demo:total", mode="bypassed")
    connections = {"t.rows": Connection("n.out", join=Join()), "a.a": Connection("t.count")}
    assert _only(_pipeline(connections, n=swept, t=bypassed, a=add)).code == "bypassed"


def _group_of(**parts: Any) -> Pipeline:
    return _pipeline(n=number, g=Node(group=Group(nodes={"i": one, "k": number}, **parts)))


@pytest.mark.parametrize(
    ("parts", "where", "code"),
    [
        ({"inputs": {"x": ("j.a",)}}, "nodes.g.group.inputs.x", "dangling"),
        ({"inputs": {"x": ("i.aa",)}}, "nodes.g.group.inputs.x", "dangling"),
        ({"outputs": {"y": "j.out"}}, "nodes.g.group.outputs.y", "dangling"),
        ({"outputs": {"y": "i.oout"}}, "nodes.g.group.outputs.y", "dangling"),
        ({"inputs": {"x": ("i.b",), "y": ("i.b",)}}, "nodes.g.group.inputs.y", "fed-twice"),
        (
            {"inputs": {"x": ("i.b",)}, "connections": {"i.b": Connection("k.out")}},
            "nodes.g.group.inputs.x",
            "fed-twice",
        ),
        ({"inputs": {"x\0": ("i.b",)}}, "nodes.g.group.inputs.x\0", "name"),
        ({"outputs": {"": "i.out"}}, "nodes.g.group.outputs.", "name"),
    ],
)
def test_the_ports_of_a_group_must_lead_somewhere_once(parts, where, code):
    problem = _only(_group_of(**parts))
    assert (problem.code, problem.where) == (code, where)


def test_places_inside_groups_name_the_way():
    inner = Group(nodes={"i": Node(module="demo:add", params={"a": 1, "b": 1e9})})
    outer = Group(nodes={"inner": Node(group=inner)})
    assert _only(_pipeline(prep=Node(group=outer))).where == "nodes.prep/inner/i.params.b"


def test_an_input_that_only_the_outside_can_set_is_missing_outside():
    group = Group(nodes={"i": add}, inputs={"x": ("i.a",)}, outputs={"y": "i.out"})
    problem = _only(_pipeline(g=Node(group=group)))
    assert (problem.code, problem.where) == ("unset", "nodes.g.params.x")
    assert validate(_pipeline(g=Node(group=group, params={"x": 1}))) == []
    assert _only(_pipeline(g=Node(group=group, params={"x": "a"}))).code == "value"


def test_types_are_checked_through_the_borders_of_groups():
    group = Group(nodes={"i": add, "l": numbers}, inputs={"x": ("i.a",)}, outputs={"y": "l.out"})
    nodes = {"g": Node(group=group), "n": numbers, "a": add}
    found = validate(_pipeline({"g.x": Connection("n.out"), "a.a": Connection("g.y")}, **nodes))
    assert [(p.code, p.where) for p in found] == [("type", "connections.g.x"), ("type", "connections.a.a")]


def test_a_group_can_fold_and_repeat_by_its_ports():
    group = Group(
        nodes={"i": Node(module="demo:add", sweeps={"b": Sweep((1, 2))})},
        inputs={"x": ("i.a",)},
        outputs={"y": "i.out"},
    )
    found = validate(_pipeline(g=Node(group=group, params={"x": 1}, repeat=Repeat({"x": "z"}, "w"))))
    assert [(p.code, p.where) for p in found] == [
        ("no-output", "nodes.g.repeat.feedback.x"),
        ("no-output", "nodes.g.repeat.again"),
    ]


def test_an_open_module_takes_any_input():
    assert (
        validate(_pipeline({"o.right": Connection("n.out")}, n=number, o=Node(module="demo:open", params={"x": 1})))
        == []
    )


def test_ids_made_in_memory_are_checked_like_those_of_a_file():
    pipeline = _pipeline(**{"../../x": number})
    assert (_only(pipeline).code, _only(pipeline).where) == ("name", "nodes.../../x")


def test_a_million_mistakes_are_reported_without_a_million_searches():
    pipeline = chain(3000)
    pipeline.modules["demo:other"] = pipeline.modules.pop("demo:add")
    found = validate(pipeline)
    assert len(found) == 3000
    assert found[0].remedy


def test_the_pipeline_offers_its_own_check():
    assert _pipeline(a=add).check() == validate(_pipeline(a=add)) != []


def one_number(text: str = "") -> int:
    return len(text)


def absolute(x: int) -> int:
    return abs(x)


def test_what_runs_once_on_each_engine_gives_a_list_of_what_one_run_gives() -> None:
    made = Pipeline("places")
    each = made.add(one_number)
    made.add(absolute, x=each.out.each())
    assert "has no items" in str(made.check())
    each.placement = Placement(once_on="engine")
    assert made.check() == []
