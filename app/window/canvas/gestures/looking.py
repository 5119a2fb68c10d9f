"""Gestures that change nothing: moving what is seen, and selecting with a rubber band."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QRectF, Qt

from ..finding import cards_in
from ..note_painting import note_box
from .gesture import Gesture, Pointer

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter

    from ..picked import NoteId


class Pan(Gesture):
    """Moves what is seen."""

    cursor = Qt.CursorShape.ClosedHandCursor
    drags = False

    def start(self, at: Pointer) -> None:
        """Begin where the button was pressed."""
        super().start(at)
        self._last = at
        self._camera = self.canvas.camera.x, self.canvas.camera.y

    def move(self, at: Pointer) -> None:
        """Follow the pointer."""
        self.canvas.camera.pan(at.view_x - self._last.view_x, at.view_y - self._last.view_y)
        self._last = at
        self.canvas.look_changed()

    def cancel(self, reason: str) -> None:  # noqa: ARG002
        """Show what was seen before."""
        self.canvas.camera.x, self.canvas.camera.y = self._camera
        self.canvas.look_changed()


class RubberBand(Gesture):
    """Selects what a rectangle touches; with Shift or Ctrl in addition to what was selected."""

    def start(self, at: Pointer) -> None:
        """Begin, with nothing selected unless it is added to."""
        super().start(at)
        picked = self.canvas.picked
        self._before = set(picked.nodes), set(picked.wires), set(picked.notes)
        self._box: QRectF | None = None
        adds = at.holds(Qt.KeyboardModifier.ShiftModifier) or at.holds(Qt.KeyboardModifier.ControlModifier)
        self._base = (set(picked.nodes), set(picked.notes)) if adds else (set(), set())
        self.canvas.pick(*self._kept())

    def _kept(self) -> tuple[set[str], tuple[()], set[NoteId]]:
        return self._base[0], (), self._base[1]

    def move(self, at: Pointer) -> None:
        """Select what the rectangle touches by now."""
        if self._box is None and not self.far(at):
            return
        left, right = sorted((self.origin.x, at.x))
        top, bottom = sorted((self.origin.y, at.y))
        self._box = QRectF(left, top, right - left, bottom - top)
        board = self.canvas.board
        rows = np.flatnonzero(cards_in(board, (left, top, right, bottom)))
        nodes = {board.places.names[row] for row in rows.tolist()}
        self.canvas.pick(self._base[0] | nodes, (), self._base[1] | self._notes(self._box))

    def _notes(self, box: QRectF) -> set[NoteId]:
        body = self.canvas.board.body
        if body is None:
            return set()
        found = {("frames", key) for key, frame in body.frames.items() if box.contains(note_box(frame))}
        return found | {
            ("comments", key) for key, comment in body.comments.items() if box.intersects(note_box(comment))
        }

    def finish(self, at: Pointer) -> None:
        """Keep what is selected."""
        self.move(at)

    def cancel(self, reason: str) -> None:  # noqa: ARG002
        """Select what was selected before."""
        self.canvas.pick(*self._before)

    def paint(self, painter: QPainter) -> None:
        """Paint the rectangle."""
        if self._box is not None:
            inks = self.canvas.inks
            painter.setPen(inks.pen("accent", 1.0 / self.canvas.camera.scale))
            painter.setBrush(inks.faint("accent", 0.10))
            painter.drawRect(self._box)
