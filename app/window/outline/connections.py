"""The connections of one body as a table: from which output, to which input, and how they hand over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from ....core.errors import UsageError
from ....core.pipeline import split_endpoint
from ..canvas.naming import title_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from ....core.pipeline import Body, Connection, Where
    from ..document import Document

FROM, TO, HOW = range(3)
NOWHERE = QModelIndex()


class ConnectionsModel(QAbstractTableModel):
    """Shows the connections of a body, or of some of its nodes; rows name their input by ``target_of``."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._where: Where = ()
        self._only: frozenset[str] = frozenset()
        self.targets: list[str] = []

    def show(self, document: Document, where: Where, only: Collection[str] = ()) -> None:
        """Show the connections of a body; with ``only``, those of these nodes."""
        self._document, self._where, self._only = document, where, frozenset(only)
        self.refresh()

    def refresh(self) -> None:
        """Show the connections as they are now."""
        body = self._body()
        found = list(body.connections.items()) if body is not None else []
        everything = body is None or not self._only or self._only >= body.nodes.keys()
        targets = [target for target, connection in found if everything or self._touches(target, connection)]
        if targets != self.targets:
            self.beginResetModel()
            self.targets = targets
            self.endResetModel()
        elif targets:
            self.dataChanged.emit(self.index(0, 0), self.index(len(targets) - 1, HOW))

    def _touches(self, target: str, connection: Connection) -> bool:
        return target.partition(".")[0] in self._only or connection.source.partition(".")[0] in self._only

    def _body(self) -> Body | None:
        try:
            return self._document.body(self._where)
        except UsageError:
            return None

    def target_of(self, index: QModelIndex) -> str:
        """Return the input that a row feeds."""
        return self.targets[index.row()] if index.isValid() else ""

    def rowCount(self, parent: QModelIndex = NOWHERE) -> int:  # noqa: N802
        """Return how many there are."""
        return 0 if parent.isValid() else len(self.targets)

    def columnCount(self, _parent: QModelIndex = NOWHERE) -> int:  # noqa: N802
        """Return the number of columns."""
        return 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802
        """Name the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (self.tr("From"), self.tr("To"), self.tr("Hands over"))[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        body, target = self._body(), self.target_of(index)
        connection = body.connections.get(target) if body is not None else None
        if body is None or connection is None:
            return None
        cells = (self._end(body, connection.source), self._end(body, target), self._how(connection))
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cells[index.column()]
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.tr("from {source} to {target}, {how}").format(
                    source=cells[FROM], target=cells[TO], how=cells[HOW]
                )
            case Qt.ItemDataRole.ToolTipRole:
                return f"{connection.source} → {target}"
        return None

    def _end(self, body: Body, endpoint: str) -> str:
        node_id, port = split_endpoint(endpoint)
        node = body.nodes.get(node_id)
        if node is None:
            return endpoint
        return f"{title_of(node_id, node, self._document.pipeline.modules.get(node.module))} · {port}"

    def _how(self, connection: Connection) -> str:
        if connection.each is not None:
            axis = connection.each.axis
            return self.tr("item by item ({axis})").format(axis=axis) if axis else self.tr("item by item")
        if connection.join is not None:
            axes = ", ".join(connection.join.axes)
            return self.tr("collected ({axes})").format(axes=axes) if axes else self.tr("collected")
        return self.tr("through a function") if connection.apply else self.tr("as it is")
