"""What modules wrote, the newest hundred thousand lines of it, of all tasks or of some."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor

from ....core.validation.problems import visible
from .. import amounts
from .slices import Slices

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable

    from ....core.protocol import LogLine
    from ..theme.theme import Theme

MOST_LINES = 100_000
MOST_CHARACTERS = 20_000_000
"""What is kept; of more, the oldest tenth goes at a time."""

TASK, LINE = 0, 1

_AT_A_TIME = 5_000
_NONE = QModelIndex()
_CUT = ""
"""Stands for the task of a line that says how many were left out."""


class LogModel(QAbstractTableModel):
    """A line a row: which task wrote it, and what. Control characters, escapes among them, are written out as text.

    ``grown`` tells after new lines were added. ``longest`` is the number of characters of the longest line shown.
    """

    grown = pyqtSignal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.longest = 0
        self._theme = theme
        self._lines: list[tuple[str, str]] = []
        self._first = 0
        self._characters = 0
        self._shown: list[int] = []
        self._tasks: frozenset[str] = frozenset()
        self._nodes: frozenset[str] = frozenset()
        self._words: tuple[str, ...] = ()
        self._slices = Slices(self)

    def clear(self) -> None:
        """Forget all lines: another run begins."""
        self._slices.drop()
        self.beginResetModel()
        self._lines, self._shown = [], []
        self._first = self._characters = self.longest = 0
        self.endResetModel()

    def take(self, lines: Iterable[LogLine], cut: int = 0) -> None:
        """Add lines; ``cut`` were left out before them."""
        added = [(_CUT, f"… {amounts.count(cut)} {self.tr('lines left out')} …")] if cut else []
        added += [(line.task, line.text) for line in lines]
        number = self._first + len(self._lines)
        self._lines += added
        self._characters += sum(len(text) for _, text in added)
        if not self._slices.busy:
            self._show([number + at for at, line in enumerate(added) if self._wanted(line)])
        self._drop_oldest()
        self.grown.emit()

    def filter(self, words: str = "", tasks: Collection[str] = (), nodes: Collection[str] = ()) -> None:
        """Show only lines with all these words, of these tasks or nodes if any are named."""
        asked = tuple(words.casefold().split()), frozenset(tasks), frozenset(nodes)
        if asked != (self._words, self._tasks, self._nodes):
            self._words, self._tasks, self._nodes = asked
            self._slices.begin(self._gathered())

    @property
    def total(self) -> int:
        """How many lines are kept, shown or not."""
        return len(self._lines)

    def text(self, rows: Iterable[int]) -> str:
        """Return the lines of some rows as text to paste."""
        return "\n".join(_clear(*self._line(row)) for row in rows)

    def _line(self, row: int) -> tuple[str, str]:
        return self._lines[self._shown[row] - self._first]

    def _wanted(self, line: tuple[str, str]) -> bool:
        task, text = line
        if (self._tasks or self._nodes) and task not in self._tasks and task.partition("[")[0] not in self._nodes:
            return False
        if not self._words:
            return True
        text = f"{task}\n{text}".casefold()
        return all(word in text for word in self._words)

    def _show(self, numbers: list[int]) -> None:
        if not numbers:
            return
        first = len(self._shown)
        self.beginInsertRows(_NONE, first, first + len(numbers) - 1)
        self._shown += numbers
        self.longest = max(self.longest, *(len(self._lines[number - self._first][1]) for number in numbers))
        self.endInsertRows()

    def _gathered(self) -> Generator[None]:
        found: list[int] = []
        number, longest = self._first, 0
        while number < self._first + len(self._lines):
            start = max(number, self._first) - self._first
            for at, line in enumerate(self._lines[start : start + _AT_A_TIME], self._first + start):
                if self._wanted(line):
                    found.append(at)
                    longest = max(longest, len(line[1]))
            number = self._first + start + _AT_A_TIME
            yield
        self.beginResetModel()
        self._shown, self.longest = found[bisect_left(found, self._first) :], longest
        self.endResetModel()

    def _drop_oldest(self) -> None:
        if len(self._lines) <= MOST_LINES and self._characters <= MOST_CHARACTERS:
            return
        old = max(1, len(self._lines) // 10)
        while old < len(self._lines) and len(self._lines) - old > MOST_LINES:
            old += MOST_LINES // 10
        old = min(old, len(self._lines))
        gone = bisect_left(self._shown, self._first + old)
        if gone:
            self.beginRemoveRows(_NONE, 0, gone - 1)
            del self._shown[:gone]
        self._characters -= sum(len(text) for _, text in self._lines[:old])
        del self._lines[:old]
        self._first += old
        if gone:
            self.endRemoveRows()
        self._drop_oldest()

    # As Qt asks for it

    def rowCount(self, parent: QModelIndex = _NONE) -> int:  # noqa: N802
        """Return how many lines are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex = _NONE) -> int:  # noqa: N802
        """Return 2: the task, and what it wrote."""
        return 0 if parent.isValid() else 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return (self.tr("Task"), self.tr("Line"))[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a place shows."""
        task, text = self._line(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return _clear(task, text) if index.column() == LINE else task
        if role == Qt.ItemDataRole.FontRole and index.column() == LINE:
            return self._theme.monospace()
        if role == Qt.ItemDataRole.ForegroundRole and (index.column() == TASK or task == _CUT):
            return QColor(self._theme.colours.secondary)
        return None


def _clear(task: str, text: str) -> str:
    """Return a line with what is no letter written out; what we say ourselves has none of it."""
    return text if task == _CUT else visible(text.expandtabs())
