"""Nodes on the clipboard: many are written only when somebody asks for them."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QGuiApplication

from treadle.app.window.canvas import clipping
from treadle.core.document import decode, encode
from treadle.core.errors import UsageError
from treadle.core.pipeline import Node, Pipeline


def many(count=clipping.MANY + 1, **params):
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


def test_many_nodes_are_written_when_somebody_asks_and_once(qapp, written):
    clipping.put(many())
    assert not written
    assert decode(QGuiApplication.clipboard().text().encode()).nodes == many().nodes
    assert clipping.take().nodes == many().nodes
    assert written == [clipping.MANY + 1]


def test_few_nodes_that_cannot_be_written_are_refused_at_once_and_many_when_they_are_taken(qapp):
    with pytest.raises(UsageError):
        clipping.put(many(1, a=object()))
    clipping.put(many(a=object()))
    assert QGuiApplication.clipboard().text() == ""
    with pytest.raises(UsageError):
        clipping.take()
