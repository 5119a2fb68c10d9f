"""Nodes on the clipboard: written only where another program asks for them."""

from __future__ import annotations

import pytest
from canvas_pipeline import MODULES, small
from PyQt6.QtGui import QGuiApplication

from treadle.app.window.canvas import clipping
from treadle.app.window.canvas.changes import Pasted, excerpt
from treadle.core.document import decode, encode
from treadle.core.edits import Change
from treadle.core.errors import UsageError
from treadle.core.pipeline import Group, Node, Pipeline


def some(count=3, **params):
    made = Pipeline("")
    made.nodes.update({f"n{number}": Node(module="operator:add", params=dict(params)) for number in range(count)})
    return made


@pytest.fixture
def written(monkeypatch):
    """Return a list of how many nodes were written, each time."""
    times = []

    def counted(pipeline):
        times.append(len(pipeline.nodes))
        return encode(pipeline)

    monkeypatch.setattr(clipping, "encode", counted)
    return times


def test_nodes_are_written_when_another_program_asks_and_once(qapp, written):
    clipping.put(some())
    assert clipping.take().nodes == some().nodes
    assert not written
    for _ in range(2):
        assert decode(QGuiApplication.clipboard().text().encode()).nodes == some().nodes
    assert written == [3]


def test_what_is_taken_is_what_another_window_reads_from_the_text(qapp):
    pipeline = some(a=[1, 2.5, "x"], b={"c": None})
    pipeline.nodes["g"] = Node(group=Group(nodes=some().nodes, inputs={"a": ("n0.a",)}, outputs={"out": "n0.out"}))
    clipping.put(pipeline)
    own = clipping.take()
    QGuiApplication.clipboard().setText(QGuiApplication.clipboard().text())
    assert encode(clipping.take()) == encode(own)


def test_what_is_taken_twice_can_be_changed_apart(qapp):
    pipeline = some()
    pipeline.nodes["g"] = Node(group=Group(nodes=some().nodes))
    clipping.put(pipeline)
    first, second = clipping.take(), clipping.take()
    first.nodes["g"].group.nodes.clear()
    first.nodes["g"].group.outputs["out"] = "n0.out"
    del first.nodes["n0"]
    assert second.nodes == clipping.take().nodes == pipeline.nodes


@pytest.mark.parametrize("count", [1, 501])
def test_nodes_that_cannot_be_written_are_refused_at_once(qapp, count):
    clipping.put(some())
    with pytest.raises(UsageError):
        clipping.put(some(count, a=object()))
    assert clipping.take().nodes == some().nodes


def test_what_is_pasted_brings_only_the_modules_that_are_missing():
    pipeline = small()
    copied = excerpt(pipeline, (), {"make", "add"})
    here = Pasted(pipeline, (), copied, (48.0, 48.0)).edit
    elsewhere = Pasted(Pipeline("empty"), (), copied, (48.0, 48.0)).edit
    assert "modules" not in [change.section for change in here.edits]
    assert elsewhere.edits[0] == Change("modules", {name: MODULES[name] for name in ("make", "add")})
