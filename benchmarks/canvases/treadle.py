"""The canvas of Treadle, measured."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QApplication

from treadle.app.window.canvas.gestures.gesture import Pointer
from treadle.app.window.canvas.gestures.moving import Move
from treadle.app.window.canvas.view import CanvasView
from treadle.app.window.document import Document
from treadle.app.window.looks import NodeLook
from treadle.app.window.theme.theme import Theme
from treadle.core.collector import collect_seldom
from treadle.core.document import encode
from treadle.core.edits import update_nodes
from treadle.core.modules import Module, Port
from treadle.core.pipeline import Connection, Node, Pipeline

from .shape import HEIGHT, HUB, WIDTH, best, once, place, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STEP = Module(
    path="bench.tasks:step",
    category="Arrays",
    inputs=(Port(name="x", type="numpy.ndarray"), Port(name="y", type="numpy.ndarray")),
    outputs=(Port(name="out", type="numpy.ndarray"),),
)
FRAMES = 20


def pipeline(nodes: int) -> Pipeline:
    """Return the pipeline."""
    made = Pipeline("bench", modules={"step": STEP})
    for number in range(nodes):
        made.nodes[f"n{number}"] = Node(module="step", title=f"Task {number}", position=place(number))
        for port, source in zip("xy", sources(number, nodes), strict=False):
            made.connections[f"n{number}.{port}"] = Connection(f"n{source}.out")
    return made


def measured(nodes: int) -> Iterator[tuple[str, float]]:
    """Measure all."""
    application = QApplication([])
    # As the window has it.
    collect_seldom()
    theme = Theme("light")
    document = Document(pipeline(nodes))
    built: list[CanvasView] = []
    yield "build", once(lambda: built.append(CanvasView(document, theme)))
    canvas = built[0]
    canvas.resize(WIDTH, HEIGHT)
    canvas.show()
    application.processEvents()
    yield from _frames(canvas, application)
    yield from _changes(canvas, document)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.treadle"
        path.write_bytes(encode(document.pipeline))
        yield "open a file", once(lambda: _open(path, theme))


def _frames(canvas: CanvasView, application: QApplication) -> Iterator[tuple[str, float]]:
    canvas.do.fit()
    yield "frame at fit", best(canvas.repaint)
    canvas.do.zoom_to(1.0)
    for _ in range(20):
        application.processEvents()
        canvas.repaint()
    yield "frame at 100 %", best(canvas.repaint)

    def pan() -> None:
        for _ in range(FRAMES):
            canvas.camera.pan(-24, -14)
            canvas.look_changed()
            canvas.repaint()

    yield "frame while panning", once(pan) / FRAMES
    yield "frame while dragging a hub", _hub_drag(canvas) / FRAMES


def _hub_drag(canvas: CanvasView) -> float:
    hub = f"n{HUB}"
    canvas.do.reveal(hub)
    canvas.repaint()
    x, y = canvas.card_box(hub).center().x(), canvas.card_box(hub).center().y()
    gesture = Move(canvas, hub)
    gesture.start(_pointer(canvas, x, y))

    def drag() -> None:
        for step in range(FRAMES):
            gesture.move(_pointer(canvas, x + 7 * step, y + 5 * step))
            canvas.repaint()

    took = once(drag)
    gesture.cancel("measured")
    return took


def _pointer(canvas: CanvasView, x: float, y: float) -> Pointer:
    return Pointer(x, y, *canvas.camera.to_view(x, y))


def _changes(canvas: CanvasView, document: Document) -> Iterator[tuple[str, float]]:
    names = list(canvas.board.cards)
    rounds = iter(range(100))

    def change_states() -> None:
        done = next(rounds)
        canvas.show_states({name: NodeLook("running", {"running": 1, "succeeded": done}, 9) for name in names[:1000]})
        canvas.telling.show()
        canvas.repaint()

    yield "1,000 state changes", best(change_states)
    canvas.do.fit()

    def select_all() -> None:
        canvas.do.select_all()
        canvas.repaint()

    yield "select all", best(select_all, canvas.pick)
    moves = {name: {"position": (x + 8, y + 8)} for name, node in canvas.board.body_shown.nodes.items()
             for x, y in (node.position,)}  # fmt: skip

    def undo() -> None:
        document.undo()
        canvas.repaint()

    yield "undo of a move of all", best(undo, lambda: document.edit(update_nodes(document.body(), moves), "move"))
    document.undo()
    yield from _copies(canvas, document)


def _copies(canvas: CanvasView, document: Document) -> Iterator[tuple[str, float]]:
    """Measure what is done with copies of all nodes; a frame is part of each."""

    def shown(act: Callable[[], object]) -> Callable[[], None]:
        def do() -> None:
            act()
            canvas.repaint()

        return do

    def select() -> None:
        _undo_all(document)
        canvas.do.select_all()

    def duplicate() -> None:
        select()
        canvas.do.duplicate()

    yield "duplicate all", best(shown(canvas.do.duplicate), select)
    yield "undo of the duplicates", best(shown(document.undo), duplicate)
    canvas.do.select_all()
    canvas.do.copy()
    yield "paste all", best(shown(canvas.do.paste), lambda: _undo_all(document))
    _undo_all(document)
    themes = itertools.cycle(("dark", "light"))
    yield "another theme", best(shown(lambda: canvas.theme.choose(next(themes))))


def _undo_all(document: Document) -> None:
    while document.undo_label:
        document.undo()


def _open(path: Path, theme: Theme) -> CanvasView:
    canvas = CanvasView(Document(Pipeline.load(path)), theme)
    canvas.resize(WIDTH, HEIGHT)
    canvas.show()
    canvas.repaint()
    return canvas
