"""The tree and the table of the outline, as they are looked at and walked through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QModelIndex, QSize, Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QTreeView,
    QWidget,
)  # fmt: skip

from ..runs.task_columns import word_of
from ..theme.tokens import CHIP, GRID, ROW_TABLE, STATES
from .nodes import ID, NAME, STATE

if TYPE_CHECKING:
    from PyQt6.QtGui import QResizeEvent

    from ....core.pipeline import Where
    from .connections import ConnectionsModel
    from .nodes import NodesModel


NARROW = 64 * GRID
PART_OF_ID = 0.27


class _Rows(QStyledItemDelegate):
    """Gives rows the height of a table's."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(ROW_TABLE, option.fontMetrics.height() + GRID))


class NodesTree(QTreeView):
    """The tree of nodes."""

    def __init__(self, model: NodesModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._nodes = model
        self.setModel(model)
        self.setItemDelegate(_Rows(self))
        self.setUniformRowHeights(True)
        self.setIndentation(CHIP)
        self.setIconSize(QSize(CHIP, CHIP))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName(self.tr("Nodes"))
        self.setAccessibleDescription(
            self.tr("Insert adds a module, C connects, F2 renames, B bypasses, Enter sets parameters or opens a group")
        )
        header = self.header()
        if header is not None:
            header.setAccessibleName(self.tr("Columns of the nodes"))
            header.setStretchLastSection(False)
            header.setMinimumSectionSize(10 * GRID)
            header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
            header.setSectionResizeMode(ID, QHeaderView.ResizeMode.Fixed)
            header.setSectionResizeMode(STATE, QHeaderView.ResizeMode.Fixed)
            longest = max(map(word_of, STATES), key=len)
            self.setColumnWidth(STATE, self.fontMetrics().horizontalAdvance(longest) + 4 * GRID)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Give names the room; ids are seen where there is enough for both."""
        super().resizeEvent(event)
        self.setColumnHidden(ID, self.width() < NARROW)
        self.setColumnWidth(ID, int(self.width() * PART_OF_ID))

    def edit_cell(self, column: int) -> None:
        """Let a person write the name or id of the current node."""
        index = self.currentIndex()
        # Qt complains where a field is open already.
        if index.isValid() and self.state() != self.State.EditingState:
            self.edit(index.siblingAtColumn(column))

    def opened(self) -> list[tuple[Where, str]]:
        """Return the groups that are open, the outer ones first."""
        found: list[tuple[Where, str]] = []
        waiting = [QModelIndex()]
        while waiting:
            parent = waiting.pop(0)
            for row in range(self._nodes.rowCount(parent)):
                index = self._nodes.index(row, 0, parent)
                path = self._nodes.path_of(index)
                if path is not None and self.isExpanded(index):
                    found.append(path)
                    waiting.append(index)
        return found


class ConnectionsTable(QTableView):
    """The table of connections."""

    def __init__(self, model: ConnectionsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setAccessibleName(self.tr("Connections"))
        self.setAccessibleDescription(self.tr("Delete removes a connection, Enter goes to the node that it feeds"))
        header, side = self.horizontalHeader(), self.verticalHeader()
        if header is not None and side is not None:
            header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            header.setAccessibleName(self.tr("Columns of the connections"))
            header.setHighlightSections(False)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            side.hide()
            side.setDefaultSectionSize(max(ROW_TABLE, self.fontMetrics().height() + GRID))
