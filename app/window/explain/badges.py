"""The badges of schemes as the canvas paints them, as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter, QPixmap

from ..canvas.inks import Inks
from ..canvas.status_painting import paint_badge
from ..painting import painting
from ..theme.tokens import ICON_SMALL

if TYPE_CHECKING:
    from ..theme.theme import Theme


def badge(theme: Theme, scheme: str, ratio: float, size: int = ICON_SMALL, *, foreseen: bool = False) -> QPixmap:
    """Return the badge of the scheme that took a node, or of the one that is ``foreseen`` for it."""
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    with painting(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size / ICON_SMALL, size / ICON_SMALL)
        paint_badge(painter, QRectF(0, 0, ICON_SMALL, ICON_SMALL), scheme, Inks(theme), foreseen=foreseen)
    return made
