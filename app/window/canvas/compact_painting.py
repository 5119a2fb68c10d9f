"""Paints the words of a card where it is small: a larger title over some lines, and a larger word of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QFont, QFontMetricsF

from ..theme.tokens import CARD_PADDING_X, CARD_PADDING_Y, CHIP, ICON_SMALL, NAMES_FROM_SCALE
from .measures import FOOT

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter

    from .card import Card
    from .inks import Inks

READABLE_SCALE, MOST_GROWN = 0.9, 2.0
LINE_HEIGHT = 1.25
MOST_LINES = 3
LEAST_SHARE = 0.75
"""A long word makes a title this much smaller at most; then it is cut."""


def is_compact(scale: float) -> bool:
    """Say whether a card is so small that the names of its ports are left out."""
    return scale < NAMES_FROM_SCALE


def grown(scale: float) -> float:
    """Return how much larger words are than at full size, on a small card."""
    return min(READABLE_SCALE / scale, MOST_GROWN) if is_compact(scale) else 1.0


def paint_title(painter: QPainter, card: Card, inks: Inks, scale: float) -> None:
    """Paint the title in the room that the kind and the names leave free."""
    left = CARD_PADDING_X + CHIP * grown(scale) + 8
    right = card.width - CARD_PADDING_X - ICON_SMALL - 6
    room = QRectF(left, CARD_PADDING_Y - 2, right - left, card.height - FOOT - CARD_PADDING_Y)
    font = QFont(inks.title_font)
    base = font.pixelSize()
    most = min(base * grown(scale), room.height() / 2 / LINE_HEIGHT)
    font.setPixelSize(max(round(most), base))
    metrics = QFontMetricsF(font)
    longest = max((metrics.horizontalAdvance(word) for word in card.title.split()), default=0.0)
    if longest > room.width():
        font.setPixelSize(max(int(most * max(room.width() / longest, LEAST_SHARE)), base))
        metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(inks.colour("text"))
    count = min(max(int(room.height() / font.pixelSize() / LINE_HEIGHT), 2), MOST_LINES)
    text = "\n".join(broken(card.title, metrics, room.width(), count))
    painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), text)


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
