"""A page of the exit dialog: a question, its consequence, what it is about, and verbs on buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..labels import write_as
from ..theme.tokens import CAPTION, GRID, HEADING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..theme.theme import Theme

WIDTH = 600


class Page(QWidget):
    """Says something and perhaps asks. ``answered`` tells the name of the button that was pressed.

    ``safe`` is the name of the button that Return and Escape press; without one, Escape does nothing.
    """

    answered = pyqtSignal(str)

    def __init__(self, theme: Theme, question: str, consequence: str) -> None:
        super().__init__()
        self.theme = theme
        self.question, self.consequence = question, consequence
        self.safe = ""
        self.buttons: dict[str, QPushButton] = {}
        self.setMinimumWidth(WIDTH)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        self._outer.setSpacing(4 * GRID)
        texts = QVBoxLayout()
        texts.setSpacing(2 * GRID)
        heading = text_label(question, theme)
        write_as(heading, theme, HEADING, semibold=True)
        self.told = text_label(consequence, theme)
        texts.addWidget(heading)
        texts.addWidget(self.told)
        self._outer.addLayout(texts)
        self.body = QVBoxLayout()
        self.body.setSpacing(2 * GRID)
        self._outer.addLayout(self.body, 1)

    def add_buttons(self, left: Sequence[tuple[str, str]], right: Sequence[tuple[str, str]], safe: str = "") -> None:
        """Add buttons, each by its name and its verb."""
        self.safe = safe
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        for name, verb in left:
            row.addWidget(self._button(name, verb))
        row.addStretch(1)
        for name, verb in right:
            row.addWidget(self._button(name, verb))
        self._outer.addLayout(row)

    def begin(self) -> None:
        """Give the keyboard to the safe button."""
        if self.safe:
            self.buttons[self.safe].setFocus()

    def _button(self, name: str, verb: str) -> QPushButton:
        button = QPushButton(verb)
        button.setAutoDefault(False)
        button.setDefault(name == self.safe)
        button.clicked.connect(lambda: self.answered.emit(name))
        self.buttons[name] = button
        return button


def text_label(text: str, theme: Theme, *, caption: bool = False) -> QLabel:
    """Return a text that can be selected and copied."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if caption:
        write_as(label, theme, CAPTION, colour=theme.colours.secondary)
    return label
