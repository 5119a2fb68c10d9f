"""Edits Python source, with its syntax coloured and its indentation kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QFontMetricsF, QKeyEvent, QTextCursor
from PyQt6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from .editor import Editor
from .growing import GrowingText
from .highlighting import PythonHighlighter
from .reading import MIXED, UNSET, text_of

if TYPE_CHECKING:
    from .....core.modules import Port
    from ...theme.theme import Theme

INDENT = "    "
_NAMES = re.compile(r"(^|_)(code|source|script|expression|statement)$")


def is_code(port: Port, kinds: frozenset[str]) -> bool:
    """Say whether a port takes Python: text that is named so."""
    return kinds == {"str"} and bool(_NAMES.search(port.name))


class CodeEditor(Editor):
    """A field for source: Enter keeps the indentation, Ctrl+] and Ctrl+[ change it, Tab goes to the next field."""

    wide = True

    def __init__(self, port: Port, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self._theme, self._told = theme, ""
        self.text = GrowingText(self, least=3, most=24)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
        self._attend(self.text)
        document = self.text.document()
        assert document is not None, "a text has a document"
        self.highlighter = PythonHighlighter(document, theme)
        self.text.textChanged.connect(self._tell)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_value(UNSET)

    def show_value(self, value: Any) -> None:
        """Show a source."""
        default = text_of(self.port.default) if self.port.optional else self.tr("write Python here")
        self.text.setPlaceholderText(self.tr("several values") if value is MIXED else default)
        self._write(text_of(value))

    def draft(self) -> str:
        """Return the source."""
        return self.text.toPlainText()

    def show_draft(self, draft: Any) -> None:
        """Write a source."""
        self._write(draft)
        self.edited.emit(draft or UNSET)

    def _write(self, text: str) -> None:
        self._told = text
        if text != self.draft():
            blocked = self.text.blockSignals(True)
            self.text.setPlainText(text)
            self.text.blockSignals(blocked)
            self.highlighter.rehighlight()
            self.text.fit()

    def _tell(self) -> None:
        # Colouring counts as a change of the text as well.
        text = self.draft()
        if text != self._told:
            self._told = text
            self.edited.emit(text or UNSET)

    def _dress(self) -> None:
        font = self._theme.monospace()
        self.text.setFont(font)
        self.text.setTabStopDistance(QFontMetricsF(font).horizontalAdvance(INDENT))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Keep and change the indentation."""
        if watched is self.text and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not control:
                self._break_line()
                return True
            if control and event.key() in {Qt.Key.Key_BracketRight, Qt.Key.Key_BracketLeft}:
                self._indent(more=event.key() == Qt.Key.Key_BracketRight)
                return True
        return super().eventFilter(watched, event)

    def _break_line(self) -> None:
        cursor = self.text.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock()]
        indent = line[: len(line) - len(line.lstrip())]
        cursor.insertText("\n" + indent + (INDENT if line.rstrip().endswith(":") else ""))
        self.text.setTextCursor(cursor)
        self.text.ensureCursorVisible()

    def _indent(self, *, more: bool) -> None:
        cursor = self.text.textCursor()
        document = self.text.document()
        if document is None:
            return
        block, end = document.findBlock(cursor.selectionStart()), cursor.selectionEnd()
        cursor.beginEditBlock()
        while block.isValid() and block.position() <= end:
            edge = QTextCursor(block)
            if more:
                edge.insertText(INDENT)
            else:
                blanks = len(block.text()) - len(block.text().lstrip(" "))
                edge.movePosition(
                    QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, min(blanks, len(INDENT))
                )
                edge.removeSelectedText()
            block = block.next()
        cursor.endEditBlock()
