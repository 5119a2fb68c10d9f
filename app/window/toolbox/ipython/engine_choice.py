"""A list of engines to tick, all of them at first; those that join are ticked as long as all others are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ...theme.style import FRAMED
from ...theme.tokens import GRID, ICON_SMALL, ROW_TABLE, STATES
from . import words
from .sheet import PADDED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .....core.protocol import EngineRow
    from ...theme.theme import Theme

_UUID = Qt.ItemDataRole.UserRole
TICKED, NOT_TICKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class EngineChoice(QWidget):
    """``changed`` tells that others are ticked. Engines are known by their uuid: numbers change with a restart."""

    changed = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._engines: dict[str, EngineRow] = {}
        self.all = QCheckBox(self.tr("All engines"), self)
        self.all.setChecked(True)
        self.all.clicked.connect(self._tick_all)
        self.list = QListWidget(self)
        self.list.setObjectName(FRAMED)
        self.list.setStyleSheet(PADDED)
        self.list.setAccessibleName(self.tr("Engines"))
        self.list.setIconSize(QSize(ICON_SMALL, ICON_SMALL))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.all)
        layout.addWidget(self.list, 1)
        self.list.itemChanged.connect(self._ticked)
        theme.changed.connect(self._draw)

    def show_engines(self, engines: Sequence[EngineRow]) -> None:
        """Show the engines that have a number, in its order."""
        there = {engine.uuid: engine for engine in engines if engine.number is not None}
        if there == self._engines:
            return
        same = list(there) == list(self._engines)
        before, self._engines = self.numbers(), there
        if same:
            self._draw()
        else:
            self._fill(before)
            self.changed.emit()

    def _fill(self, before: Collection[int]) -> None:
        every = self.all.isChecked()
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for uuid, engine in self._engines.items():
            item = QListWidgetItem(self.list)
            item.setData(_UUID, uuid)
            item.setSizeHint(QSize(0, ROW_TABLE))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(TICKED if every or engine.number in before else NOT_TICKED)
        self.list.blockSignals(blocked)
        self._draw()

    def _draw(self) -> None:
        blocked = self.list.blockSignals(True)
        for item, engine in zip(self._items(), self._engines.values(), strict=True):
            look = STATES[words.ENGINE_STATES[engine.state]]
            item.setText(f"{engine.number}   {engine.host or ''}   {words.state_of(engine)}")
            item.setIcon(self._theme.icon(look.shape, look.colour.on(self._theme.colours)))
            item.setToolTip(words.about_state(engine))
        self.list.blockSignals(blocked)

    def _items(self) -> list[QListWidgetItem]:
        return [item for at in range(self.list.count()) if (item := self.list.item(at)) is not None]

    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of those that are ticked."""
        found = (self._engines.get(item.data(_UUID)) for item in self._items() if item.checkState() is TICKED)
        return tuple(engine.number for engine in found if engine is not None and engine.number is not None)

    def tick(self, numbers: Collection[int]) -> None:
        """Tick these and no others."""
        for item in self._items():
            item.setCheckState(TICKED if self._engines[item.data(_UUID)].number in numbers else NOT_TICKED)

    def _ticked(self, _item: QListWidgetItem) -> None:
        self.all.setChecked(len(self.numbers()) == len(self._engines))
        self.changed.emit()

    def _tick_all(self, on: bool) -> None:  # noqa: FBT001 - of a signal
        for item in self._items():
            item.setCheckState(TICKED if on else NOT_TICKED)
