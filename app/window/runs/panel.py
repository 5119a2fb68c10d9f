"""What the panels of a run have in common: they show one document's runs at a time, or say why there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QItemSelectionModel, Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..empty import EmptyPlace
from ..theme.tokens import GRID, ROW_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PyQt6.QtCore import QAbstractItemModel, pyqtBoundSignal

    from ..theme.theme import Theme
    from .runs import Runs


class RunsPanel(QWidget):
    """A bar above a body, or in their place what there is to do first.

    ``node_requested`` asks to show a node, by its id. Kinds of it make their body in ``body`` and fill it in
    ``_shown``, which is called when another document's runs are shown, or those of none.
    """

    node_requested = pyqtSignal(str)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.runs: Runs | None = None
        self._listening: list[tuple[pyqtBoundSignal, Callable[..., Any]]] = []
        self.setAccessibleName(name)
        self.empty = EmptyPlace(theme, self)
        self.full = QWidget(self)
        self.bar = QHBoxLayout()
        self.bar.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self.bar.setSpacing(GRID)
        self.body = QVBoxLayout(self.full)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addLayout(self.bar)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.full)

    def set_runs(self, runs: Runs | None) -> None:
        """Show the runs of another document, or of none."""
        for signal, slot in self._listening:
            signal.disconnect(slot)
        self._listening = []
        self.runs = runs
        self._shown(runs)

    def _shown(self, runs: Runs | None) -> None:
        raise NotImplementedError

    def listen(self, signal: pyqtBoundSignal, slot: Callable[..., Any]) -> None:
        """Have a slot called as long as these runs are shown."""
        signal.connect(slot)
        self._listening.append((signal, slot))

    def show_full(self, full: bool) -> None:  # noqa: FBT001 - the name says it
        """Show the body, or what is there instead."""
        self._stack.setCurrentWidget(self.full if full else self.empty)

    def button(self, icon: str, name: str, pressed: Callable[[], object]) -> QToolButton:
        """Add a button to the bar."""
        made = QToolButton(self.full)
        made.setToolTip(name)
        made.setAccessibleName(name)
        made.setAutoRaise(True)

        def draw() -> None:
            made.setIcon(self.theme.icon(icon))

        draw()
        self.theme.changed.connect(draw)
        made.clicked.connect(pressed)
        self.bar.addWidget(made)
        return made


def make_table(model: QAbstractItemModel, name: str, widths: Iterable[int], parent: QWidget) -> QTableView:
    """Return a table of rows, which are selected as a whole, whose last column takes the room that is left."""
    table = QTableView(parent)
    table.setModel(model)
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    # Cells begin where their titles do.
    table.setStyleSheet(f"QTableView::item {{ padding: 0 {GRID + 1}px; }}")
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    rows, head = table.verticalHeader(), table.horizontalHeader()
    assert rows is not None
    assert head is not None
    rows.hide()
    # Of a fixed height: else each new row would be measured.
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setMinimumSectionSize(ROW_TABLE)
    rows.setDefaultSectionSize(ROW_TABLE)
    head.setStretchLastSection(True)
    head.setHighlightSections(False)
    for column, width in enumerate(widths):
        table.setColumnWidth(column, width)
    return table


def selected_rows(table: QTableView) -> list[int]:
    """Return the rows that are selected, from the top."""
    selection = table.selectionModel()
    assert isinstance(selection, QItemSelectionModel)
    return sorted(index.row() for index in selection.selectedRows())


def on_copy(table: QTableView, text: Callable[[], str]) -> None:
    """Have Ctrl+C in a table copy what ``text`` returns."""

    def copy() -> None:
        clipboard = QApplication.clipboard()
        assert clipboard is not None
        clipboard.setText(text())

    shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), table)
    shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
    shortcut.activated.connect(copy)
