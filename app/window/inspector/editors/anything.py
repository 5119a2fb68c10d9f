"""Edits a value of any kind, as text or JSON, and says what it was taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ...theme.tokens import CAPTION, GRID
from .editor import Editor
from .growing import GrowingText
from .reading import MIXED, UNSET, Fault, Unset, read_anything, text_of, write_anything

if TYPE_CHECKING:
    from .....core.modules import Port
    from ...theme.theme import Theme


class AnythingEditor(Editor):
    """Numbers, true, false, null, "text", [lists] and {mappings} as JSON has them; other words are text."""

    wide = True

    def __init__(self, port: Port, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self.text, self.note = GrowingText(self), QLabel(self)
        self.text.setFont(theme.monospace())
        self.note.setFont(theme.font(CAPTION))
        self.note.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self.text)
        layout.addWidget(self.note)
        self._attend(self.text)
        self.text.textChanged.connect(self._tell)
        self.show_value(UNSET)

    def show_value(self, value: Any) -> None:
        """Show a value."""
        default = text_of(self.port.default) if self.port.optional else self.tr("needed")
        self.text.setPlaceholderText(self.tr("several values") if value is MIXED else default)
        read = read_anything(self.text.toPlainText())
        if isinstance(value, Unset):
            self._write("")
        elif type(read) is not type(value) or read != value:
            self._write(write_anything(value))
        self._say(value)

    def draft(self) -> str:
        """Return the text."""
        return self.text.toPlainText()

    def show_draft(self, draft: Any) -> None:
        """Write a text."""
        self._write(draft)
        self._tell()

    def _write(self, text: str) -> None:
        if text != self.text.toPlainText():
            blocked = self.text.blockSignals(True)
            self.text.setPlainText(text)
            self.text.blockSignals(blocked)
            self.text.fit()

    def _tell(self) -> None:
        read = read_anything(self.text.toPlainText())
        self._say(read)
        self.edited.emit(read)

    def _say(self, value: Any) -> None:
        text = self._kind(value)
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _kind(self, value: Any) -> str:
        match value:
            case Unset() | Fault() | None:
                return self.tr("nothing (null)") if value is None else ""
            case bool():
                return self.tr("truth value")
            case int() | float():
                return self.tr("number")
            case str():
                return self.tr("text")
            case list() | tuple():
                return self.tr("list of {number}").format(number=len(value))
            case dict():
                return self.tr("mapping of {number}").format(number=len(value))
        return type(value).__name__
