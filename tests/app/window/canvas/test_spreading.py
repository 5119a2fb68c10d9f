"""Nodes that were never placed get places where their pipeline is read."""

from __future__ import annotations

from treadle import Pipeline
from treadle.app.window.canvas.spreading import heaps, spread


def measure(text):
    return 7.0 * len(text)


def chain(title, first="a", second="b"):
    made = Pipeline(title)
    one = made.add("operator:neg", id=first, a=1)
    made.add("operator:neg", id=second, a=one.out)
    return made


def places(body):
    return {node_id: node.position for node_id, node in body.nodes.items()}


def test_nodes_that_are_all_at_one_place_are_laid_out_along_their_connections():
    pipeline = chain("p")
    spread(pipeline, list(heaps(pipeline)), measure)
    assert places(pipeline)["a"][0] < places(pipeline)["b"][0]


def test_so_are_those_inside_groups_however_deep():
    inner, middle, outer = chain("inner"), chain("middle"), chain("outer")
    middle.add_group(inner, id="deep")
    outer.add_group(middle, id="group")
    spread(outer, list(heaps(outer)), measure)
    for where in ((), ("group",), ("group", "deep")):
        found = places(outer.body(where))
        assert len(set(found.values())) == len(found), where


def test_nodes_that_have_places_keep_them():
    pipeline = chain("p")
    spread(pipeline, list(heaps(pipeline)), measure)
    before = places(pipeline)
    pipeline.add("operator:neg", id="c", a=1)
    spread(pipeline, list(heaps(pipeline)), measure)
    assert places(pipeline) == {**before, "c": (0.0, 0.0)}
