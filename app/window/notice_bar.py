"""A bar above a document that says what holds of it, until that holds no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from .theme.tokens import GRID, ICON_SMALL

if TYPE_CHECKING:
    from .theme.theme import Theme


class NoticeBar(QFrame):
    """A sign, words, and buttons at the right; it is as high as its words. A kind of it says in ``draw`` what holds."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._sign, self.words = QLabel(self), QLabel(self)
        self.words.setWordWrap(True)
        self.setObjectName("notice")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(3 * GRID, GRID, 2 * GRID, GRID)
        self._row.setSpacing(2 * GRID)
        self._row.addWidget(self._sign)
        self._row.addWidget(self.words, 1)
        theme.changed.connect(self.draw)

    def draw(self) -> None:
        """Say what holds now."""
        raise NotImplementedError

    def button(self, verb: str = "") -> QPushButton:
        """Add a button."""
        button = QPushButton(verb, self)
        button.setAutoDefault(False)
        self._row.addWidget(button)
        return button

    def dress(self, icon: str, colour: str) -> None:
        """Show a sign, and an edge below, in a colour."""
        self._sign.setPixmap(self.theme.pixmap(icon, colour, ICON_SMALL, self.devicePixelRatioF()))
        ground = self.theme.colours.raised
        self.setStyleSheet(f"#notice {{ background: {ground}; border: none; border-bottom: 1px solid {colour}; }}")
