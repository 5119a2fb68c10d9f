"""The chip of a category: a rounded square in its colour, with its icon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPixmap

from .painting import painting
from .theme.tokens import CATEGORIES, CHIP, GRID, OTHER_CATEGORY

if TYPE_CHECKING:
    from .theme.theme import Theme

RADIUS = GRID + 1
INSET = 0.12
"""The part of a chip on each side that its icon leaves free."""


def paint_chip(painter: QPainter, theme: Theme, place: QRectF, category: str) -> None:
    """Paint the chip of a category into a square."""
    icon, pair = CATEGORIES.get(category, OTHER_CATEGORY)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(pair.on(theme.colours)))
    painter.drawRoundedRect(place, RADIUS, RADIUS)
    inset = place.width() * INSET
    inner = place.adjusted(inset, inset, -inset, -inset)
    theme.drawings.paint(painter, inner, icon, theme.colours.surface, pair.on(theme.colours))
    painter.restore()


def chip(theme: Theme, category: str, ratio: float, size: int = CHIP) -> QPixmap:
    """Return the chip of a category as a pixmap of ``size`` logical pixels."""
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    with painting(made) as painter:
        paint_chip(painter, theme, QRectF(0, 0, size, size), category)
    return made
