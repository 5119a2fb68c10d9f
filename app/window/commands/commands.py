"""The commands alive: each an action of Qt with its key and icon, enabled by what holds now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QAbstractSpinBox, QApplication

from .menu_letters import MenuLetters
from .table import COMMANDS, SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PyQt6.QtWidgets import QMenu, QWidget

    from ..theme.theme import Theme
    from .command import Command
    from .shortcuts import Shortcuts


class Commands(QObject):
    """The actions of all commands. ``bind`` says what one does; what nothing was bound to stays disabled."""

    def __init__(self, theme: Theme, shortcuts: Shortcuts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shortcuts = shortcuts
        self._letters = MenuLetters(self)
        self._facts: frozenset[str] = frozenset()
        self._known = {command.id: command for command in COMMANDS}
        self._actions = {command.id: self._made(command) for command in COMMANDS}
        self._bound: dict[str, Callable[[], object]] = {}
        self._draw()
        self._name_keys()
        theme.changed.connect(self._draw)
        shortcuts.changed.connect(self._name_keys)

    def __iter__(self) -> Iterable[Command]:
        return iter(self._known.values())

    def command(self, command_id: str) -> Command:
        """Return a command by id; KeyError if there is none."""
        return self._known[command_id]

    def action(self, command_id: str) -> QAction:
        """Return the action of a command; KeyError if there is none."""
        return self._actions[command_id]

    def bind(self, command_id: str, do: Callable[[], object]) -> None:
        """Say what a command does; it takes the place of what it did before."""
        if command_id not in self._known:
            raise KeyError(command_id)
        self._bound[command_id] = do
        self._enable(command_id)

    def facts(self, facts: Iterable[str]) -> None:
        """Enable the commands for what holds now."""
        self._facts = frozenset(facts)
        for command_id in self._known:
            self._enable(command_id)

    def is_enabled(self, command_id: str) -> bool:
        """Say whether a command can be asked for now."""
        return self._actions[command_id].isEnabled()

    def run(self, command_id: str) -> None:
        """Do what a command does, if it can be asked for now."""
        self._actions[command_id].trigger()

    def check(self, command_id: str, *, on: bool) -> None:
        """Show a checkable command as on or off."""
        self._actions[command_id].setChecked(on)

    def fill(self, menu: QMenu, items: Iterable[str]) -> None:
        """Put commands into a menu, which hears all keys by itself while it is open."""
        menu.installEventFilter(self._letters)
        for item in items:
            if item == SEPARATOR:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[item])

    def hear_in(self, widget: QWidget, *, canvas: bool = False) -> None:
        """Let the keys be heard in a window, or those of the canvas in a ``canvas``."""
        widget.addActions([self._actions[command.id] for command in self._known.values() if command.canvas is canvas])

    def _made(self, command: Command) -> QAction:
        action = QAction(command.menu_text, self)
        action.setObjectName(command.id)
        action.setCheckable(command.checkable)
        action.setStatusTip(command.about_words or command.words)
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut if command.canvas else Qt.ShortcutContext.WindowShortcut
        action.setShortcutContext(context)
        action.triggered.connect(lambda: self._do(command.id))
        action.setEnabled(False)
        return action

    def _do(self, command_id: str) -> None:
        editor = QApplication.focusWidget()
        if isinstance(editor, QAbstractSpinBox):
            # Its key left the keyboard where it was: what is typed there counts already.
            editor.interpretText()
        self._bound[command_id]()

    def _enable(self, command_id: str) -> None:
        possible = command_id in self._bound and self._known[command_id].holds(self._facts)
        self._actions[command_id].setEnabled(possible)

    def _draw(self) -> None:
        for command in self._known.values():
            if command.icon:
                self._actions[command.id].setIcon(self._theme.icon(command.icon))

    def _name_keys(self) -> None:
        for command in self._known.values():
            key = self.shortcuts.of(command)
            action = self._actions[command.id]
            action.setShortcut(QKeySequence(key))
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{command.words} ({shown})" if shown else command.words)
