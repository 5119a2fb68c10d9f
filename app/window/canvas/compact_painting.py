"""Paints the words of a card where it is small: a larger title over some lines, and a larger word of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt

from ..theme.tokens import CARD_PADDING_X, CARD_PADDING_Y, CHIP, ICON_SMALL, NAMES_FROM_SCALE, RADIUS_CARD
from .measures import FOOT

if TYPE_CHECKING:
    from PyQt6.QtGui import QFontMetricsF, QPainter

    from .card import Card
    from .inks import Inks

BAND = 10.0
READABLE_SCALE = 0.66
"""At this scale words are just large enough to be read; on smaller cards they stay as large."""

SMALL_BELOW = 0.35
"""On cards smaller than this the chip leaves its room to the title, and the word of the state is left out."""


def is_compact(scale: float) -> bool:
    """Say whether a card is so small that the names of its ports are left out."""
    return scale < NAMES_FROM_SCALE


def is_small(scale: float) -> bool:
    """Say whether a card has room for hardly more than its title."""
    return scale < SMALL_BELOW


def grown(scale: float) -> float:
    """Return how much larger words are than at full size, on a small card."""
    return max(READABLE_SCALE / scale, 1.0) if is_compact(scale) else 1.0


def paint_title(painter: QPainter, card: Card, inks: Inks, scale: float) -> None:
    """Paint the title in the room that the kind and the names leave free: all titles in one size, long ones cut."""
    grow, small = grown(scale), is_small(scale)
    left = BAND + 6 if small else CARD_PADDING_X + CHIP * grow + 8
    right = card.width - (4 if small else CARD_PADDING_X + ICON_SMALL + 4)
    foot = 0 if small else FOOT
    room = QRectF(left, CARD_PADDING_Y - 2, right - left, card.height - foot - CARD_PADDING_Y + 2)
    font, metrics = inks.sized(inks.title_font, round(inks.title_font.pixelSize() * grow))
    most = max(int(room.height() / metrics.lineSpacing()), 1)
    lines = broken(card.title, metrics, room.width(), most)
    if small and len(lines) == most:
        # The shape of the state is in that corner.
        lines[-1] = metrics.elidedText(lines[-1], Qt.TextElideMode.ElideRight, room.width() - FOOT)
    painter.setFont(font)
    painter.setPen(inks.colour("text"))
    for number, line in enumerate(lines):
        # On the lines of the title's own font: letters of another script may come from one of another height.
        base = room.top() + metrics.ascent() + number * metrics.lineSpacing()
        painter.drawText(QPointF(room.left(), base), line)


def paint_band(painter: QPainter, card: Card, inks: Inks) -> None:
    """Paint the colour of the category along the left edge."""
    colour = inks.colour("secondary") if card.node.group is not None else inks.category(card.category)[1]
    painter.save()
    painter.setClipRect(QRectF(0.5, 0.5, BAND, card.height - 1.0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(0.5, 0.5, 3 * RADIUS_CARD, card.height - 1.0), RADIUS_CARD, RADIUS_CARD)
    painter.restore()


def broken(title: str, metrics: QFontMetricsF, width: float, count: int) -> list[str]:
    """Break a title into at most ``count`` lines; what does not fit is left out, with dots."""
    lines: list[str] = []
    words = title.split()
    while words and len(lines) < count - 1:
        line = words.pop(0)
        while words and metrics.horizontalAdvance(f"{line} {words[0]}") <= width:
            line = f"{line} {words.pop(0)}"
        lines.append(line)
    if words:
        lines.append(" ".join(words))
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in lines] or [""]
