"""The engines of a cluster, live, grouped by host: nothing jumps, and what is selected stays selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from ... import amounts
from ...theme.tokens import GRID, STATES, contrast
from . import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .....core.protocol import EngineRow
    from ...theme.theme import Theme

_UUID = Qt.ItemDataRole.UserRole
READABLE = 4.5


class Column(NamedTuple):
    """A column: its title, what it says of an engine, whether that is a number, its first width, and what it means."""

    title: str
    text: Callable[[EngineRow], str]
    numbers: bool
    width: int
    about: str = ""


def columns() -> tuple[Column, ...]:
    """Return all columns, in the language of the window."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("engines", text)

    return (
        Column(tr("Engine"), lambda e: "–" if e.number is None else str(e.number), False, 110),
        Column(tr("State"), words.state_of, False, 92),
        Column(tr("Task"), lambda e: e.task, False, 130, tr("What it executes for a run of this window")),
        Column(tr("Whose"), words.whose, False, 66, tr("Whether Treadle started it")),
        Column(tr("Process"), lambda e: str(e.pid or ""), True, 66, tr("Its process id on its host")),
        Column(tr("Started by"), lambda e: e.launcher, False, 80),
        Column(tr("Python"), lambda e: e.python or "", False, 64),
        Column(tr("Cores"), lambda e: str(e.cores or ""), True, 52, tr("Of its host")),
        Column(tr("Load"), lambda e: "" if e.load is None else f"{e.load:.1f}", True, 48, tr("Of its host")),
        Column(tr("Memory"), memory, True, 130, tr("What its process takes, of what its host has")),
        Column(tr("Queue"), lambda e: _count(e.queue), True, 54, tr("Calls that wait for it or that it executes")),
        Column(tr("Done"), lambda e: _count(e.done), True, 60, tr("Calls that it has carried out, looks at it too")),
        Column(tr("Heard"), heard, True, 80, tr("How long ago it gave a sign of life")),
    )


STATE, TASK = 1, 2


def memory(engine: EngineRow) -> str:
    """Return the memory of an engine and of its host."""
    used, whole = (amounts.size(size) if size else "" for size in (engine.used, engine.memory))
    if used and whole:
        return QCoreApplication.translate("engines", "{used} of {whole}").format(used=used, whole=whole)
    return used or whole


def heard(engine: EngineRow) -> str:
    """Return how long ago an engine gave a sign of life."""
    if engine.heard is None:
        return ""
    # What is newer than a look at it is now.
    return QCoreApplication.translate("engines", "now") if engine.heard < 1 else amounts.duration(engine.heard)


def _count(number: int | None) -> str:
    return "" if number is None else amounts.count(number)


class EngineTree(QTreeWidget):
    """A host is a row above its engines. Engines are known by their uuid."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = columns()
        self._engines: dict[str, EngineRow] = {}
        self._hosts: dict[str, QTreeWidgetItem] = {}
        self._items: dict[str, QTreeWidgetItem] = {}
        self._drawn: dict[str, list[str]] = {}
        self.setAccessibleName(self.tr("Engines by host"))
        self.setColumnCount(len(self._columns))
        self.setHeaderLabels([column.title for column in self._columns])
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(False)
        self.setIndentation(4 * GRID)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setStyleSheet(f"QTreeView::item {{ padding: 0 {GRID}px; }}")
        head, titles = self.header(), self.headerItem()
        assert head is not None
        assert titles is not None
        for at, column in enumerate(self._columns):
            self.setColumnWidth(at, column.width)
            titles.setToolTip(at, column.about)
            titles.setTextAlignment(at, _side(column.numbers))
        head.setStretchLastSection(False)
        head.setMinimumSectionSize(10 * GRID)
        head.setSectionResizeMode(TASK, QHeaderView.ResizeMode.Stretch)
        theme.changed.connect(self._repaint)

    def show_engines(self, engines: Sequence[EngineRow]) -> None:
        """Show these engines; those that were there stay in their place."""
        self._engines = {engine.uuid: engine for engine in engines}
        for uuid in self._items.keys() - self._engines.keys():
            self._take_out(uuid)
        for engine in engines:
            item, host = self._items.get(engine.uuid), engine.host or words.UNKNOWN_HOST
            if item is not None and item.parent() is not self._hosts.get(host):
                self._take_out(engine.uuid)
                item = None
            if item is None:
                item = self._items[engine.uuid] = QTreeWidgetItem(self._host(host))
                item.setData(0, _UUID, engine.uuid)
        self._drop_empty_hosts()
        self._draw_all()

    def _host(self, name: str) -> QTreeWidgetItem:
        if name not in self._hosts:
            item = self._hosts[name] = QTreeWidgetItem(self)
            item.setFirstColumnSpanned(True)
            item.setExpanded(True)
        return self._hosts[name]

    def _take_out(self, uuid: str) -> None:
        item = self._items.pop(uuid)
        self._drawn.pop(uuid, None)
        parent = item.parent()
        if parent is not None:
            parent.removeChild(item)

    def _drop_empty_hosts(self) -> None:
        for name, item in list(self._hosts.items()):
            if not item.childCount():
                self.takeTopLevelItem(self.indexOfTopLevelItem(item))
                del self._hosts[name]

    # What is selected

    def selected(self) -> list[EngineRow]:
        """Return the engines that are selected, those of selected hosts too, by number."""
        found: set[str] = set()
        for item in self.selectedItems():
            children = [child for at in range(item.childCount()) if (child := item.child(at)) is not None]
            found |= {one.data(0, _UUID) for one in (children or [item])}
        return [engine for uuid, engine in self._engines.items() if uuid in found]

    # How it looks

    def _repaint(self) -> None:
        """Draw all anew: the colours are others."""
        self._drawn.clear()
        self._draw_all()

    def _draw_all(self) -> None:
        for host, there in words.by_host(self._engines.values()).items():
            self._draw_host(self._hosts[host], host, there)
        for uuid, item in self._items.items():
            self._draw(item, self._engines[uuid])

    def _draw_host(self, item: QTreeWidgetItem, host: str, there: Sequence[EngineRow]) -> None:
        text = f"{words.host_name(host)}   ·   {words.counted(there)}"
        if item.text(0) != text:
            item.setText(0, text)
            item.setFont(0, self._theme.font(semibold=True))

    def _draw(self, item: QTreeWidgetItem, engine: EngineRow) -> None:
        """Write only what is new: many engines are looked at every two seconds."""
        texts = [column.text(engine) for column in self._columns]
        drawn = self._drawn.get(engine.uuid)
        for at, text in enumerate(texts):
            if drawn is None or drawn[at] != text:
                item.setText(at, text)
        self._drawn[engine.uuid] = texts
        if drawn is None:
            for at, column in enumerate(self._columns):
                item.setTextAlignment(at, _side(column.numbers))
            item.setToolTip(0, engine.uuid)
        if drawn is None or drawn[STATE] != texts[STATE]:
            self._draw_state(item, engine)

    def _draw_state(self, item: QTreeWidgetItem, engine: EngineRow) -> None:
        look = STATES[words.ENGINE_STATES[engine.state]]
        colours, colour = self._theme.colours, look.colour.on(self._theme.colours)
        item.setIcon(STATE, self._theme.icon(look.shape, colour))
        readable = contrast(colour, colours.surface) >= READABLE
        item.setForeground(STATE, QColor(colour if readable else colours.secondary))
        item.setToolTip(STATE, words.about_state(engine))


def _side(numbers: bool) -> Qt.AlignmentFlag:  # noqa: FBT001
    side = Qt.AlignmentFlag.AlignRight if numbers else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
