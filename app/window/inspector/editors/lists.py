"""Edits a list: one line an item, added, removed, moved, or pasted many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PyQt6.QtWidgets import QAbstractItemView, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from .....core.types import alternatives, item_type
from ...buttons import Buttons
from ...ports import type_of
from ...theme.style import FRAMED
from ...theme.tokens import GRID, ROW_TABLE
from .editor import Editor
from .reading import MIXED, UNSET, Fault, Unset, read_item, write_item

if TYPE_CHECKING:
    from .....core.modules import Port
    from ...theme.theme import Theme

MOST_ROWS = 8
MOST_ITEMS = 2_000
"""A longer list is edited as JSON."""


class ListEditor(Editor):
    """Edits the items as text, each read by the type of the items; pasting several lines makes several items."""

    wide = True

    def __init__(self, port: Port, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        item = item_type(type_of(port.type))
        self._kinds = frozenset(part.name for part in alternatives(item)) if item is not None else frozenset()
        self._set = False
        self.list, self.note = QListWidget(self), QLabel(self)
        self.list.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.list.setObjectName(FRAMED)
        self.note.setWordWrap(True)
        self.note.setEnabled(False)
        buttons = Buttons(theme, self)
        buttons.add("add", self.tr("Add an item"), self.add_item)
        buttons.add("remove", self.tr("Remove the item"), self.remove_item)
        buttons.add("up", self.tr("Move the item up"), lambda: self.move_item(-1))
        buttons.add("down", self.tr("Move the item down"), lambda: self.move_item(1))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        for widget in (self.list, self.note, buttons):
            layout.addWidget(widget)
        self._attend(self.list)
        self._connect()
        self.show_value(UNSET)

    def _connect(self) -> None:
        self.list.itemChanged.connect(lambda _item: self._tell())
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Paste), self.paste),
            (QKeySequence(QKeySequence.StandardKey.Delete), self.remove_item),
            (QKeySequence(Qt.Key.Key_Insert), self.add_item),
        ):
            shortcut = QShortcut(keys, self.list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)

    # The value

    def show_value(self, value: Any) -> None:
        """Show the items of a list."""
        self._set = not isinstance(value, Unset) and value is not None
        items = list(value) if self._set else []
        self._show_note(value)
        if self.draft() != [write_item(item, self._kinds) for item in items]:
            self._write([write_item(item, self._kinds) for item in items])
        self._fit()

    def draft(self) -> list[str]:
        """Return the text of each item."""
        return [item.text() for row in range(self.list.count()) if (item := self.list.item(row)) is not None]

    def show_draft(self, draft: Any) -> None:
        """Write items again."""
        self._write(draft)
        self._tell()

    def _write(self, texts: list[str]) -> None:
        blocked = self.list.blockSignals(True)
        row = self.list.currentRow()
        self.list.clear()
        for text in texts:
            self.list.addItem(_editable(text))
        self.list.setCurrentRow(min(row, len(texts) - 1))
        self.list.blockSignals(blocked)
        self._fit()

    def _tell(self) -> None:
        self._set = True
        self._fit()
        values: list[Any] = []
        for number, text in enumerate(self.draft(), 1):
            value = read_item(text, self._kinds)
            if value is UNSET:
                value = ""
            if isinstance(value, Fault):
                self.edited.emit(Fault(self.tr("Item {number}: {fault}").format(number=number, fault=value.text)))
                return
            values.append(value)
        self._show_note(values)
        self.edited.emit(values)

    def _fit(self) -> None:
        rows = max(1, min(MOST_ROWS, self.list.count()))
        self.list.setFixedHeight(rows * max(ROW_TABLE, self.fontMetrics().height() + GRID) + GRID + 2)
        self.list.setVisible(self.list.count() > 0)

    def _show_note(self, value: Any) -> None:
        if value is MIXED:
            text = self.tr("several values")
        elif isinstance(value, Unset) or value is None:
            text = self._default_text()
        else:
            text = "" if value else self.tr("empty list")
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _default_text(self) -> str:
        if not self.port.optional:
            return self.tr("needed: add items")
        if not self.port.default:
            return self.tr("default: none") if self.port.default is None else self.tr("default: empty list")
        return self.tr("default: {items}").format(items=write_item(self.port.default, frozenset()))

    # What a person does

    def add_item(self) -> None:
        """Add an item below the current one, and write it."""
        row = self.list.currentRow() + 1 if self.list.currentRow() >= 0 else self.list.count()
        before = self.list.item(row - 1)
        start = before.text() if before is not None and not self._kinds & {"str", "pathlib.Path"} else ""
        self._insert(row, [start or ("0" if self._kinds & {"int", "float"} else "")])
        item = self.list.item(row)
        self.list.setCurrentRow(row)
        self.list.setFocus()
        if item is not None:
            self.list.editItem(item)

    def remove_item(self) -> None:
        """Remove the current item."""
        if self.list.currentRow() >= 0:
            self.list.takeItem(self.list.currentRow())
            self._tell()

    def move_item(self, by: int) -> None:
        """Move the current item up or down."""
        row = self.list.currentRow()
        if row >= 0 and 0 <= row + by < self.list.count():
            texts = self.draft()
            texts.insert(row + by, texts.pop(row))
            self._write(texts)
            self.list.setCurrentRow(row + by)
            self._tell()

    def paste(self) -> None:
        """Insert what the clipboard has, an item for each line."""
        clipboard = QGuiApplication.clipboard()
        lines = clipboard.text().splitlines() if clipboard is not None else []
        row = self.list.currentRow() + 1 if self.list.currentRow() >= 0 else self.list.count()
        if lines:
            self._insert(row, lines)

    def _insert(self, row: int, texts: list[str]) -> None:
        self._write([*self.draft()[:row], *texts, *self.draft()[row:]])
        self._tell()


def _editable(text: str) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
    return item
