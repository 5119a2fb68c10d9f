"""What is measured alike of canvases that are QGraphicsScenes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from PyQt6.QtCore import QPointF

from .shape import HEIGHT, WIDTH, best, once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FRAMES = 5


class Scene(NamedTuple):
    """A canvas that is shown: its view, its items for nodes, that of the hub, and what else it can do."""

    view: Any
    items: list[Any]
    hub: Any
    change_states: Callable[[list[Any]], None]
    process: Callable[[], None]


def measured(scene: Scene) -> Iterator[tuple[str, float]]:
    """Measure the frames and changes of a canvas that is built."""
    view = scene.view
    view.resize(WIDTH, HEIGHT)
    view.show()
    scene.process()
    graphics = view.scene() if callable(view.scene) else view.scene
    view.fitInView(graphics.itemsBoundingRect())
    yield "frame at fit", best(view.viewport().repaint, repeats=3)
    view.resetTransform()
    view.centerOn(scene.items[len(scene.items) // 2])
    scene.process()
    yield "frame at 100 %", best(view.viewport().repaint, repeats=3)
    bars = view.horizontalScrollBar(), view.verticalScrollBar()

    def pan() -> None:
        for _ in range(FRAMES):
            for bar, step in zip(bars, (24, 14), strict=True):
                bar.setValue(bar.value() + step)
            scene.process()
            view.viewport().repaint()

    yield "frame while panning", once(pan) / FRAMES
    view.centerOn(scene.hub)
    scene.process()

    def drag() -> None:
        for _ in range(FRAMES):
            scene.hub.setPos(scene.hub.pos() + QPointF(7, 5))
            scene.process()
            view.viewport().repaint()

    yield "frame while dragging a hub", once(drag) / FRAMES

    yield from _changes(scene)


def _changes(scene: Scene) -> Iterator[tuple[str, float]]:
    view = scene.view

    def change() -> None:
        scene.change_states(scene.items[:1000])
        scene.process()
        view.viewport().repaint()

    yield "1,000 state changes", once(change)

    def select() -> None:
        for item in scene.items:
            item.setSelected(True)
        scene.process()
        view.viewport().repaint()

    yield "select all", once(select)

    def move_back() -> None:
        for item in scene.items:
            item.setPos(item.pos() - QPointF(8, 8))
        scene.process()
        view.viewport().repaint()

    yield "undo of a move of all", once(move_back)
