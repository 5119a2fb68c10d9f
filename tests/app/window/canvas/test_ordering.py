"""Many nodes are arranged beside the window's thread; what changes meanwhile goes before."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication

from treadle.app.window.canvas.ordering import MANY
from treadle.app.window.canvas.view import CanvasView
from treadle.app.window.document import Document
from treadle.core.document import encode
from treadle.core.edits import update_nodes
from treadle.core.pipeline import Connection, Node, Pipeline


def chain(count):
    made = Pipeline("chain")
    for number in range(count):
        made.nodes[f"n{number}"] = Node(module="operator:neg")
        if number:
            made.connections[f"n{number}.a"] = Connection(f"n{number - 1}.out")
    return made


class Beside:
    """Keeps what is to be done until it is told to do it."""

    def __init__(self):
        self.given = []

    def do(self, work, then):
        self.given.append((work, then))

    def go_on(self):
        work, then = self.given.pop()
        then(work())


@pytest.fixture
def canvas(make_canvas):
    return make_canvas(chain(MANY + 1))


@pytest.fixture
def beside(canvas):
    made = Beside()
    canvas.beside = made.do
    return made


def places(canvas):
    return {name: node.position for name, node in canvas.document.pipeline.nodes.items()}


def test_many_get_the_places_that_they_get_without_another_thread_in_one_step(canvas, beside, make_canvas, unchanged):
    canvas.do.arrange()
    assert not canvas.document.modified
    beside.go_on()
    other = make_canvas(chain(MANY + 1))
    other.do.arrange()
    assert places(canvas) == places(other)
    assert len(set(places(canvas).values())) == MANY + 1
    canvas.document.undo()
    assert not canvas.document.modified
    assert unchanged()


def test_few_are_arranged_at_once(make_canvas):
    canvas = make_canvas(chain(3))
    canvas.beside = Beside().do
    canvas.do.arrange()
    assert len(set(places(canvas).values())) == 3


def test_what_changes_meanwhile_is_kept_and_the_person_is_told(canvas, beside, qtbot):
    canvas.do.arrange()
    canvas.document.edit(update_nodes(canvas.document.body(), {"n1": {"position": (5.0, 5.0)}}), "move")
    before = encode(canvas.document.pipeline)
    with qtbot.waitSignal(canvas.said):
        beside.go_on()
    assert encode(canvas.document.pipeline) == before
    assert canvas.document.undo_label == "move"
    canvas.do.arrange()
    beside.go_on()
    assert canvas.document.undo_label == "Arrange"


def test_asked_twice_it_is_done_once(canvas, beside):
    canvas.do.arrange()
    canvas.do.arrange()
    assert len(beside.given) == 1


def test_a_canvas_that_is_gone_meanwhile_is_left_alone(theme, qapp):
    canvas, beside = CanvasView(Document(chain(MANY + 1)), theme), Beside()
    canvas.beside = beside.do
    canvas.do.arrange()
    canvas.deleteLater()
    QApplication.sendPostedEvents(canvas, QEvent.Type.DeferredDelete)
    beside.go_on()
    assert not canvas.document.modified
