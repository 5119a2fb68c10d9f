"""The frame that all larger dialogs share: a heading, what it is about, and buttons below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..labels import write_as
from ..theme.tokens import GRID, HEADING

if TYPE_CHECKING:
    from PyQt6.QtGui import QShowEvent

    from ..theme.theme import Theme


class Sheet(QDialog):
    """A dialog with a heading; what it shows goes into ``body``, its buttons into ``row``. Escape closes it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.starts_in_fields = False
        self._closing: QPushButton | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        self._outer.setSpacing(4 * GRID)
        self.body = QVBoxLayout()
        self.body.setSpacing(2 * GRID)
        self._outer.addLayout(self.body, 1)
        self.row = QHBoxLayout()
        self.row.setSpacing(2 * GRID)
        self._outer.addLayout(self.row)

    def entitle(self, title: str) -> None:
        """Name the dialog."""
        self.setWindowTitle(title)
        self.setAccessibleName(title)

    def heading(self, text: str) -> QLabel:
        """Add a heading."""
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        write_as(label, self.theme, HEADING, semibold=True)
        self.body.addWidget(label)
        return label

    def text(self, text: str) -> QLabel:
        """Add a paragraph that can be selected and copied."""
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(label)
        return label

    def button(self, verb: str, *, default: bool = False) -> QPushButton:
        """Add a button to the row."""
        button = QPushButton(verb)
        button.setAutoDefault(False)
        button.setDefault(default)
        self.row.addWidget(button)
        return button

    def closing_button(self, verb: str = "", *, default: bool = True) -> QPushButton:
        """Add the button that closes, at the right."""
        self.row.addStretch(1)
        button = self.button(verb or self.tr("Close"), default=default)
        button.clicked.connect(self.reject)
        self._closing = button
        return button

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Begin at the button that closes where it is the one that Return presses."""
        super().showEvent(event)
        if self._closing is not None and self._closing.isDefault() and not self.starts_in_fields:
            self._closing.setFocus()
