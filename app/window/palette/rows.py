"""Paints the rows of the palette: categories with their chips and counts, modules under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PyQt6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ..chips import paint_chip
from ..theme.tokens import CAPTION, CHIP, GRID, ROW_PALETTE
from .model import CATEGORY, DETAIL, PATH

if TYPE_CHECKING:
    from ..theme.theme import Theme


class PaletteRow(QStyledItemDelegate):
    """Paints a category (semibold, with the number of its modules) or a module."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # noqa: N802
        """Return the height of a row."""
        return QSize(30 * GRID, max(ROW_PALETTE, option.fontMetrics.height() + 2 * GRID))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint a row."""
        widget = option.widget
        style = widget.style()
        if painter is None or style is None:
            return
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        place = option.rect.adjusted(GRID, 0, -2 * GRID, 0)
        box = QRectF(place.x(), place.center().y() + 1 - CHIP / 2, CHIP, CHIP)
        paint_chip(painter, self._theme, box, index.data(CATEGORY))
        place = place.adjusted(CHIP + 2 * GRID, 0, 0, 0)
        colours = self._theme.colours
        caption = self._theme.font(CAPTION)
        detail = str(index.data(DETAIL) or "")
        name = self._theme.font(semibold=not index.data(PATH))
        wanted = QFontMetrics(name).horizontalAdvance(index.data())
        if wanted + QFontMetrics(caption).horizontalAdvance(detail) + 4 * GRID <= place.width():
            _paint(painter, place, detail, caption, colours.secondary, Qt.AlignmentFlag.AlignRight)
        _paint(painter, place, index.data(), name, colours.text, Qt.AlignmentFlag.AlignLeft)


def _paint(
    painter: QPainter, place: QRect, text: str, font: QFont, colour: str, side: Qt.AlignmentFlag
) -> None:  # fmt: skip
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, shown)
