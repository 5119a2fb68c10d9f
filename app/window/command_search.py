"""The search of all commands: what it lists, by what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, QTimer
from PyQt6.QtGui import QKeySequence

from .commands.table import COMMANDS
from .search.entries import Entry, matching

if TYPE_CHECKING:
    from .commands.commands import Commands
    from .search.popup import SearchPopup
    from .window import Window

_TOP = 72


def command_entries(commands: Commands) -> list[Entry]:
    """Return an entry for each command, those that can be asked for now first."""
    entries = [_entry(commands, command.id) for command in COMMANDS if command.id != "view.commands"]
    return sorted(entries, key=lambda entry: not entry.enabled)


def _entry(commands: Commands, command_id: str) -> Entry:
    command = commands.command(command_id)
    key = QKeySequence(commands.shortcuts.of(command)).toString(QKeySequence.SequenceFormat.NativeText)
    return Entry(
        command.words,
        # What a command opens shall not be closed with the list.
        lambda: QTimer.singleShot(0, lambda: commands.run(command_id)),
        command.group_words,
        icon=command.icon or "right",
        shortcut=key,
        tooltip=command.about_words,
        words=command.about_words,
        enabled=commands.is_enabled(command_id),
    )


def search_commands(window: Window, popup: SearchPopup) -> None:
    """Let the person search a command; it is done when chosen."""
    entries = command_entries(window.commands)
    place = window.mapToGlobal(QPoint((window.width() - popup.sizeHint().width()) // 2, _TOP))
    popup.open_at(place, lambda word: matching(entries, word), window.tr("Search commands"))
