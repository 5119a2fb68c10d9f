"""Edits text: one line, or as many as it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from .editor import Editor
from .growing import GrowingText
from .reading import MIXED, UNSET, Unset, text_of

if TYPE_CHECKING:
    from .....core.modules import Port

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class TextEditor(Editor):
    """Edits text; Shift+Enter begins a second line. Emptied it is empty; reset, it is the default again."""

    def __init__(self, port: Port, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self.line = QLineEdit(self)
        self.lines = GrowingText(self, least=2)
        self.lines.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)
        layout.addWidget(self.lines)
        self._attend(self.lines)
        self._attend(self.line)
        self.line.textEdited.connect(self._tell)
        self.lines.textChanged.connect(self._tell_lines)
        self._show_placeholder(self._default_text())
        if isinstance(port.default, str) and "\n" in port.default:
            self._take_lines("")

    def show_value(self, value: Any) -> None:
        """Show a text."""
        shown = {MIXED: self.tr("several values"), "": self.tr("empty")}
        self._show_placeholder(shown.get(value, self._default_text()) if isinstance(value, Unset | str) else "")
        text = text_of(value)
        if text != self.draft():
            self._write(text)

    def draft(self) -> str:
        """Return the text."""
        return self.lines.toPlainText() if self._several() else self.line.text()

    def show_draft(self, draft: Any) -> None:
        """Write a text."""
        self._write(draft)
        self._tell(draft)

    def _several(self) -> bool:
        return self.focusProxy() is self.lines

    def _write(self, text: str) -> None:
        if "\n" in text and not self._several():
            self._take_lines(text)
        elif self._several():
            blocked = self.lines.blockSignals(True)
            self.lines.setPlainText(text)
            self.lines.blockSignals(blocked)
            self.lines.fit()
        else:
            self.line.setText(text)

    def _take_lines(self, text: str) -> None:
        """Edit in the field of several lines from now on."""
        self.setFocusProxy(self.lines)
        self.line.hide()
        self.lines.show()
        self._write(text)

    def _tell(self, text: str) -> None:
        unset = not text and (not self.port.optional or not self.port.default)
        self.edited.emit(UNSET if unset else text)

    def _tell_lines(self) -> None:
        self._tell(self.lines.toPlainText())

    def _default_text(self) -> str:
        if not self.port.optional:
            return self.tr("needed")
        return text_of(self.port.default) or self.tr("empty")

    def _show_placeholder(self, text: str) -> None:
        self.line.setPlaceholderText(text)
        self.lines.setPlaceholderText(text)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Begin a second line where one is wanted."""
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if event.key() in _ENTER and shift:
                self._begin_second_line()
                return True
        return super().eventFilter(watched, event)

    def _begin_second_line(self) -> None:
        text, at = self.line.text(), self.line.cursorPosition()
        self._take_lines(text)
        self.lines.setFocus()
        cursor = self.lines.textCursor()
        cursor.setPosition(at)
        self.lines.setTextCursor(cursor)
        self.lines.insertPlainText("\n")
