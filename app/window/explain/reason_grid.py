"""A table of a few rows whose texts wrap and can be selected: schemes with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from ..labels import write_as
from ..theme.tokens import CAPTION, GRID, ICON_SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPixmap

    from ..theme.theme import Theme


class Cell(NamedTuple):
    """What stands in a row: a picture, words or both."""

    text: str = ""
    picture: QPixmap | None = None
    strong: bool = False
    number: bool = False


class ReasonGrid(QWidget):
    """Shows rows under headings; the column ``wide`` takes what room there is, one without any words takes none."""

    def __init__(self, theme: Theme, headings: Sequence[str], wide: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._headings = theme, tuple(headings)
        self._rows: list[list[Cell]] = []
        self._labels: list[QLabel] = []
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(3 * GRID)
        self._layout.setVerticalSpacing(GRID + 2)
        self._layout.setColumnStretch(2 * wide + 1, 1)

    def show_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show these rows in the place of those before."""
        for label in self._labels:
            self._layout.removeWidget(label)
            label.deleteLater()
        self._labels, self._rows = [], [list(row) for row in rows]
        used = [column for column in range(len(self._headings)) if any(row[column].text for row in self._rows)]
        for column in used:
            heading = self._headings[column]
            label = self._put(heading, 0, column, Cell(heading, number=bool(rows) and rows[0][column].number))
            write_as(label, self._theme, CAPTION, colour=self._theme.colours.secondary)
        for number, row in enumerate(self._rows, 1):
            for column in used:
                self._put_cell(number, column, row[column])

    @property
    def texts(self) -> list[list[str]]:
        """The words that the rows show."""
        return [[cell.text for cell in row] for row in self._rows]

    def _put_cell(self, row: int, column: int, cell: Cell) -> None:
        if cell.picture is not None:
            label = QLabel(self)
            label.setPixmap(cell.picture)
            label.setFixedSize(ICON_SMALL, ICON_SMALL + 2)
            label.setAccessibleName(cell.text)
            self._labels.append(label)
            self._layout.addWidget(label, row, 2 * column, Qt.AlignmentFlag.AlignTop)
        label = self._put(self._headings[column], row, column, cell)
        write_as(label, self._theme, semibold=cell.strong)

    def _put(self, heading: str, row: int, column: int, cell: Cell) -> QLabel:
        label = QLabel(cell.text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        wraps = self._layout.columnStretch(2 * column + 1) > 0
        label.setWordWrap(wraps)
        label.setAccessibleName(f"{heading}: {cell.text}" if row else heading)
        place = Qt.AlignmentFlag.AlignTop
        if not wraps:
            # A text that wraps takes all the room there is.
            place |= Qt.AlignmentFlag.AlignRight if cell.number else Qt.AlignmentFlag.AlignLeft
        self._labels.append(label)
        # A column is two of the grid: the picture and the words; without a picture the words have both.
        first, columns = (2 * column + 1, 1) if cell.picture is not None else (2 * column, 2)
        self._layout.addWidget(label, row, first, 1, columns, place)
        label.show()
        return label
