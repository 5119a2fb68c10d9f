"""What is wrong, as a table: how bad, where, what, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PyQt6.QtGui import QColor

from ..theme.tokens import ICON_SMALL, STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..theme.theme import Theme
    from .problems import Shown

_NONE = QModelIndex()
_LOOKS = {"error": ("error", STATES["failed"].colour), "warning": ("warning", STATES["stale"].colour)}
KIND, PLACE, MESSAGE, REMEDY = range(4)


class ProblemsModel(QAbstractTableModel):
    """Problems in the order in which they are given."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.problems: Sequence[Shown] = ()
        self._titles = (self.tr("Kind"), self.tr("Place"), self.tr("Problem"), self.tr("What to do"))
        self._words = {"error": self.tr("Error"), "warning": self.tr("Warning")}

    def show(self, problems: Sequence[Shown]) -> None:
        """Show these problems; those that stay keep their rows, and with them the selection."""
        if problems == self.problems:
            return
        before = len(self.problems)
        if len(problems) < before:
            self.beginRemoveRows(_NONE, len(problems), before - 1)
            self.problems = problems
            self.endRemoveRows()
        elif len(problems) > before:
            self.beginInsertRows(_NONE, before, len(problems) - 1)
            self.problems = problems
            self.endInsertRows()
        self.problems = problems
        if problems:
            self.dataChanged.emit(self.index(0, 0), self.index(len(problems) - 1, REMEDY))

    # As Qt asks for it

    def rowCount(self, parent: QModelIndex = _NONE) -> int:  # noqa: N802
        """Return how many problems there are."""
        return 0 if parent.isValid() else len(self.problems)

    def columnCount(self, parent: QModelIndex = _NONE) -> int:  # noqa: N802
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return self._titles[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a place shows."""
        one, column = self.problems[index.row()], index.column()
        icon, colour = _LOOKS.get(one.severity, _LOOKS["warning"])
        if role == Qt.ItemDataRole.DisplayRole:
            return (self._words.get(one.severity, one.severity), one.place, one.message, one.remedy)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{one.message}\n{one.remedy}".strip()
        if column == KIND and role == Qt.ItemDataRole.DecorationRole:
            return self._theme.pixmap(icon, colour.on(self._theme.colours), ICON_SMALL)
        if column == KIND and role == Qt.ItemDataRole.ForegroundRole:
            return QColor(colour.on(self._theme.colours))
        return None
