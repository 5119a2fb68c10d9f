from __future__ import annotations

from panels import ADD, SMOOTH

from treadle import Pipeline
from treadle.app.window.placing import place_module
from treadle.core.document import encode
from treadle.core.edits import apply


def test_a_placed_module_comes_with_its_description_and_goes_with_undo():
    pipeline = Pipeline("demo")
    before = encode(pipeline)
    placing = place_module(pipeline, SMOOTH, (10, 20), params={"sigma": 2.0})
    inverse = apply(pipeline, placing.edit)
    node = pipeline.node(placing.node_id)
    assert (placing.node_id, node.module, node.position) == ("smooth", SMOOTH.path, (10, 20))
    assert [problem.code for problem in pipeline.check()] == ["unset"]
    apply(pipeline, inverse)
    assert encode(pipeline) == before


def test_a_second_node_of_a_module_has_an_id_of_its_own():
    pipeline = Pipeline("demo")
    pipeline.add("operator:add", a=1, b=2)
    known = pipeline.modules["operator:add"]
    placing = place_module(pipeline, ADD, (0, 0))
    apply(pipeline, placing.edit)
    assert placing.node_id == "add_2"
    assert pipeline.modules["operator:add"] is known
