from __future__ import annotations

import pytest

from treadle import Pipeline
from treadle.app.window.ports import closeness, connection_from, how_it_fits, inputs_of, outputs_of, targets_for
from treadle.core.edits import apply, group_nodes
from treadle.core.modules import Port
from treadle.core.pipeline import Node


@pytest.fixture
def pipeline():
    made = Pipeline("demo")
    a = made.add("operator:add", id="a", a=1, b=2)
    b = made.add("operator:add", id="b", a=a.out, b=2)
    made.add("operator:add", id="c", a=b.out, b=2)
    return made


def names(ports):
    return [port.name for port in ports]


def test_a_node_has_the_ports_of_its_module(pipeline):
    assert names(inputs_of(pipeline, pipeline, "a")) == ["a", "b"]
    assert names(outputs_of(pipeline, pipeline, "a")) == ["out"]


def test_a_group_has_the_types_of_the_ports_inside(pipeline):
    pipeline.modules["operator:add"] = typed = pipeline.modules["operator:add"].__class__(
        path="operator:add",
        inputs=(Port(name="a", type="int"), Port(name="b", type="int")),
        outputs=(Port(name="out", type="int"),),
    )
    apply(pipeline, group_nodes(pipeline, ["b"], "g"))
    assert [(port.name, port.type) for port in inputs_of(pipeline, pipeline, "g")] == [("a", "int")]
    assert outputs_of(pipeline, pipeline, "g") == typed.outputs


def test_a_node_of_an_unknown_module_has_the_inputs_that_are_used(pipeline):
    pipeline.modules.clear()
    assert names(inputs_of(pipeline, pipeline, "b")) == ["b", "a"]
    assert outputs_of(pipeline, pipeline, "b") == ()


@pytest.mark.parametrize(
    ("source", "target", "how", "score"),
    [
        ("int", "int", "direct", 4),
        ("int", "float", "direct", 3),
        ("any", "int", "direct", 2),
        ("list[pathlib.Path]", "pathlib.Path", "each", 4),
        ("list[int]", "float", "each", 2),
        ("list[int]", "list", "direct", 3),
        ("int", "str", "convert", 1),
        ("str", "numpy.ndarray", "", 0),
        ("numpy.ndarray", "float", "direct", 1),
    ],
)
def test_how_an_output_fits_an_input(source, target, how, score):
    ports = Port(name="out", type=source), Port(name="x", type=target)
    assert how_it_fits(*ports) == how
    assert closeness(*ports) == score


def test_what_comes_before_a_node_is_no_target_of_it(pipeline):
    found = [target.endpoint for target in targets_for(pipeline, pipeline, "b", Port(name="out"))]
    assert found == ["c.a", "c.b"]
    assert [t.taken for t in targets_for(pipeline, pipeline, "b", Port(name="out"))] == [True, False]


def test_items_are_handed_over_one_at_a_time_where_only_they_fit():
    assert connection_from("files.out", "each").each is not None
    assert connection_from("files.out", "direct").direct


def test_a_node_that_takes_any_input_is_offered_a_new_one(pipeline):
    module = pipeline.modules["operator:add"]
    pipeline.modules["record"] = module.__class__(path="a:record", outputs=module.outputs, open_inputs=True)
    pipeline.nodes["record"] = Node(module="record", params={"b": 1})
    found = [target.endpoint for target in targets_for(pipeline, pipeline, "b", Port(name="out"))]
    assert found[-2:] == ["record.b", "record.b_2"]
