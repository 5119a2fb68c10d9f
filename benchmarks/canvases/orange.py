"""The canvas of Orange (orange-canvas-core), measured."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_API", "pyqt6")

from AnyQt.QtWidgets import QApplication
from orangecanvas.canvas.scene import CanvasScene
from orangecanvas.canvas.view import CanvasView
from orangecanvas.registry import CategoryDescription, WidgetDescription, WidgetRegistry
from orangecanvas.registry.description import InputSignal, OutputSignal
from orangecanvas.scheme import Scheme, SchemeLink, SchemeNode

from .scenes import Scene
from .scenes import measured as measured_scene
from .shape import HUB, once, place, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

INPUTS, OUTPUT = [InputSignal("x", "object", "x"), InputSignal("y", "object", "y")], OutputSignal("out", "object")
STEP = WidgetDescription(
    name="Step",
    id="bench.step",
    qualified_name=f"{__name__}.Registered",
    category="Bench",
    inputs=INPUTS,
    outputs=[OUTPUT],
)


class Registered(WidgetRegistry):
    """Knows the one widget there is."""

    def __init__(self) -> None:
        super().__init__()
        self.register_category(CategoryDescription("Bench"))
        self.register_widget(STEP)


def scheme(nodes: int) -> Scheme:
    """Return the pipeline as a scheme."""
    made = Scheme()
    # Its check for cycles goes through all paths: with it, this would never end.
    made.set_loop_flags(Scheme.AllowLoops)
    placed = [SchemeNode(STEP, title=f"Task {n}", position=place(n)) for n in range(nodes)]
    for node in placed:
        made.add_node(node)
    for number, node in enumerate(placed):
        for port, source in zip("xy", sources(number, nodes), strict=False):
            made.add_link(
                SchemeLink(placed[source], placed[source].output_channel("out"), node, node.input_channel(port))
            )
    return made


def measured(nodes: int) -> Iterator[tuple[str, float]]:
    """Measure all."""
    application = QApplication([])
    registry, made = Registered(), scheme(nodes)
    shown: list[Any] = []

    def build() -> None:
        scene = CanvasScene()
        scene.set_registry(registry)
        scene.set_scheme(made)
        view = CanvasView()
        view.setScene(scene)
        shown.extend((scene, view))

    yield "build", once(build)
    scene, view = shown
    items = [scene.item_for_node(node) for node in made.nodes]
    progress = iter(range(1, 100))

    def change_states(chosen: list[Any]) -> None:
        done = next(progress)
        for item in chosen:
            item.setProgress(done)

    yield from measured_scene(Scene(view, items, items[HUB], change_states, application.processEvents))
    buffer = io.BytesIO()
    made.save_to(buffer)

    def open_() -> None:
        buffer.seek(0)
        other = Scheme()
        other.set_loop_flags(Scheme.AllowLoops)
        other.load_from(buffer, registry=registry)
        fresh = CanvasScene()
        fresh.set_registry(registry)
        fresh.set_scheme(other)
        view.setScene(fresh)
        view.viewport().repaint()

    yield "open a file", once(open_)
