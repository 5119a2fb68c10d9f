"""Says which outputs of a round become which inputs of the next, beyond the first: one row a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..buttons import Buttons
from ..theme.tokens import GRID
from .fields import offer, still_wheel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..theme.theme import Theme

Pair = tuple[str, str]
"""An input port, and the output that feeds it in the next round."""


class _Row(QWidget):
    """One pair, which can be taken out."""

    edited, removed = pyqtSignal(), pyqtSignal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.port, self.output = QComboBox(self), QComboBox(self)
        self.port.setAccessibleName(self.tr("Input fed back"))
        self.output.setAccessibleName(self.tr("by output"))
        buttons = Buttons(theme, self)
        self.remove = buttons.add("close", self.tr("Feed this input back no more"), self.removed.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.port, 1)
        row.addWidget(QLabel("←", self))
        row.addWidget(self.output, 1)
        row.addWidget(buttons)
        for box in (self.port, self.output):
            still_wheel(box)
            box.activated.connect(lambda _row: self.edited.emit())


class Pairs(QWidget):
    """The further pairs of a loop. ``edited`` tells that ``pairs`` are others because of a person."""

    edited = pyqtSignal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._inputs: list[str] = []
        self._outputs: list[str] = []
        self._first = ""
        self.rows: list[_Row] = []
        self.more = QPushButton(self.tr("Feed back another input"), self)
        self.more.setAutoDefault(False)
        self.more.clicked.connect(lambda _on: self._add())
        self._rows = QVBoxLayout()
        self._rows.setSpacing(GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(self._rows)
        layout.addWidget(self.more)

    @property
    def pairs(self) -> list[Pair]:
        """The pairs, in order."""
        return [(row.port.currentData(), row.output.currentData()) for row in self.rows]

    def show_pairs(self, inputs: list[str], outputs: list[str], first: str, pairs: Sequence[Pair]) -> None:
        """Show further pairs of a loop whose first feeds the input ``first``."""
        self._inputs, self._outputs, self._first = inputs, outputs, first
        while len(self.rows) > len(pairs):
            old = self.rows.pop()
            old.hide()
            old.deleteLater()
        while len(self.rows) < len(pairs):
            self._make()
        taken = {first, *(port for port, _ in pairs)}
        for row, (port, output) in zip(self.rows, pairs, strict=True):
            offer(row.port, [name for name in inputs if name not in taken or name == port], port)
            offer(row.output, outputs, output)
        self.more.setVisible(any(name not in taken for name in inputs))

    def _make(self) -> None:
        row = _Row(self._theme)
        row.edited.connect(self.edited)
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._rows.addWidget(row)

    def _add(self) -> None:
        taken = {self._first, *(port for port, _ in self.pairs)}
        free = next((name for name in self._inputs if name not in taken), "")
        if free:
            self.show_pairs(self._inputs, self._outputs, self._first, [*self.pairs, (free, self._outputs[0])])
            self.edited.emit()

    def _remove(self, row: _Row) -> None:
        left = [pair for one, pair in zip(self.rows, self.pairs, strict=True) if one is not row]
        self.show_pairs(self._inputs, self._outputs, self._first, left)
        self.edited.emit()
