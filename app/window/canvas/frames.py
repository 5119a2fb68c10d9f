"""Paints a canvas frame by frame: one when something is different, and more as long as something moves."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSizeF, QTimer
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QStyle

from ..painting import painting
from .note_painting import note_box

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....core.pipeline import Comment, Frame
    from .picked import NoteId
    from .view import CanvasView

TURN_MS = 80


class Frames:
    """The frames of one canvas."""

    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas
        self._turn_timer = self._timer(TURN_MS, self._turn)
        self._finer_timer = self._timer(0, canvas.update)

    def _timer(self, milliseconds: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self._canvas)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(call)
        return timer

    @property
    def awaited(self) -> bool:
        """Whether a next one is to come because something moves."""
        return self._turn_timer.isActive()

    def _turn(self) -> None:
        if self._canvas.picture.turning and self._canvas.isVisible():
            self._canvas.update()

    def paint(self, exposed: QRectF) -> None:
        """Paint what is to be seen, and ask for the next frame where something moves."""
        picture = self._canvas.picture
        with painting(self._canvas) as painter:
            self._paint(painter, exposed)
        if picture.incomplete:
            self._finer_timer.start()
        if picture.turning and self._moves() and not self.awaited:
            self._turn_timer.start()

    def _paint(self, painter: QPainter, exposed: QRectF) -> None:
        canvas, gesture = self._canvas, self._canvas.pointing.gesture
        canvas.picture.paint(
            painter, exposed, canvas.camera, canvas.picked, canvas.devicePixelRatioF(), place=self._note_place,
            dimmed=gesture is not None and gesture.dims, seconds=monotonic() if self._moves() else 0.0,
        )  # fmt: skip
        painter.scale(canvas.camera.scale, canvas.camera.scale)
        painter.translate(-canvas.camera.x, -canvas.camera.y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        (gesture or canvas.dropping).paint(painter)
        canvas.keys.paint(painter)

    def _moves(self) -> bool:
        """Whether the system wants anything to move."""
        style = self._canvas.style()
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        return style is not None and style.styleHint(hint, None, self._canvas) > 0

    def _note_place(self, note_id: NoteId) -> QRectF | None:
        """Return where a note is while it is dragged; None for others."""
        shifted, sized = self._canvas.shifted_notes, self._canvas.sized_note
        if note_id not in shifted and (sized is None or sized[0] != note_id):
            return None
        note: Frame | Comment = getattr(self._canvas.board.body_shown, note_id[0])[note_id[1]]
        box = note_box(note)
        if sized is not None and sized[0] == note_id:
            box.setSize(QSizeF(*sized[1]))
        if note_id in shifted:
            box.moveTo(*shifted[note_id])
        return box
