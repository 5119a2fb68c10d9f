"""Paints, inside a group, what its nodes' ports are called outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QLineF, QRectF, Qt
from PyQt6.QtGui import QPainter

from ....core.pipeline import Group
from ..theme.tokens import CARD_WIDTH, RADIUS_CONTROL
from .finding import PortAt, port_place

if TYPE_CHECKING:
    from .board import Board
    from .inks import Inks

HEIGHT, REACH = 16.0, 22.0


def paint_border(painter: QPainter, board: Board, seen: QRectF, inks: Inks) -> None:
    """Paint a tag beside each port that the group shows outside, in scene coordinates."""
    body = board.body
    if not isinstance(body, Group):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(inks.caption_font)
    for name, ends in body.inputs.items():
        for end in ends:
            _paint_tag(painter, board, end, name, seen, inks, outgoing=False)
    for name, end in body.outputs.items():
        _paint_tag(painter, board, end, name, seen, inks, outgoing=True)


def _paint_tag(
    painter: QPainter, board: Board, end: str, name: str, seen: QRectF, inks: Inks, *, outgoing: bool
) -> None:
    node_id, _, port = end.partition(".")
    if node_id not in board.cards:
        return
    place = port_place(board, PortAt(node_id, "out" if outgoing else "in", port))
    if place is None or not seen.adjusted(-CARD_WIDTH, -HEIGHT, CARD_WIDTH, HEIGHT).contains(*place):
        return
    x, y = place
    text = inks.caption_metrics.elidedText(name, Qt.TextElideMode.ElideRight, CARD_WIDTH - 20)
    width = inks.caption_metrics.horizontalAdvance(text) + 16
    left = x + REACH if outgoing else x - REACH - width
    painter.setPen(inks.pen("accent", 1.4))
    painter.drawLine(QLineF(x + 5, y, x + REACH, y) if outgoing else QLineF(x - REACH, y, x - 5, y))
    box = QRectF(left, y - HEIGHT / 2, width, HEIGHT)
    painter.setBrush(inks.colour("accent_ground"))
    painter.drawRoundedRect(box, RADIUS_CONTROL, RADIUS_CONTROL)
    painter.setPen(inks.colour("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
