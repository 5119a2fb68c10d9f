"""What stands where there is nothing yet: what the place is for, and the button for what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from .theme.tokens import GRID, HEADING, ICON

if TYPE_CHECKING:
    from .theme.theme import Theme


class EmptyPlace(QWidget):
    """An icon, a line, a sentence and perhaps a button; ``wanted`` tells that the button was pressed."""

    wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = ""
        self._picture, self._title, self._text = QLabel(self), QLabel(self), QLabel(self)
        self._button = QPushButton(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * GRID, 6 * GRID, 4 * GRID, 4 * GRID)
        layout.setSpacing(2 * GRID)
        for label in (self._picture, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(label is not self._picture)
            layout.addWidget(label)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button.clicked.connect(self.wanted)
        theme.changed.connect(self._dress)
        self._dress()

    def say(self, title: str, text: str, icon: str = "", button: str = "") -> None:
        """Show this; without a ``button`` there is none."""
        self._icon = icon
        self._title.setText(title)
        self._text.setText(text)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._dress()

    @property
    def said(self) -> str:
        """The title and the text that are shown."""
        return f"{self._title.text()} {self._text.text()}".strip()

    def press(self) -> None:
        """Do what the button does."""
        self._button.click()

    def _dress(self) -> None:
        colours = self._theme.colours
        self._title.setFont(self._theme.font(HEADING, semibold=True))
        self._text.setStyleSheet(f"color: {colours.secondary}")
        self._picture.setVisible(bool(self._icon))
        if self._icon:
            self._picture.setPixmap(
                self._theme.pixmap(self._icon, colours.disabled, 2 * ICON, self.devicePixelRatioF())
            )
