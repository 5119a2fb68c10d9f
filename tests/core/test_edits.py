"""Each edit has an inverse that gives back the very same document."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from pipelines import MODULES, bodies, groups, json_values, pipelines, places

from treadle.core import edits
from treadle.core.document import encode
from treadle.core.edits import Change, SetText, Steps, apply
from treadle.core.errors import UsageError
from treadle.core.pipeline import Comment, Connection, Each, Frame, Group, Node, Pipeline
from treadle.core.validation.validate import validate


def _undoes(pipeline: Pipeline, edit: Any) -> None:
    """Apply, undo, redo and undo again: the bytes and the objects are those of before, or of after."""
    before, snapshot = encode(pipeline), pipeline.copy()
    inverse = apply(pipeline, edit)
    after = encode(pipeline)
    again = apply(pipeline, inverse)
    assert encode(pipeline) == before
    assert pipeline == snapshot
    inverse = apply(pipeline, again)
    assert encode(pipeline) == after
    apply(pipeline, inverse)
    assert encode(pipeline) == before


def _some_body(data: Any, pipeline: Pipeline) -> Any:
    return data.draw(st.sampled_from([entry for entry in bodies(pipeline) if entry[1].nodes]))


with_nodes = pipelines().filter(lambda p: bool(p.nodes))


@given(with_nodes, st.data())
def test_setting_and_clearing_a_parameter_can_be_undone(pipeline, data):
    where, body = _some_body(data, pipeline)
    node_id = data.draw(st.sampled_from(sorted(body.nodes)))
    _undoes(pipeline, edits.set_parameter(body, node_id, "a", data.draw(json_values), where))
    name = data.draw(st.sampled_from(["a", *body.nodes[node_id].params]))
    _undoes(pipeline, edits.clear_parameter(body, node_id, name, where))


@given(with_nodes, st.data(), places)
def test_moving_many_nodes_can_be_undone(pipeline, data, place):
    where, body = _some_body(data, pipeline)
    moved = data.draw(st.sets(st.sampled_from(sorted(body.nodes))))
    _undoes(pipeline, edits.update_nodes(body, {key: {"position": place} for key in moved}, where))


@given(with_nodes, st.data())
def test_connecting_and_disconnecting_can_be_undone(pipeline, data):
    where, body = _some_body(data, pipeline)
    source, target = (data.draw(st.sampled_from(sorted(body.nodes))) for _ in range(2))
    _undoes(pipeline, edits.connect(f"{target}.a", Connection(f"{source}.out", each=Each("subject")), where))
    _undoes(pipeline, edits.disconnect([f"{target}.a", *body.connections], where))


@given(with_nodes, st.data())
def test_removing_nodes_can_be_undone(pipeline, data):
    where, body = _some_body(data, pipeline)
    gone = data.draw(st.sets(st.sampled_from(sorted(body.nodes)), min_size=1))
    edit = edits.remove_nodes(body, gone, where)
    _undoes(pipeline, edit)
    apply(pipeline, edit)
    left = pipeline.body(where)
    assert gone.isdisjoint(left.nodes)
    assert gone.isdisjoint(end.split(".")[0] for t, c in left.connections.items() for end in (t, c.source))


@given(with_nodes, st.data())
def test_renaming_a_node_keeps_the_pipeline_whole_and_can_be_undone(pipeline, data):
    where, body = _some_body(data, pipeline)
    edit = edits.rename_node(body, data.draw(st.sampled_from(sorted(body.nodes))), "renamed", where)
    _undoes(pipeline, edit)
    apply(pipeline, edit)
    assert validate(pipeline) == []


@given(with_nodes, st.data())
def test_grouping_can_be_undone_and_leaves_no_end_dangling(pipeline, data):
    where, body = _some_body(data, pipeline)
    inside = data.draw(st.sets(st.sampled_from(sorted(body.nodes)), min_size=1))
    edit = edits.group_nodes(body, inside, "grouped", where)
    _undoes(pipeline, edit)
    apply(pipeline, edit)
    assert [problem for problem in validate(pipeline) if problem.code in {"dangling", "fed-twice", "unset"}] == []


@given(with_nodes, st.data())
def test_ungrouping_what_was_just_grouped_gives_the_same_connections(pipeline, data):
    where, body = _some_body(data, pipeline)
    if isinstance(body, Group):
        ports = dict(body.inputs), dict(body.outputs)
    connections = dict(body.connections)
    inside = data.draw(st.sets(st.sampled_from(sorted(body.nodes)), min_size=1))
    apply(pipeline, edits.group_nodes(body, inside, "grouped", where))
    edit = edits.ungroup(pipeline.body(where), "grouped", where)
    _undoes(pipeline, edit)
    apply(pipeline, edit)
    body = pipeline.body(where)
    assert body.connections == connections
    if isinstance(body, Group):
        assert ({k: set(v) for k, v in body.inputs.items()}, body.outputs) == (
            {k: set(v) for k, v in ports[0].items()},
            ports[1],
        )


@given(pipelines(), st.data())
def test_frames_comments_modules_and_texts_can_be_undone(pipeline, data):
    changes = [
        Change("frames", {"f0": Frame("new"), "f1": None}),
        Change("comments", {"c0": None, "c9": Comment("new")}),
        Change("modules", {"demo:add": None, "demo:number": MODULES["demo:number"]}),
        SetText("title", data.draw(st.text(max_size=5))),
        SetText("description", "new"),
    ]
    for change in changes:
        _undoes(pipeline, change)
    _undoes(pipeline, Steps(tuple(data.draw(st.permutations(changes))), "all"))


@given(pipelines(), groups())
def test_the_ports_of_a_group_keep_their_order_when_a_removal_is_undone(pipeline, group):
    pipeline.nodes["g"] = Node(group=group)
    names = list(group.inputs), list(group.outputs)
    for section, keys in zip(("inputs", "outputs"), names, strict=True):
        for key in keys:
            _undoes(pipeline, Change(section, {key: None}, ("g",)))
    assert (list(group.inputs), list(group.outputs)) == names


@given(with_nodes, st.data())
def test_an_edit_that_is_refused_in_the_middle_changes_nothing(pipeline, data):
    before = encode(pipeline)
    fine = edits.remove_nodes(pipeline, data.draw(st.sets(st.sampled_from(sorted(pipeline.nodes)), min_size=1)))
    with pytest.raises(UsageError, match="no group 'nowhere'"):
        apply(pipeline, Steps((fine, SetText("title", "changed"), Change("nodes", {}, ("nowhere",)))))
    assert encode(pipeline) == before


def test_a_pipeline_has_no_inputs_to_change():
    with pytest.raises(UsageError, match="there are no inputs in the pipeline"):
        apply(Pipeline(), Change("inputs", {"x": ()}))


def _grouped(**settings: Any) -> Pipeline:
    group = Group(nodes={"i": Node(module="demo:add")}, inputs={"x": ("i.a",)}, outputs={"y": "i.out"})
    return Pipeline(nodes={"g": Node(group=group, **settings)}, modules=MODULES)


@pytest.mark.parametrize("new", ["", "a.b", "../x", "a/b", "9x", "ä", "x" * 101, "a\n"])
def test_a_name_that_the_file_format_refuses_is_refused_by_rename_and_group(new):
    pipeline = _grouped()
    with pytest.raises(UsageError, match="cannot be a node's id"):
        edits.rename_node(pipeline, "g", new)
    with pytest.raises(UsageError, match="cannot be a node's id"):
        edits.group_nodes(pipeline, ["g"], new)


def test_a_name_that_is_taken_is_refused():
    pipeline = _grouped()
    for make in (lambda: edits.rename_node(pipeline, "g", "g"), lambda: edits.group_nodes(pipeline, [], "g")):
        with pytest.raises(UsageError, match="there is a node 'g' already"):
            make()


def test_ungrouping_what_is_no_group_is_refused():
    with pytest.raises(UsageError, match="is no group"):
        edits.ungroup(Pipeline(nodes={"a": Node(module="demo:add")}), "a")


@pytest.mark.parametrize("settings", [{"params": {"x": 1}}, {"mode": "disabled"}])
def test_ungrouping_a_group_with_settings_of_its_own_is_refused(settings):
    with pytest.raises(UsageError, match="settings of its own"):
        edits.ungroup(_grouped(**settings), "g")


def test_ungrouping_is_refused_where_an_id_is_taken():
    pipeline = _grouped()
    pipeline.nodes["i"] = Node(module="demo:add")
    with pytest.raises(UsageError, match="the ids i are taken"):
        edits.ungroup(pipeline, "g")


def test_ungrouping_is_refused_where_a_connection_leads_nowhere():
    pipeline = _grouped()
    pipeline.nodes["n"] = Node(module="demo:add")
    pipeline.connections["n.a"] = Connection("g.gone")
    with pytest.raises(UsageError, match=r"'n.a' is connected to 'g.gone', which is not there"):
        edits.ungroup(pipeline, "g")


def test_ungrouping_leaves_the_frames_and_comments_outside_alone():
    pipeline = _grouped()
    inner = pipeline.nodes["g"].group
    assert inner is not None
    inner.frames["f"], inner.comments["c"] = Frame("inner"), Comment("inner")
    pipeline.frames["f"], pipeline.comments["c"] = Frame("outer"), Comment("outer")
    apply(pipeline, edits.ungroup(pipeline, "g"))
    assert {frame.title for frame in pipeline.frames.values()} == {"inner", "outer"}
    assert {comment.text for comment in pipeline.comments.values()} == {"inner", "outer"}
    assert pipeline.frames["f"].title == "outer"


def test_ungrouping_inside_a_group_keeps_its_ports():
    pipeline = _grouped()
    apply(pipeline, edits.group_nodes(pipeline, ["g"], "outer"))
    outer = pipeline.nodes["outer"].group
    assert outer is not None
    outer.inputs["x"], outer.outputs["y"] = ("g.x",), "g.y"
    apply(pipeline, edits.ungroup(outer, "g", ("outer",)))
    assert (outer.inputs, outer.outputs) == ({"x": ("i.a",)}, {"y": "i.out"})


def test_removing_a_node_in_a_group_takes_it_from_the_ports_of_the_group():
    pipeline = _grouped()
    group = pipeline.nodes["g"].group
    assert group is not None
    apply(pipeline, edits.remove_nodes(group, ["i"], ("g",)))
    assert (group.nodes, group.inputs, group.outputs) == ({}, {"x": ()}, {})


def test_an_edit_is_data_that_says_what_a_menu_shows():
    pipeline = _grouped()
    assert edits.remove_nodes(pipeline, ["g"]).label == "delete"
    assert apply(pipeline, edits.remove_nodes(pipeline, ["g"])).label == "delete"
    assert structs.asdict(edits.connect("a.b", Connection("c.d")))["entries"] == {"a.b": Connection("c.d")}


def test_nodes_that_are_removed_come_back_in_their_order():
    pipeline = Pipeline("order", nodes={f"n{number}": Node() for number in range(100)})
    apply(pipeline, apply(pipeline, edits.remove_nodes(pipeline, set(pipeline.nodes))))
    assert list(pipeline.nodes) == [f"n{number}" for number in range(100)]


def test_many_nodes_are_grouped_without_comparing_each_port_with_each():
    pipeline = Pipeline("many", modules=dict(MODULES))
    pipeline.nodes.update({f"{side}{number}": Node() for number in range(5_000) for side in "ab"})
    pipeline.connections.update({f"b{number}.x": Connection(f"a{number}.out") for number in range(5_000)})
    began = time.process_time()
    apply(pipeline, edits.group_nodes(pipeline, {f"b{number}" for number in range(5_000)}, "of_inputs"))
    apply(pipeline, edits.group_nodes(pipeline, {f"a{number}" for number in range(5_000)}, "of_outputs"))
    assert time.process_time() - began < 2
    assert len(pipeline.connections) == 5_000
