"""What is dragged onto the canvas from elsewhere: modules of the palette, and files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPen

from ..theme.tokens import CARD_WIDTH, RADIUS_CARD
from .inserting import insertion_of_module
from .measures import card_height
from .snapping import on_grid

if TYPE_CHECKING:
    from PyQt6.QtCore import QMimeData
    from PyQt6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter

    from .view import CanvasView

MODULE_MIME = "application/x-treadle-module"
HEIGHT = card_height(1)


def module_path(mime: QMimeData | None) -> str:
    """Return the import path that is dragged; empty if it is something else."""
    if mime is None or not mime.hasFormat(MODULE_MIME):
        return ""
    try:
        read = json.loads(bytes(mime.data(MODULE_MIME).data()))
    except ValueError:
        return ""
    path = read.get("path", "") if isinstance(read, dict) else read
    return path if isinstance(path, str) else ""


class Dropping:
    """Shows where a dragged thing would come to lie, and places it."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self._at: QPointF | None = None

    def enter(self, event: QDragEnterEvent) -> None:
        """Take modules and files, and nothing else."""
        mime = event.mimeData()
        if module_path(mime) or (mime is not None and any(url.isLocalFile() for url in mime.urls())):
            event.acceptProposedAction()

    def move(self, event: QDragMoveEvent) -> None:
        """Follow what is dragged."""
        self._at = self._scene(event.position())
        canvas = self.canvas
        module = canvas.do.module(module_path(event.mimeData()))
        found = None
        if module is not None:
            reach = 10 / canvas.camera.scale
            found = insertion_of_module(canvas.board, canvas.modules, module, self._at.x(), self._at.y(), reach)
        canvas.picked.hovered_wire = found.wire if found is not None else None
        event.acceptProposedAction()
        canvas.update()

    def _scene(self, at: QPointF) -> QPointF:
        return QPointF(*self.canvas.camera.to_scene(at.x(), at.y()))

    def leave(self) -> None:
        """It was dragged away again."""
        self._at = None
        self.canvas.picked.hovered_wire = None
        self.canvas.update()

    def drop(self, event: QDropEvent) -> None:
        """Place it."""
        at = self._scene(event.position())
        self.leave()
        mime = event.mimeData()
        path = module_path(mime)
        if path:
            self._drop_module(path, at)
        elif mime is not None:
            for number, url in enumerate(url for url in mime.urls() if url.isLocalFile()):
                self.canvas.file_dropped.emit(url.toLocalFile(), at + QPointF(0, number * (HEIGHT + 24)))
        event.acceptProposedAction()

    def _drop_module(self, path: str, at: QPointF) -> None:
        canvas = self.canvas
        module = canvas.do.module(path)
        corner = on_grid(at.x() - CARD_WIDTH / 2), on_grid(at.y() - HEIGHT / 2)
        if module is None:
            # The catalogue has not heard of it: somebody has to ask the runner.
            canvas.module_dropped.emit(path, QPointF(*corner))
            return
        found = insertion_of_module(canvas.board, canvas.modules, module, at.x(), at.y(), 10 / canvas.camera.scale)
        canvas.do.place(module, corner, insertion=found)
        canvas.setFocus()

    def paint(self, painter: QPainter) -> None:
        """Paint where it would come to lie."""
        if self._at is None:
            return
        corner = QPointF(on_grid(self._at.x() - CARD_WIDTH / 2), on_grid(self._at.y() - HEIGHT / 2))
        inks = self.canvas.inks
        painter.setPen(QPen(inks.colour("accent"), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(inks.faint("accent", 0.10))
        painter.drawRoundedRect(QRectF(corner.x(), corner.y(), CARD_WIDTH, HEIGHT), RADIUS_CARD, RADIUS_CARD)
