"""A question: asked in one line, its consequence in the next, verbs on the buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from ..labels import write_as
from ..theme.tokens import GRID, HEADING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..theme.theme import Theme

WIDTH = 380
MOST_LINES = 10
"""So many lines of details are seen at once."""


class Choice(NamedTuple):
    """A button: what it is called in the code, and the verb on it. The one that changes nothing is called ``""``."""

    name: str
    verb: str
    on_left: bool = False


class Question(QDialog):
    """Asks one thing. ``answered`` tells the name of the choice; Escape and closing are ``""``: nothing changes.

    ``safe`` is the name of the button that Return presses. ``details`` is text to read, select and copy.
    """

    answered = pyqtSignal(str)

    def __init__(
        self,
        theme: Theme,
        question: str,
        consequence: str,
        choices: Sequence[Choice],
        *,
        safe: str = "",
        details: str = "",
        icon: str = "help",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Treadle"))
        self.setAccessibleName(question)
        self.setAccessibleDescription(consequence)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._answer = ""
        self.buttons: dict[str, QPushButton] = {}
        texts = QVBoxLayout()
        texts.setSpacing(2 * GRID)
        texts.addWidget(self._label(question, theme, heading=True))
        texts.addWidget(self._label(consequence, theme))
        if details:
            texts.addWidget(self._details(details, theme))
        top = QHBoxLayout()
        top.setSpacing(4 * GRID)
        picture = QLabel()
        picture.setPixmap(theme.pixmap(icon, theme.colours.accent, 32, self.devicePixelRatioF()))
        picture.setAccessibleName(self.tr("Question"))
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(texts, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        outer.setSpacing(5 * GRID)
        outer.addLayout(top)
        outer.addLayout(self._row(choices, safe))
        self.buttons[safe].setFocus()
        self.finished.connect(lambda _code: self.answered.emit(self._answer))

    def ask(self, reply: Callable[[str], object]) -> None:
        """Show the question; ``reply`` gets the name of the answer."""
        self.answered.connect(reply)
        self.open()

    def _label(self, text: str, theme: Theme, *, heading: bool = False) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumWidth(WIDTH)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if heading:
            write_as(label, theme, HEADING, semibold=True)
        return label

    def _details(self, text: str, theme: Theme) -> QPlainTextEdit:
        shown = QPlainTextEdit(text)
        shown.setReadOnly(True)
        shown.setAccessibleName(self.tr("Details"))
        shown.setFont(theme.monospace(0.88))
        lines = min(MOST_LINES, max(2, shown.blockCount() + 1))
        shown.setFixedHeight(lines * QFontMetrics(shown.font()).lineSpacing() + 4 * GRID)
        return shown

    def _row(self, choices: Sequence[Choice], safe: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        for choice in (choice for choice in choices if choice.on_left):
            row.addWidget(self._button(choice, safe))
        row.addStretch(1)
        for choice in (choice for choice in choices if not choice.on_left):
            row.addWidget(self._button(choice, safe))
        return row

    def _button(self, choice: Choice, safe: str) -> QPushButton:
        button = QPushButton(choice.verb)
        button.setAutoDefault(False)
        button.setDefault(choice.name == safe)
        button.clicked.connect(lambda: self._choose(choice.name))
        self.buttons[choice.name] = button
        return button

    def _choose(self, name: str) -> None:
        self._answer = name
        self.done(1 if name else 0)
