"""What editors have in common that are one line of text with a button beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from .editor import Editor
from .reading import MIXED, text_of

if TYPE_CHECKING:
    from .....core.modules import Port

SPACING = 2


class LineEditor(Editor):
    """A line whose text is the draft, and a button that asks for it in another way."""

    def __init__(self, port: Port, line: QLineEdit, about: str, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self.line, self.button = line, QToolButton(self)
        self.button.setToolTip(about)
        self.button.setAccessibleName(f"{port.name}: {about}")
        self.button.clicked.connect(self.ask)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.button)
        self._attend(self.line)
        self.line.textEdited.connect(lambda _text: self._tell())

    def show_value(self, value: Any) -> None:
        """Show a value as text; what stands for no value is a placeholder."""
        needed = text_of(self.port.default) if self.port.optional else self.tr("needed")
        self.line.setPlaceholderText(self.tr("several values") if value is MIXED else needed)
        text = "" if value is None else text_of(value)
        if text != self.line.text():
            self.line.setText(text)
        self._shown()

    def draft(self) -> str:
        """Return the text."""
        return self.line.text()

    def show_draft(self, draft: Any) -> None:
        """Write a text."""
        self.line.setText(draft)
        self._tell()

    def ask(self) -> None:
        """Ask for the value in another way, without holding up the window."""
        raise NotImplementedError

    def _tell(self) -> None:
        """Say what the text is the value of."""
        raise NotImplementedError

    def _shown(self) -> None:
        """Follow what is shown."""
