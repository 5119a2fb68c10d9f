"""The badges of schemes as pictures: a letter on a ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPixmap

from .painting import painting
from .theme.tokens import ICON_SMALL, scheme_look

if TYPE_CHECKING:
    from .theme.theme import Theme


def scheme_badge(theme: Theme, scheme: str, ratio: float, size: int = ICON_SMALL) -> QPixmap:
    """Return the letter of a scheme on its colour, as nodes carry it."""
    look = scheme_look(scheme)
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    with painting(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(look.colour.on(theme.colours)))
        painter.drawRoundedRect(0, 0, size, size, size / 4, size / 4)
        font = theme.font(1.0, semibold=True)
        font.setPixelSize(size * 11 // 16)
        painter.setFont(font)
        painter.setPen(theme.colour(theme.colours.surface))
        painter.drawText(0, 0, size, size, Qt.AlignmentFlag.AlignCenter, look.letter)
    return made
