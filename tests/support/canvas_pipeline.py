"""A small pipeline for tests of the canvas, and a hand that points at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from treadle.app.window.canvas.finding import PortAt, port_place
from treadle.core.modules import Module, Port
from treadle.core.pipeline import Connection, Node, Pipeline

if TYPE_CHECKING:
    from treadle.app.window.canvas.view import CanvasView

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def module(path, inputs, outputs, **facts):
    """A module whose ports are given as name=type."""
    return Module(
        path=path,
        inputs=tuple(Port(name=name, type=type_) for name, type_ in inputs.items()),
        outputs=tuple(Port(name=name, type=type_) for name, type_ in outputs.items()),
        **facts,
    )


MODULES = {
    "make": module("bench:make", {"seed": "int"}, {"out": "int"}),
    "names": module("bench:names", {"folder": "str"}, {"out": "list[str]"}),
    "add": module("bench:add", {"a": "int", "b": "int"}, {"out": "int"}),
    "show": module("bench:show", {"text": "str"}, {"out": "str"}),
    "shape": module("bench:shape", {"table": "dict"}, {"out": "dict"}),
}


def small() -> Pipeline:
    """make feeds add, add feeds last; show and shape stand alone."""
    made = Pipeline("small", modules=dict(MODULES))
    places = {
        "make": (0, 0),
        "add": (288, 0),
        "last": (576, 0),
        "names": (0, 192),
        "show": (288, 192),
        "shape": (576, 192),
    }
    for node_id, place in places.items():
        key = "add" if node_id == "last" else node_id
        made.nodes[node_id] = Node(module=key, title=node_id.capitalize(), position=(float(place[0]), float(place[1])))
    made.connections["add.a"] = Connection("make.out")
    made.connections["last.a"] = Connection("add.out")
    return made


class Hand:
    """Presses, drags and releases at places of the scene."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas

    def view(self, place) -> QPointF:
        return QPointF(*self.canvas.camera.to_view(*place))

    def port(self, node, side, name):
        return port_place(self.canvas.board, PortAt(node, side, name))

    def middle(self, node):
        # Between the kind and the ports, where nothing else is.
        box = self.canvas.card_box(node)
        return box.center().x(), box.top() + 40

    def _send(self, kind, place, button, buttons, keys) -> None:
        at = self.view(place)
        event = QMouseEvent(kind, at, self.canvas.mapToGlobal(at), button, buttons, keys)
        QApplication.sendEvent(self.canvas, event)

    def press(self, place, keys=NONE, button=LEFT) -> None:
        self._send(QEvent.Type.MouseButtonPress, place, button, button, keys)

    def move(self, place, keys=NONE, button=LEFT) -> None:
        self._send(QEvent.Type.MouseMove, place, Qt.MouseButton.NoButton, button, keys)

    def release(self, place, keys=NONE, button=LEFT) -> None:
        self._send(QEvent.Type.MouseButtonRelease, place, button, Qt.MouseButton.NoButton, keys)

    def drag(self, start, end, keys=NONE, button=LEFT) -> None:
        self.press(start, keys, button)
        self.move(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), keys, button)
        self.move(end, keys, button)
        self.release(end, keys, button)

    def click(self, place, keys=NONE) -> None:
        self.press(place, keys)
        self.release(place, keys)

    def double_click(self, place) -> None:
        self.click(place)
        self._send(QEvent.Type.MouseButtonDblClick, place, LEFT, LEFT, NONE)
        self.release(place)

    def key(self, key, keys=NONE) -> None:
        QTest.keyClick(self.canvas, key, keys)


def picture(canvas):
    """What a canvas shows once nothing of it is painted roughly any more."""
    for _ in range(1000):
        shown = canvas.grab().toImage()
        if not canvas.picture.incomplete:
            return shown
    raise AssertionError("the canvas is never painted to the end")
