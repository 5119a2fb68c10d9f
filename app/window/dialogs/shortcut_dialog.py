"""The list of all commands with their keys, each of which can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from ..commands.table import COMMANDS
from ..theme.tokens import GRID, STATES
from .sheet import Sheet

if TYPE_CHECKING:
    from ..commands.command import Command
    from ..commands.commands import Commands
    from ..theme.theme import Theme

_ID = Qt.ItemDataRole.UserRole


class ShortcutDialog(Sheet):
    """Lists the commands by group. A key that another command has is refused, with the name of that one."""

    def __init__(self, commands: Commands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.entitle(self.tr("Keyboard shortcuts"))
        self._shortcuts = commands.shortcuts
        self._known = {command.id: command for command in COMMANDS}
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search commands and keys"))
        self.search.setAccessibleName(self.tr("Search commands and keys"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.body.addWidget(self.search)
        self.list = self._tree()
        self.body.addWidget(self.list, 1)
        self.body.addLayout(self._editor())
        self.note = self.text("")
        self.note.setMinimumHeight(5 * GRID)
        reset = self.button(self.tr("Reset all"))
        reset.clicked.connect(self._reset)
        self.closing_button(default=False)
        self._fill()
        self.resize(560, 560)

    def _tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setColumnCount(2)
        tree.setHeaderLabels([self.tr("Command"), self.tr("Key")])
        tree.setRootIsDecorated(False)
        tree.setAccessibleName(self.tr("Commands and their keys"))
        header = tree.header()
        assert header is not None
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.currentItemChanged.connect(lambda _now, _before: self._show_current())
        return tree

    def _editor(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        self.edited = QLabel(self.tr("Choose a command to change its key"))
        self.key = QKeySequenceEdit()
        self.key.setMaximumSequenceLength(1)
        self.key.setClearButtonEnabled(True)
        self.key.setAccessibleName(self.tr("Key of the command"))
        self.key.setEnabled(False)
        self.key.editingFinished.connect(self._choose)
        row.addWidget(self.edited, 1)
        row.addWidget(self.key)
        return row

    def _fill(self) -> None:
        self.list.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for command in COMMANDS:
            group = groups.get(command.group)
            if group is None:
                group = groups[command.group] = QTreeWidgetItem([command.group_words, ""])
                group.setFont(0, self.theme.font(semibold=True))
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.list.addTopLevelItem(group)
            item = QTreeWidgetItem([command.words, _native(self._shortcuts.of(command))])
            item.setData(0, _ID, command.id)
            item.setToolTip(0, command.about_words)
            group.addChild(item)
        self.list.expandAll()
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        wanted = text.casefold().strip()
        for number in range(self.list.topLevelItemCount()):
            group = self.list.topLevelItem(number)
            assert group is not None
            shown = [_matches(group.child(index), wanted) for index in range(group.childCount())]
            group.setHidden(not any(shown))

    def current(self) -> Command | None:
        """Return the command that is chosen."""
        item = self.list.currentItem()
        return self._known.get(str(item.data(0, _ID))) if item is not None else None

    def _show_current(self) -> None:
        command = self.current()
        self.key.setEnabled(command is not None)
        self._tell("")
        if command is not None:
            self.edited.setText(self.tr("Key of “{command}”").format(command=command.words))
            self.key.setKeySequence(QKeySequence(self._shortcuts.of(command)))

    def _choose(self) -> None:
        command = self.current()
        if command is None:
            return
        key = self.key.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if key == self._shortcuts.of(command):
            return
        other = self._shortcuts.clash(command, key)
        if other is not None:
            why = self.tr("{key} is the key of “{command}”. Change that one first.")
            self._refuse(command, why.format(key=_native(key), command=other.words))
        elif self._shortcuts.is_reserved(key):
            why = self.tr("{key} leads through the window and can be no command’s.")
            self._refuse(command, why.format(key=_native(key)))
        else:
            self._shortcuts.choose(command, key)
            item = self.list.currentItem()
            assert item is not None
            item.setText(1, _native(key))
            self._tell("")

    def _refuse(self, command: Command, why: str) -> None:
        self._tell(why)
        self.key.setKeySequence(QKeySequence(self._shortcuts.of(command)))

    def _tell(self, text: str) -> None:
        self.note.setText(text)
        self.note.setStyleSheet(f"color: {STATES['failed'].colour.on(self.theme.colours)}")

    def _reset(self) -> None:
        self._shortcuts.reset()
        self._fill()
        self._tell("")


def _matches(item: QTreeWidgetItem | None, wanted: str) -> bool:
    assert item is not None
    found = wanted in f"{item.text(0)} {item.text(1)}".casefold()
    item.setHidden(not found)
    return found


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
