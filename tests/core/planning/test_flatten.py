"""Flattening takes the groups out and keeps every wire, sweep, zip and loop between the plain nodes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pipelines import MODULES, ODD_MODULES, pipelines

from treadle.core.edits import apply, group_nodes
from treadle.core.pipeline import Connection, Fold, Group, Node, Pipeline, Repeat, Sweep, Zip
from treadle.core.planning.flatten import IDENTITY, flatten, followers

add = Node(module="demo:add")
number = Node(module="demo:number")
numbers = Node(module="demo:numbers")


def _pipeline(nodes: dict[str, Node], connections: dict[str, str] | None = None) -> Pipeline:
    wired = {target: Connection(source) for target, source in (connections or {}).items()}
    return Pipeline(nodes=nodes, connections=wired, modules=MODULES | ODD_MODULES)


def _wires(pipeline: Pipeline) -> dict[tuple[str, str], tuple[str, str]]:
    return {end: wire.source for end, wire in flatten(pipeline).wires.items()}


@given(pipelines(units=False))
def test_a_flat_graph_has_all_plain_nodes_and_no_group(pipeline):
    flat = flatten(pipeline)
    plain = {"/".join((*w, n)) for w, body in pipeline.walk() for n, node in body.nodes.items() if node.group is None}
    assert set(flat.nodes) == plain
    for (target, port), wire in flat.wires.items():
        assert wire.source[0] in flat.nodes
        assert flat.nodes[target].module.input(port) is not None
        assert port not in flat.nodes[target].constants
    assert {end[0] for end in flat.sweeps} <= plain


@given(pipelines(depth=0).filter(lambda p: bool(p.nodes)), st.data())
def test_grouping_nodes_changes_no_wire_but_their_names(pipeline, data):
    before = _wires(pipeline)
    inside = data.draw(st.sets(st.sampled_from(sorted(pipeline.nodes)), min_size=1))
    apply(pipeline, group_nodes(pipeline, inside, "grouped"))

    def renamed(end):
        return (f"grouped/{end[0]}" if end[0] in inside else end[0], end[1])

    assert _wires(pipeline) == {renamed(target): renamed(source) for target, source in before.items()}


@given(pipelines(depth=0), st.data())
def test_what_is_disabled_is_left_out_with_all_that_follows(pipeline, data):
    graph = followers(flatten(pipeline))
    off = data.draw(st.sets(st.sampled_from(sorted(pipeline.nodes)))) if pipeline.nodes else set()
    for node_id in off:
        pipeline.nodes[node_id] = Node(module=pipeline.nodes[node_id].module, mode="disabled")
    flat = flatten(pipeline)
    assert off.isdisjoint(flat.nodes)
    for node_id, following in graph.items():
        if node_id not in flat.nodes:
            assert set(following).isdisjoint(flat.nodes)


def test_a_disabled_zip_is_left_out_with_its_node():
    zipped = Node(
        module="demo:add",
        sweeps={"a": Sweep((1,)), "b": Sweep((2,))},
        zips=(Zip(("a", "b")),),
        mode="disabled",
    )
    flat = flatten(_pipeline({"z": zipped, "n": number}))
    assert (list(flat.nodes), flat.sweeps, flat.zips) == (["n"], {}, [])


def test_a_disabled_group_is_left_out_with_all_inside():
    group = Group(nodes={"i": add, "j": number}, connections={"i.a": Connection("j.out")}, outputs={"y": "i.out"})
    flat = flatten(_pipeline({"g": Node(group=group, mode="disabled"), "a": add, "n": number}, {"a.a": "g.y"}))
    assert (list(flat.nodes), flat.wires) == (["n"], {})


def _nested() -> Group:
    inner = Group(nodes={"i": add, "k": add}, inputs={"x": ("i.a", "k.a")}, outputs={"y": "k.out"})
    return Group(nodes={"g": Node(group=inner), "l": add}, inputs={"x": ("l.b", "g.x")}, outputs={"y": "g.y"})


def test_an_input_of_a_group_feeds_all_it_stands_for():
    wires = _wires(_pipeline({"n": number, "g": Node(group=_nested()), "a": add}, {"g.x": "n.out", "a.a": "g.y"}))
    assert wires == {
        ("g/l", "b"): ("n", "out"),
        ("g/g/i", "a"): ("n", "out"),
        ("g/g/k", "a"): ("n", "out"),
        ("a", "a"): ("g/g/k", "out"),
    }


def test_a_parameter_and_a_sweep_of_a_group_reach_the_inner_nodes():
    flat = flatten(_pipeline({"g": Node(group=_nested(), params={"x": 5})}))
    assert {key: node.constants for key, node in flat.nodes.items()} == {
        "g/l": {"b": 5},
        "g/g/i": {"a": 5},
        "g/g/k": {"a": 5},
    }
    flat = flatten(_pipeline({"g": Node(group=_nested(), sweeps={"x": Sweep((1, 2))})}))
    assert {end: swept.origin for end, swept in flat.sweeps.items()} == {
        ("g/l", "b"): "g.x",
        ("g/g/i", "a"): "g.x",
        ("g/g/k", "a"): "g.x",
    }


def test_a_connection_wins_over_a_parameter():
    flat = flatten(_pipeline({"n": number, "a": Node(module="demo:add", params={"a": 1})}, {"a.a": "n.out"}))
    assert flat.nodes["a"].constants == {}
    assert ("a", "a") in flat.wires


def test_a_zip_of_a_group_names_the_inner_ports():
    group = Group(nodes={"i": add}, inputs={"x": ("i.a",), "y": ("i.b",)}, outputs={"z": "i.out"})
    node = Node(group=group, sweeps={"y": Sweep((1, 2))}, zips=(Zip(("x", "y"), "pair"),))
    (zipped,) = flatten(_pipeline({"n": numbers, "g": node}, {"g.x": "n.out"})).zips
    assert zipped.origin == "g"
    assert zipped.ports == {"x": (("g/i", "a"),), "y": (("g/i", "b"),)}


def test_a_loop_of_a_group_has_all_inside_as_members():
    node = Node(group=_nested(), params={"x": 1}, repeat=Repeat({"x": "y"}, "y", 5))
    (loop,) = flatten(_pipeline({"g": node, "n": number})).loops
    assert loop.members == {"g/l", "g/g/i", "g/g/k"}
    assert loop.feedback == (((("g/l", "b"), ("g/g/i", "a"), ("g/g/k", "a")), ("g/g/k", "out")),)
    assert loop.again == ("g/g/k", "out")


def test_a_fold_of_a_node_feeds_its_own_output_back():
    node = Node(module="demo:add", params={"a": 0}, sweeps={"b": Sweep((1, 2))}, fold=Fold("a"))
    (loop,) = flatten(_pipeline({"n": node})).loops
    assert (loop.members, loop.feedback, loop.again) == ({"n"}, (((("n", "a"),), ("n", "out")),), None)


def test_a_bypassed_node_hands_on_its_first_connected_input():
    bypassed = Node(module="demo:add", params={"how": "fast"}, mode="bypassed", sweeps={})
    flat = flatten(_pipeline({"n": number, "b": bypassed, "a": add}, {"b.b": "n.out", "a.a": "b.out"}))
    node = flat.nodes["b"]
    assert node.module.path == IDENTITY
    assert [port.name for port in node.module.inputs] == ["b"]
    assert node.constants == {}
    assert {end: wire.source for end, wire in flat.wires.items()} == {
        ("b", "b"): ("n", "out"),
        ("a", "a"): ("b", "out"),
    }


def test_followers_lists_what_each_node_feeds():
    flat = flatten(_pipeline({"n": number, "a": add, "b": add}, {"a.a": "n.out", "b.a": "n.out", "b.b": "a.out"}))
    assert followers(flat) == {"n": ["a", "b"], "a": ["b"], "b": []}
