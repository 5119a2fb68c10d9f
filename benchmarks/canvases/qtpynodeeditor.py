"""The canvas of qtpynodeeditor, measured."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_API", "pyqt6")

import qtpynodeeditor as editor
from qtpy.QtCore import QPointF
from qtpy.QtWidgets import QApplication
from qtpynodeeditor import NodeData, NodeDataModel, NodeDataType, PortType

from .scenes import Scene
from .scenes import measured as measured_scene
from .shape import HUB, once, place, sources

if TYPE_CHECKING:
    from collections.abc import Iterator


class Value(NodeData):
    """What flows."""

    data_type = NodeDataType("value", "Value")


class Step(NodeDataModel):
    """A node of the pipeline."""

    name = "Step"
    caption = "Step"
    num_ports = {PortType.input: 2, PortType.output: 1}  # noqa: RUF012  as the library wants it
    data_type = Value.data_type
    all_data_types = data_type

    def out_data(self, _port: int) -> None:
        return None

    def set_in_data(self, _data: object, _port: object) -> None:
        return None

    def embedded_widget(self) -> None:
        return None


def measured(nodes: int) -> Iterator[tuple[str, float]]:
    """Measure all."""
    application = QApplication([])
    registry = editor.DataModelRegistry()
    registry.register_model(Step, category="Bench")
    scene = editor.FlowScene(registry=registry)
    placed: list[Any] = []

    def build() -> None:
        for number in range(nodes):
            node = scene.create_node(Step)
            node.graphics_object.setPos(QPointF(*place(number)))
            placed.append(node)
            for port, source in enumerate(sources(number, nodes)):
                scene.create_connection(placed[source][PortType.output][0], node[PortType.input][port])

    yield "build", once(build)
    view = editor.FlowView(scene)
    items = [node.graphics_object for node in placed]

    def change_states(chosen: list[Any]) -> None:
        for item in chosen:
            item.update()

    yield from measured_scene(Scene(view, items, items[HUB], change_states, application.processEvents))
    saved = scene.__getstate__()

    def open_() -> None:
        other = editor.FlowScene(registry=registry)
        other.__setstate__(saved)
        view.setScene(other)
        view.viewport().repaint()

    yield "open a file", once(open_)
