"""The nodes of a document as a tree, groups with what they hold; follows edits without being built anew."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractItemModel, QItemSelection, QItemSelectionRange, QModelIndex, QObject, Qt, pyqtSignal

from ....core.errors import UsageError
from .cells import Cells
from .doing import retitle, set_id
from .places import NAME, STATE, Place, changes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ....core.edits import Change, Edit
    from ....core.pipeline import Body, Node, Pipeline, Where
    from ..document import Document

FEW = 64
"""More rows that come or go at once are shown by showing all anew."""

NOWHERE = QModelIndex()
_READ = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_WRITTEN = _READ | Qt.ItemFlag.ItemIsEditable


class NodesModel(QAbstractItemModel):
    """Rows are found by ``index_of`` and name their node by ``path_of``. ``refused`` tells why a name was not taken.

    ``look`` gives how a node does by its path, ``chip`` the picture of a category.
    """

    refused = pyqtSignal(str)
    about_to_reset = pyqtSignal()

    def __init__(self, document: Document, look: Any, chip: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._cells = document, Cells(look, chip)
        self._places: dict[Where, Place] = {}
        self._resting = False
        # Views may still hold rows of a group that is gone; what they point to must not be freed under them.
        self._buried: list[Place] = []
        document.changed.connect(self._follow)
        self._root = self._place(())

    def set_document(self, document: Document) -> None:
        """Show another document."""
        self.beginResetModel()
        self._document.changed.disconnect(self._follow)
        self._document = document
        document.changed.connect(self._follow)
        self._forget()
        self.endResetModel()

    @property
    def _pipeline(self) -> Pipeline:
        return self._document.pipeline

    def _forget(self) -> None:
        self._places, self._buried = {}, []
        self._root = self._place(())

    def _place(self, where: Where) -> Place:
        if where not in self._places:
            body = self._body(where)
            self._places[where] = Place(where, body.nodes if body is not None else {})
        return self._places[where]

    def _body(self, where: Where) -> Body | None:
        try:
            return self._pipeline.body(where)
        except UsageError:
            return None

    @contextmanager
    def at_rest(self, *, resting: bool = True) -> Iterator[None]:
        """Have a view find no rows to lay out meanwhile: of ten thousand that takes a while."""
        before, self._resting = self._resting, self._resting or resting
        try:
            yield
        finally:
            self._resting = before

    # Which row is which node

    def path_of(self, index: QModelIndex) -> tuple[Where, str] | None:
        """Return the body and the id of the node of a row."""
        if not index.isValid():
            return None
        place: Place = index.internalPointer()
        return (place.where, place.ids[index.row()]) if index.row() < len(place.ids) else None

    def index_of(self, where: Where, node_id: str) -> QModelIndex:
        """Return the row of a node; an invalid one if it is not there."""
        if self._body(where) is None:
            return NOWHERE
        place = self._place(where)
        row = place.rows.get(node_id)
        return self.createIndex(row, 0, place) if row is not None else NOWHERE

    def rows_of(self, where: Where, ids: Iterable[str]) -> QItemSelection:
        """Return the rows of nodes; neighbours as one range, for Qt compares each range with each."""
        chosen = QItemSelection()
        if self._body(where) is None:
            return chosen
        place = self._place(where)
        for first, last in place.ranges(ids):
            chosen.append(QItemSelectionRange(self.createIndex(first, 0, place), self.createIndex(last, STATE, place)))
        return chosen

    def ids_in(self, selection: QItemSelection, where: Where) -> tuple[str, ...]:
        """Return the nodes of a body that are selected."""
        found: list[str] = []
        for part in map(selection.__getitem__, range(len(selection))):
            place = self._inside(part.parent())
            if place.where == where:
                found += place.ids[part.top() : part.bottom() + 1]
        return tuple(dict.fromkeys(found))

    def groups_in(self, where: Where) -> list[QModelIndex]:
        """Return the rows of a body that are groups."""
        place = self._place(where)
        return [self.createIndex(place.rows[one], 0, place) for one in place.ids if one in place.groups]

    def node_at(self, index: QModelIndex) -> Node | None:
        """Return the node of a row."""
        found = self.path_of(index)
        body = self._body(found[0]) if found is not None else None
        return body.nodes.get(found[1]) if body is not None and found is not None else None

    # As Qt asks

    def index(self, row: int, column: int, parent: QModelIndex = NOWHERE) -> QModelIndex:
        """Return a cell."""
        if parent.isValid():
            place, first = self._inside(parent), parent.column() <= 0
        else:
            place, first = self._root, True
        there = first and 0 <= row < len(place.ids) and 0 <= column <= STATE
        return self.createIndex(row, column, place) if there else QModelIndex()

    def _inside(self, parent: QModelIndex) -> Place:
        found = self.path_of(parent)
        return self._place((*found[0], found[1])) if found is not None else self._root

    def parent(self, index: QModelIndex) -> QModelIndex:  # type: ignore[override]
        """Return the row of the group that holds a node."""
        place: Place | None = index.internalPointer() if index.isValid() else None
        return self.index_of(place.where[:-1], place.where[-1]) if place is not None and place.where else QModelIndex()

    def rowCount(self, parent: QModelIndex = NOWHERE) -> int:  # noqa: N802
        """Return how many nodes a group holds."""
        if parent.isValid():
            node = self.node_at(parent)
            if parent.column() or node is None or node.group is None:
                return 0
        return len(self._inside(parent).ids)

    def hasChildren(self, parent: QModelIndex = NOWHERE) -> bool:  # noqa: N802
        """Say whether a row is a group that holds anything; asked of every row there is."""
        if not parent.isValid():
            return bool(self._root.ids) and not self._resting
        place: Place = parent.internalPointer()
        if not place.groups or parent.row() >= len(place.ids) or place.ids[parent.row()] not in place.groups:
            return False
        node = self.node_at(parent)
        return node is not None and node.group is not None and bool(node.group.nodes)

    def columnCount(self, _parent: QModelIndex = NOWHERE) -> int:  # noqa: N802
        """Return the number of columns."""
        return 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802
        """Name the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (self.tr("Name"), self.tr("Id"), self.tr("State"))[section]
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Let names and ids be edited."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _READ if index.column() == STATE else _WRITTEN

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        found, node = self.path_of(index), self.node_at(index)
        if found is None or node is None:
            return None
        return self._cells.value(role, index.column(), found, node, self._pipeline.modules)

    def setData(self, index: QModelIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        """Give a node another title or id; one that is gone takes none: its editor ends after it."""
        found = self.path_of(index)
        if role != Qt.ItemDataRole.EditRole or found is None or self.node_at(index) is None:
            return False
        try:
            (retitle if index.column() == NAME else set_id)(self._document, *found, str(value).strip())
        except UsageError as error:
            self.refused.emit(str(error))
            return False
        return True

    # Following what happens

    def show_looks(self, paths: set[str]) -> None:
        """Show again how these nodes do."""
        for path in paths:
            *where, node_id = path.split("/")
            if tuple(where) in self._places:
                index = self.index_of(tuple(where), node_id)
                if index.isValid():
                    cell = index.siblingAtColumn(STATE)
                    self.dataChanged.emit(cell, cell)

    def _follow(self, edit: Edit) -> None:
        for change in changes_of(edit):
            if change.section == "modules":
                self._show_again(self._root)
            elif change.section == "nodes" and change.where in self._places and self._follow_nodes(change):
                return

    def _follow_nodes(self, change: Change) -> bool:
        """Show what one change did to the rows; True if everything was shown anew."""
        place, body = self._places[change.where], self._body(change.where)
        there = body.nodes if body is not None else {}
        gone = [node_id for node_id in change.entries if node_id in place.rows and node_id not in there]
        new = [node_id for node_id in change.entries if node_id not in place.rows and node_id in there]
        differ = (self._differs((*change.where, node_id)) for node_id in change.entries)
        if body is None or len(gone) + len(new) > FEW or any(differ):
            self._reset()
            return True
        place.groups = {node_id for node_id, node in there.items() if node.group is not None}
        parent = self.index_of(change.where[:-1], change.where[-1]) if change.where else NOWHERE
        for node_id in gone:
            row = place.rows[node_id]
            self.beginRemoveRows(parent, row, row)
            place.put([one for one in place.ids if one != node_id], there)
            self._bury((*change.where, node_id))
            self.endRemoveRows()
        if new:
            self.beginInsertRows(parent, len(place.ids), len(place.ids) + len(new) - 1)
            place.put([*place.ids, *new], there)
            self.endInsertRows()
        if list(there) != place.ids:
            self._reset()
            return True
        if len(change.entries) > FEW:
            self._show_again(place)
            return False
        for row in [place.rows[node_id] for node_id in change.entries if node_id in place.rows]:
            self.dataChanged.emit(self.createIndex(row, 0, place), self.createIndex(row, STATE, place))
        return False

    def _bury(self, where: Where) -> None:
        for inside in [one for one in self._places if one[: len(where)] == where]:
            self._buried.append(self._places.pop(inside))

    def _differs(self, where: Where) -> bool:
        """Say whether a group holds other nodes than its rows show."""
        if where not in self._places:
            return False
        body = self._body(where)
        return body is None or list(body.nodes) != self._places[where].ids

    def _show_again(self, place: Place) -> None:
        if place.ids:
            first = self.createIndex(0, 0, place)
            self.dataChanged.emit(first, self.createIndex(len(place.ids) - 1, STATE, place))

    def _reset(self) -> None:
        self.about_to_reset.emit()
        self.beginResetModel()
        self._forget()
        self.endResetModel()
