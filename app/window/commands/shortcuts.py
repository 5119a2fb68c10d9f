"""The keys of commands as the person has them: unique, and kept where they differ from ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QKeySequence

from .table import COMMANDS

if TYPE_CHECKING:
    from ..settings import Settings
    from .command import Command

RESERVED = ("Tab", "Shift+Tab", "Escape", "Return", "Space")
"""These lead through the window and belong to no command."""


class Shortcuts(QObject):
    """Which key asks for which command. ``changed`` tells that one is another now."""

    changed = pyqtSignal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._chosen = {
            command.id: chosen for command in COMMANDS if (chosen := settings.shortcut(command.id)) is not None
        }

    def of(self, command: Command) -> str:
        """Return the key of a command, as portable text; empty if it has none."""
        return self._chosen.get(command.id, command.shortcut)

    def clash(self, command: Command, key: str) -> Command | None:
        """Return the other command that has this key; None if it is free."""
        wanted = QKeySequence(key)
        if wanted.isEmpty():
            return None
        others = (other for other in COMMANDS if other.id != command.id)
        return next((other for other in others if QKeySequence(self.of(other)) == wanted), None)

    def is_reserved(self, key: str) -> bool:
        """Say whether a key leads through the window and can be no command's."""
        return any(QKeySequence(key) == QKeySequence(reserved) for reserved in RESERVED)

    def choose(self, command: Command, key: str) -> None:
        """Give a command a key, or none if it is empty; the key must be free."""
        assert self.clash(command, key) is None, f"{key} is taken"
        portable = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
        if portable == command.shortcut:
            self._chosen.pop(command.id, None)
        else:
            self._chosen[command.id] = portable
        self._settings.set_shortcut(command.id, self._chosen.get(command.id))
        self.changed.emit()

    def reset(self) -> None:
        """Give all commands the keys they had at first."""
        for command_id in self._chosen:
            self._settings.set_shortcut(command_id, None)
        self._chosen.clear()
        self.changed.emit()
