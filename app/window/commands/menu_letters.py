"""Keeps the letters that are pressed while a menu is open for that menu."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject


class MenuLetters(QObject):
    """Filters the events of menus. Without it, D in any menu disables the selected nodes: D is the key of *Disable*."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take each key before the keys of commands are looked for."""
        if event is not None and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().eventFilter(watched, event)
