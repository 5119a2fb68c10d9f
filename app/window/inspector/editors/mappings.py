"""Edits a mapping as a table of names and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from .....core.types import alternatives
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


class MappingEditor(Editor):
    """A row an entry; names must be there once."""

    wide = True

    def __init__(self, port: Port, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self._kinds = _value_kinds(port)
        self.table, self.note = QTableWidget(0, 2, self), QLabel(self)
        self.table.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Value")])
        self._set_up_table()
        self.note.setWordWrap(True)
        self.note.setEnabled(False)
        buttons = Buttons(theme, self)
        buttons.add("add", self.tr("Add an entry"), self.add_entry)
        buttons.add("remove", self.tr("Remove the entry"), self.remove_entry)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        for widget in (self.table, self.note, buttons):
            layout.addWidget(widget)
        self._attend(self.table)
        self.table.itemChanged.connect(lambda _item: self._tell())
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_Insert), self.table)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self.add_entry)
        self.show_value(UNSET)

    def _set_up_table(self) -> None:
        header, side = self.table.horizontalHeader(), self.table.verticalHeader()
        if header is not None and side is not None:
            header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            side.hide()
            side.setDefaultSectionSize(max(ROW_TABLE, self.fontMetrics().height() + GRID))
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.setObjectName(FRAMED)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_value(self, value: Any) -> None:
        """Show the entries of a mapping."""
        entries = dict(value) if not isinstance(value, Unset) and value is not None else {}
        self._show_note(value)
        wanted = [[name, write_item(one, self._kinds)] for name, one in entries.items()]
        if self.draft() != wanted:
            self._write(wanted)
        self._fit()

    def draft(self) -> list[list[str]]:
        """Return the texts of each row."""
        return [[self._text(row, column) for column in (0, 1)] for row in range(self.table.rowCount())]

    def show_draft(self, draft: Any) -> None:
        """Write rows again."""
        self._write(draft)
        self._tell()

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text() if item is not None else ""

    def _write(self, rows: list[list[str]]) -> None:
        blocked = self.table.blockSignals(True)
        self.table.setRowCount(len(rows))
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                self.table.setItem(at, column, QTableWidgetItem(text))
        self.table.blockSignals(blocked)
        self._fit()

    def _tell(self) -> None:
        self._fit()
        entries: dict[str, Any] = {}
        for number, (name, text) in enumerate(self.draft(), 1):
            value = read_item(text, self._kinds)
            value = "" if value is UNSET else value
            fault = self._fault(name, value, entries)
            if fault:
                self.edited.emit(Fault(self.tr("Row {number}: {fault}").format(number=number, fault=fault)))
                return
            entries[name] = value
        self._show_note(entries)
        self.edited.emit(entries)

    def _fault(self, name: str, value: Any, entries: dict[str, Any]) -> str:
        if not name:
            return self.tr("the name is missing")
        if name in entries:
            return self.tr("the name “{name}” is there already").format(name=name[:40])
        return value.text if isinstance(value, Fault) else ""

    def _fit(self) -> None:
        rows = self.table.rowCount()
        header, side = self.table.horizontalHeader(), self.table.verticalHeader()
        if header is not None and side is not None:
            above = header.sizeHint().height()
            self.table.setFixedHeight(above + max(1, min(MOST_ROWS, rows)) * side.defaultSectionSize() + 4)
        self.table.setVisible(rows > 0)

    def _show_note(self, value: Any) -> None:
        if value is MIXED:
            text = self.tr("several values")
        elif not isinstance(value, Unset) and value is not None:
            text = "" if value else self.tr("no entries")
        elif not self.port.optional:
            text = self.tr("needed: add entries")
        else:
            shown = write_item(self.port.default, frozenset()) if self.port.default else self.tr("no entries")
            text = self.tr("default: {value}").format(value=shown)
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def add_entry(self) -> None:
        """Add a row, and write its name."""
        row = self.table.rowCount()
        self._write([*self.draft(), ["", ""]])
        self.table.setCurrentCell(row, 0)
        self.table.setFocus()
        item = self.table.item(row, 0)
        if item is not None:
            self.table.editItem(item)

    def remove_entry(self) -> None:
        """Remove the current row."""
        row = self.table.currentRow()
        if row >= 0:
            self.table.removeRow(row)
            self._tell()


def _value_kinds(port: Port) -> frozenset[str]:
    for part in alternatives(type_of(port.type)):
        if part.name in {"dict", "collections.abc.Mapping"} and len(part.arguments) == 2:
            return frozenset(one.name for one in alternatives(part.arguments[1]))
    return frozenset()
