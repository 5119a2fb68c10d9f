"""Paints frames and comments, behind the cards, in scene coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen

from ..theme.tokens import BYPASSED_OPACITY, CARD_PADDING_X, RADIUS_CARD
from .measures import FRAME_TITLE, HANDLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....core.pipeline import Body, Comment, Frame
    from .inks import Inks
    from .picked import NoteId, Picked

LEAST_TITLE = 11.0
"""Pixels of the view; the titles of frames stay legible from afar."""


def note_box(note: Frame | Comment) -> QRectF:
    """Return the rectangle of a frame or comment."""
    return QRectF(*note.position, *note.size)


def paint_notes(
    painter: QPainter,
    body: Body,
    seen: QRectF,
    scale: float,
    picked: Picked,
    inks: Inks,
    place: Callable[[NoteId], QRectF | None],
) -> None:
    """Paint the notes that are seen; ``place`` gives another rectangle for one that is dragged."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for note_id, frame in body.frames.items():
        key = ("frames", note_id)
        box = place(key) or note_box(frame)
        if box.intersects(seen):
            _paint_frame(painter, frame, box, scale, inks, selected=key in picked.notes)
    for note_id, comment in body.comments.items():
        key = ("comments", note_id)
        box = place(key) or note_box(comment)
        if box.intersects(seen):
            _paint_comment(painter, comment, box, inks, selected=key in picked.notes)


def _paint_frame(painter: QPainter, frame: Frame, box: QRectF, scale: float, inks: Inks, *, selected: bool) -> None:
    tint = frame.colour if frame.colour.startswith("#") and len(frame.colour) == 7 else "secondary"
    painter.setPen(QPen(inks.colour("accent"), 2.0) if selected else QPen(inks.faint(tint, BYPASSED_OPACITY), 1.0))
    painter.setBrush(inks.faint(tint, 0.07))
    painter.drawRoundedRect(box, RADIUS_CARD + 4, RADIUS_CARD + 4)
    size = max(inks.title_font.pixelSize(), LEAST_TITLE / scale)
    font, metrics = inks.sized(inks.title_font, round(size))
    painter.setFont(font)
    painter.setPen(inks.colour("secondary" if tint == "secondary" else "text"))
    line = QRectF(
        box.left() + CARD_PADDING_X, box.top() + 4, box.width() - 2 * CARD_PADDING_X, max(size * 1.5, FRAME_TITLE - 6)
    )
    title = metrics.elidedText(frame.title, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
    _paint_handle(painter, box, inks, selected=selected)


def _paint_comment(painter: QPainter, comment: Comment, box: QRectF, inks: Inks, *, selected: bool) -> None:
    painter.setPen(QPen(inks.colour("accent" if selected else "border"), 2.0 if selected else 1.0))
    painter.setBrush(inks.colour("raised"))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.state_colour("stale"))
    painter.drawRoundedRect(QRectF(box.left(), box.top() + 6, 3, box.height() - 12), 1.5, 1.5)
    painter.setFont(inks.caption_font)
    painter.setPen(inks.colour("text"))
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    painter.drawText(box.adjusted(12, 7, -8, -6), int(flags), comment.text)
    _paint_handle(painter, box, inks, selected=selected)


def _paint_handle(painter: QPainter, box: QRectF, inks: Inks, *, selected: bool) -> None:
    if not selected:
        return
    painter.setPen(inks.pen("accent", 1.5))
    for reach in (HANDLE - 4, HANDLE - 9):
        corner = box.bottomRight() - QPointF(4, 4)
        painter.drawLine(corner - QPointF(reach, 0), corner - QPointF(0, reach))
