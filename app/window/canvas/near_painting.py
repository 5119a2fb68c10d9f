"""Paints the cards that are seen at a scale at which they can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPen

from ..looks import NO_LOOK
from .card_painting import MARGIN
from .compact_painting import is_small
from .finding import cards_in
from .status_painting import shape_box

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PyQt6.QtGui import QPainter

    from ..looks import NodeLook
    from .board import Board
    from .camera import Camera
    from .inks import Inks
    from .picked import Picked
    from .stamps import Stamps

DEGREES_PER_SECOND = 300.0
BOLD_ARC = 0.18
"""The width of the arc on a small card, as a share of its box."""


def paint_cards(
    painter: QPainter,
    board: Board,
    camera: Camera,
    box: tuple[float, float, float, float],
    looks: Mapping[str, NodeLook],
    picked: Picked,
    stamps: Stamps,
    seconds: float,
) -> bool:
    """Paint the cards in left, top, right, bottom in view coordinates; say whether one of them turns."""
    rows = np.flatnonzero(cards_in(board, box, MARGIN)).tolist()
    names, places = board.places.names, board.places.values
    rows.sort(key=lambda row: names[row] in picked.nodes)
    turning = False
    for row in rows:
        name = names[row]
        at = QPointF(*camera.to_view(float(places[row, 0]), float(places[row, 1])))
        look = looks.get(name, NO_LOOK)
        stamps.draw(painter, board.cards[name], look, at, (name in picked.nodes, name == picked.hovered))
        if look.state == "running":
            turning = True
            painter.save()
            painter.translate(at)
            painter.scale(camera.scale, camera.scale)
            shape = shape_box(float(places[row, 2]), float(places[row, 3]), camera.scale)
            paint_arc(painter, shape, stamps.inks, seconds, bold=is_small(camera.scale))
            painter.restore()
    return turning


def paint_arc(painter: QPainter, box: QRectF, inks: Inks, seconds: float, *, bold: bool = False) -> None:
    """Paint the shape of what runs, turned as far as it is by now, on a card with its corner at the origin.

    ``bold`` is for small cards, on which it would be hardly seen beside the filled shapes of other states.
    """
    painter.save()
    painter.translate(box.center())
    painter.rotate(seconds * DEGREES_PER_SECOND % 360)
    shape = QRectF(-box.width() / 2, -box.height() / 2, box.width(), box.height())
    painter.setRenderHint(painter.RenderHint.Antialiasing)
    colour = inks.state_colour("running")
    if bold:
        width = BOLD_ARC * box.width()
        painter.setPen(QPen(colour, width, cap=Qt.PenCapStyle.FlatCap))
        painter.drawArc(shape.adjusted(width, width, -width, -width), 0, 270 * 16)
    else:
        inks.theme.drawings.paint(painter, shape, inks.state("running").shape, colour.name(), inks.colours.surface)
    painter.restore()
