"""The tree and the table of the outline, as they are looked at and walked through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QSize, Qt, QTimer
from PyQt6.QtGui import QRegion
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
from .places import ID, NAME, STATE

if TYPE_CHECKING:
    from PyQt6.QtCore import QItemSelection, QModelIndex
    from PyQt6.QtGui import QFocusEvent, QPaintEvent, QResizeEvent

    from ....core.pipeline import Where
    from .connections import ConnectionsModel
    from .nodes import NodesModel


NARROW = 64 * GRID
_OF_STYLE = frozenset({QEvent.Type.StyleChange, QEvent.Type.FontChange})
_LAY_OUT = _OF_STYLE | {QEvent.Type.Timer, QEvent.Type.Resize}
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
        self._late = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._lay_out)
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

    def event(self, event: QEvent | None) -> bool:
        """Lay many rows out once when the style is another, and not for each thing of it; unseen ones when seen."""
        assert event is not None
        if event.type() not in _LAY_OUT or not (event.type() in _OF_STYLE or self._unseen):
            return super().event(event)
        self._late = True
        if not self._unseen:
            # Not now: more of the style may change, and each thing would lay all rows out.
            self._soon.start()
        with self._nodes.at_rest():
            return super().event(event)

    @property
    def _unseen(self) -> bool:
        """Whether it is hidden, or behind another panel."""
        return self.visibleRegion().isEmpty()

    def _lay_out(self) -> None:
        if self._late:
            self._late = False
            self.scheduleDelayedItemsLayout()
            self.scrollTo(self.currentIndex())

    def scrollTo(  # noqa: N802
        self, index: QModelIndex, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Bring a row into view; the current one, when it is seen again."""
        if self._unseen:
            self._late = True
        else:
            super().scrollTo(index, hint)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # noqa: N802
        """Follow the current row."""
        unseen = self._unseen
        self._late |= unseen
        with self._nodes.at_rest(resting=unseen):
            super().currentChanged(current, previous)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:  # noqa: N802
        """Return where selected rows are, to be painted anew."""
        return QRegion() if self._late else super().visualRegionForSelection(selection)

    def updateGeometries(self) -> None:  # noqa: N802
        """Place the scroll bars; where the rows are not laid out yet, that is for later too."""
        with self._nodes.at_rest(resting=self._late):
            super().updateGeometries()

    def viewportEvent(self, event: QEvent | None) -> bool:  # noqa: N802
        """Follow another size; where the rows are not laid out yet, that is for later too."""
        assert event is not None
        with self._nodes.at_rest(resting=self._late and event.type() == QEvent.Type.Resize):
            return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Lay out what was not when nobody saw it."""
        self._lay_out()
        super().paintEvent(event)

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802
        """Lay out what was not when nobody saw it: keys may come before the first picture."""
        self._lay_out()
        super().focusInEvent(event)

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
        waiting: list[Where] = [()]
        while waiting:
            for index in self._nodes.groups_in(waiting.pop(0)):
                path = self._nodes.path_of(index)
                if path is not None and self.isExpanded(index):
                    found.append(path)
                    waiting.append((*path[0], path[1]))
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
