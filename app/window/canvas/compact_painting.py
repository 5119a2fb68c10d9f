"""Paints the words of a card where it is small: a larger title over some lines, and a larger word of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt

from ..theme.tokens import CARD_PADDING_X, CARD_PADDING_Y, CHIP, ICON_SMALL, NAMES_FROM_SCALE
from .measures import FOOT

if TYPE_CHECKING:
    from PyQt6.QtGui import QFont, QFontMetricsF, QPainter

    from .card import Card
    from .inks import Inks

READABLE_SCALE, MOST_GROWN = 0.85, 1.8


def is_compact(scale: float) -> bool:
    """Say whether a card is so small that the names of its ports are left out."""
    return scale < NAMES_FROM_SCALE


def grown(scale: float) -> float:
    """Return how much larger words are than at full size, on a small card."""
    return min(READABLE_SCALE / scale, MOST_GROWN) if is_compact(scale) else 1.0


def paint_title(painter: QPainter, card: Card, inks: Inks, scale: float) -> None:
    """Paint the title in the room that the kind and the names leave free."""
    left = CARD_PADDING_X + CHIP * grown(scale) + 8
    right = card.width - CARD_PADDING_X - ICON_SMALL - 4
    room = QRectF(left, CARD_PADDING_Y - 2, right - left, card.height - FOOT - CARD_PADDING_Y + 2)
    font, lines = _fitting(card.title, inks, room, grown(scale))
    painter.setFont(font)
    painter.setPen(inks.colour("text"))
    painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), "\n".join(lines))


def _fitting(title: str, inks: Inks, room: QRectF, grow: float) -> tuple[QFont, list[str]]:
    """Return the largest font in which all of a title fits, and its lines; the usual one if it fits in none."""
    base = inks.title_font.pixelSize()
    whole = " ".join(title.split())
    for size in range(round(base * grow), base - 1, -1):
        font, metrics = inks.sized(inks.title_font, size)
        lines = broken(title, metrics, room.width(), max(int(room.height() / metrics.lineSpacing()), 1))
        if " ".join(lines) == whole:
            break
    return font, lines


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
