"""The tasks of a run as a table of any size: what is new is added at its end, sorting and filtering go in slices."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor

from ..theme.tokens import ICON_SMALL, SCHEMES, STATES, contrast
from .slices import Slices
from .task_columns import CAUSE, NODE, SCHEME, STATE, columns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Mapping

    from ....core.protocol import TaskRow
    from ..theme.theme import Theme

READABLE = 4.5
"""The least contrast of text with its ground; the shape of a state needs less."""

_AT_A_TIME = 2_000
_FEW = 50
_NONE = QModelIndex()


class TaskTable(QAbstractTableModel):
    """Tasks in the order in which they were made, or were when the person last sorted: nothing jumps while it is live.

    ``words`` (all of them, in any column) and ``states`` say which tasks are shown. Before the table is put together
    anew ``reordering`` is told, and ``reordered`` afterwards: a view keeps its selection by the names of tasks.
    """

    reordering = pyqtSignal()
    reordered = pyqtSignal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = columns()
        self._rows: Mapping[str, TaskRow] = {}
        self._shown: list[str] = []
        self._place: dict[str, int] = {}
        self._late: list[str] = []
        self._sorted: tuple[int, bool] | None = None
        self._words: tuple[str, ...] = ()
        self._states: frozenset[str] = frozenset()
        self._slices = Slices(self)
        theme.changed.connect(self._repaint)

    # What is shown

    def show(self, rows: Mapping[str, TaskRow], title: Callable[[str], str] = str) -> None:
        """Show the tasks of another run; ``rows`` is kept up to date by whoever calls ``take``.

        ``title`` tells what a node is called.
        """
        self._slices.drop()
        # At once: what is drawn meanwhile must not name tasks that are not there.
        self.beginResetModel()
        self._rows, self._shown, self._place, self._sorted = rows, [], {}, None
        self._columns = columns(title)
        self.endResetModel()
        self._gather()

    def take(self, rows: Iterable[TaskRow]) -> None:
        """Show what is new of some tasks."""
        place, changed, new, gone = self._place, [], [], []
        for row in rows:
            at = place.get(row.task)
            if at is None:
                new.append(row.task)
            elif self._filters and not self._wanted(row):
                gone.append(at)
            else:
                changed.append(at)
        if self._slices.busy:
            self._late += new
        else:
            self._append(new)
        if changed:
            last = len(self._columns) - 1
            self.dataChanged.emit(self.index(min(changed), 0), self.index(max(changed), last))
        if gone and not self._slices.busy:
            self._remove(gone)

    def filter(self, words: str, states: Collection[str] = ()) -> None:
        """Show only tasks in these states, if any are named, with these words."""
        asked = tuple(words.casefold().split()), frozenset(states)
        if asked != (self._words, self._states):
            self._words, self._states = asked
            self._gather()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the tasks in another order, once; a column below 0 puts them in the order in which they were made."""
        self._sorted = None if column < 0 else (column, order is Qt.SortOrder.DescendingOrder)
        self._gather()

    @property
    def settled(self) -> bool:
        """Whether sorting and filtering are done."""
        return not self._slices.busy

    @property
    def total(self) -> int:
        """How many tasks there are, shown or not."""
        return len(self._rows)

    def task(self, row: int) -> TaskRow:
        """Return the task in a row."""
        return self._rows[self._shown[row]]

    def place_of(self, task: str) -> int:
        """Return the row of a task; -1 if it is not shown."""
        return self._place.get(task, -1)

    # In slices

    @property
    def _filters(self) -> bool:
        return bool(self._words or self._states)

    def _wanted(self, row: TaskRow) -> bool:
        if self._states and row.state not in self._states:
            return False
        if not self._words:
            return True
        node = self._columns[NODE].text(row)
        text = "\n".join((row.task, node, *row.labels.values(), row.scheme, row.worker, row.host, row.cause)).casefold()
        return all(word in text for word in self._words)

    def _gather(self) -> None:
        self._late = []
        self._slices.begin(self._gathered())

    def _gathered(self) -> Generator[None]:
        names = list(self._rows)
        found: list[str] = []
        for start in range(0, len(names), _AT_A_TIME):
            piece = names[start : start + _AT_A_TIME]
            found += [name for name in piece if self._wanted(self._rows[name])] if self._filters else piece
            yield
        if self._sorted is not None:
            found = yield from self._in_order(found, *self._sorted)
        place: dict[str, int] = {}
        for start in range(0, len(found), 5 * _AT_A_TIME):
            place.update((name, start + at) for at, name in enumerate(found[start : start + 5 * _AT_A_TIME]))
            yield
        self.reordering.emit()
        self.beginResetModel()
        self._shown, self._place = found, place
        self.endResetModel()
        self.reordered.emit()
        late, self._late = self._late, []
        self._append(late)

    def _in_order(self, names: list[str], column: int, descending: bool) -> Generator[None, None, list[str]]:  # noqa: FBT001
        key = self._columns[column].key
        pieces: list[list[tuple[Any, int, str]]] = []
        sign = -1 if descending else 1
        for start in range(0, len(names), _AT_A_TIME):
            some = names[start : start + _AT_A_TIME]
            # Equal ones keep their order, whichever way they are sorted.
            keyed = [(key(self._rows[name]), sign * (start + at), name) for at, name in enumerate(some)]
            keyed.sort(reverse=descending)
            pieces.append(keyed)
            yield
        found: list[str] = []
        for _, _, name in heapq.merge(*pieces, reverse=descending):
            found.append(name)
            if len(found) % (_AT_A_TIME // 4) == 0:
                yield
        return found

    def _append(self, names: list[str]) -> None:
        wanted = [name for name in dict.fromkeys(names) if name not in self._place and self._wanted(self._rows[name])]
        if not wanted:
            return
        first = len(self._shown)
        self.beginInsertRows(_NONE, first, first + len(wanted) - 1)
        self._place.update((name, first + at) for at, name in enumerate(wanted))
        self._shown += wanted
        self.endInsertRows()

    def _remove(self, places: list[int]) -> None:
        if len(places) > _FEW:
            self._gather()
            return
        for at in sorted(places, reverse=True):
            self.beginRemoveRows(_NONE, at, at)
            del self._place[self._shown.pop(at)]
            self.endRemoveRows()
        first = min(places)
        self._place.update((name, first + at) for at, name in enumerate(self._shown[first:]))

    # As Qt asks for it

    def rowCount(self, parent: QModelIndex = _NONE) -> int:  # noqa: N802
        """Return how many tasks are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex = _NONE) -> int:  # noqa: N802
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        return _side(column.numbers) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a place shows."""
        row, column = self.task(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[column].text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self._columns[column].numbers)
        if role == Qt.ItemDataRole.DecorationRole and column == STATE and row.state in STATES:
            look = STATES[row.state]
            return self._theme.pixmap(look.shape, look.colour.on(self._theme.colours), ICON_SMALL)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tooltip(row, column)
        return None

    def _colour(self, row: TaskRow, column: int) -> QColor | None:
        colours = self._theme.colours
        if column == STATE and row.state in STATES:
            colour = STATES[row.state].colour.on(colours)
            return QColor(colour if contrast(colour, colours.surface) >= READABLE else colours.secondary)
        if column == SCHEME and row.scheme in SCHEMES:
            return QColor(SCHEMES[row.scheme].colour.on(colours))
        return None

    def _repaint(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, len(self._columns) - 1))


def _side(numbers: bool) -> Qt.AlignmentFlag:  # noqa: FBT001
    side = Qt.AlignmentFlag.AlignRight if numbers else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _tooltip(row: TaskRow, column: int) -> str | None:
    if column == NODE:
        return row.task
    if column == SCHEME:
        return row.reason or None
    return row.cause or None if column in {STATE, CAUSE} else None
