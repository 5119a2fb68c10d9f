"""A row of small buttons with icons, for what can be done with a list, a table or a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from .theme.tokens import CAPTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from .theme.theme import Theme


class Buttons(QWidget):
    """A row of buttons with icons; what they are for is their tooltip and accessible name."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons: dict[QToolButton, str] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addStretch()
        theme.changed.connect(self._dress)

    def add(self, icon: str, text: str, act: Callable[[], object]) -> QToolButton:
        """Add a button and return it."""
        button = QToolButton(self)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.clicked.connect(lambda _checked: act())
        self._icons[button] = icon
        self._row.insertWidget(self._row.count() - 1, button)
        self._dress()
        return button

    def _dress(self) -> None:
        for button, icon in self._icons.items():
            button.setIcon(self._theme.icon(icon))
            button.setFont(self._theme.font(CAPTION))
