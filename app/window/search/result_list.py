"""The list of what a search found: one line an entry, with icon, detail and shortcut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractListModel, QModelIndex, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetrics, QPainter
from PyQt6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ..chips import paint_chip
from ..theme.tokens import CAPTION, CHIP, GRID, ICON_SMALL, ROW_PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..theme.theme import Theme
    from .entries import Entry

_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
}


class _Model(QAbstractListModel):
    """The entries that were found."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: Sequence[Entry] = ()

    def show(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.text
            case Qt.ItemDataRole.ToolTipRole:
                return entry.tooltip or None
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, (entry.text, entry.detail, entry.shortcut)))
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        kept = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return kept | Qt.ItemFlag.ItemIsEnabled if self.entries[index.row()].enabled else kept


class _Row(QStyledItemDelegate):
    """Paints an entry."""

    def __init__(self, theme: Theme, model: _Model, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._entries = theme, model

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:  # noqa: N802
        return QSize(20 * GRID, max(ROW_PALETTE, option.fontMetrics.height() + 2 * GRID))

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        if painter is None:
            return
        entry = self._entries.entries[index.row()]
        widget = option.widget
        style = widget.style()
        if style is not None:
            style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        place = option.rect.adjusted(2 * GRID, 0, -2 * GRID, 0)
        place = self._paint_icon(painter, place, entry)
        colours = self._theme.colours
        caption = self._theme.font(CAPTION)
        if entry.shortcut:
            place = _right(painter, place, entry.shortcut, caption, colours.secondary)
        _texts(painter, place, entry, (self._theme.font(), caption), (_ink(entry, colours), colours.secondary))

    def _paint_icon(self, painter: QPainter, place: QRect, entry: Entry) -> QRect:
        size = CHIP if entry.category else ICON_SMALL
        box = QRectF(place.x() + (CHIP - size) / 2, place.center().y() + 1 - size / 2, size, size)
        if entry.category:
            paint_chip(painter, self._theme, box, entry.category)
        elif entry.icon:
            colours = self._theme.colours
            self._theme.drawings.paint(painter, box, entry.icon, colours.secondary, colours.surface)
        return place.adjusted(CHIP + 2 * GRID, 0, 0, 0)


def _ink(entry: Entry, colours: Any) -> str:
    return str(colours.text if entry.enabled else colours.disabled)


def _right(painter: QPainter, place: QRect, text: str, font: Any, colour: str) -> QRect:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    return place.adjusted(0, 0, -QFontMetrics(font).horizontalAdvance(text) - 2 * GRID, 0)


def _texts(painter: QPainter, place: QRect, entry: Entry, fonts: tuple[Any, Any], colours: tuple[str, str]) -> None:
    """Paint text and detail; the text has the room it needs first, the detail what is left."""
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    for text, font, colour in zip((entry.text, entry.detail), fonts, colours, strict=True):
        if place.width() < 6 * GRID:
            return
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(place, left, shown)
        place = place.adjusted(metrics.horizontalAdvance(shown) + 2 * GRID, 0, 0, 0)


class ResultList(QListView):
    """Shows entries, the first enabled one current; ``chosen`` tells which was clicked or entered."""

    chosen = pyqtSignal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = _Model(self)
        self.setModel(self._entries)
        self.setItemDelegate(_Row(theme, self._entries, self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Results"))
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        theme.changed.connect(self._repaint)

    @property
    def entries(self) -> Sequence[Entry]:
        """What is shown."""
        return self._entries.entries

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these, from the first on."""
        self._entries.show(entries)
        self.step(1)
        self.scrollToTop()

    def step(self, by: int) -> None:
        """Make the next enabled entry current, ``by`` lines away or beyond."""
        count = len(self.entries)
        row = max(-1, min(count, self.currentIndex().row() + by))
        way = 1 if by > 0 else -1
        row = row if abs(by) == 1 else max(0, min(count - 1, row))
        while 0 <= row < count:
            if self.entries[row].enabled:
                self.setCurrentIndex(self._entries.index(row, 0))
                return
            row += way

    def take_key(self, key: int) -> bool:
        """Move or choose as a key says; False if it means nothing here."""
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._choose(self.currentIndex())
        elif key in _STEPS:
            self.step(_STEPS[Qt.Key(key)])
        else:
            return False
        return True

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and self.entries[index.row()].enabled:
            self.chosen.emit(self.entries[index.row()])

    def _repaint(self) -> None:
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()
