"""Editors that lie over a card, a frame or a comment while its words are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtWidgets import QLineEdit, QPlainTextEdit
from PyQt6.sip import isdeleted

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtCore import QRectF
    from PyQt6.QtGui import QFocusEvent, QKeyEvent
    from PyQt6.QtWidgets import QWidget

    from .view import CanvasView

LEAST_WIDTH, LEAST_HEIGHT = 160, 30
MOST_WORDS = 10_000
"""Characters of a comment."""


def _lay_over(editor: QWidget, canvas: CanvasView, box: QRectF) -> None:
    x, y = canvas.camera.to_view(box.left(), box.top())
    scale = canvas.camera.scale
    width, height = max(box.width() * scale, LEAST_WIDTH), max(box.height() * scale, LEAST_HEIGHT)
    editor.setGeometry(round(x), round(y), round(width), round(height))


class _Over:
    """Goes away once, and hands over what was typed. ``editor`` is a child of the canvas."""

    def __init__(self, editor: QWidget, canvas: CanvasView, done: Callable[[str], None]) -> None:
        self._editor, self._canvas, self._done = editor, canvas, done
        self._over = False

    def end(self, text: Callable[[], str] | None) -> None:
        """Take what was typed, or leave what was; an editor that is gone is not asked."""
        if self._over or isdeleted(self._canvas):
            return
        self._over = True
        typed = text() if text is not None else None
        self._editor.hide()
        self._editor.deleteLater()
        self._canvas.setFocus()
        if typed is not None:
            self._done(typed)


class TitleEditor(QLineEdit):
    """One line: Enter takes it, Escape leaves what was."""

    def __init__(self, canvas: CanvasView, box: QRectF, text: str, done: Callable[[str], None]) -> None:
        super().__init__(text, canvas)
        self._over = _Over(self, canvas, done)
        self.setAccessibleName(self.tr("Title"))
        self.setMaxLength(200)
        self.selectAll()
        _lay_over(self, canvas, box)

    def finish(self, *, take: bool = True) -> None:
        """Go away, once."""
        self._over.end((lambda: self.text().strip()) if take else None)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Take what was typed, or not."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.finish()
        elif event is not None and event.key() == Qt.Key.Key_Escape:
            self.finish(take=False)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent | None) -> bool:
        """Keep the keys of the window's menus while typing."""
        if event is not None and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802
        """Take what was typed: the person went on."""
        super().focusOutEvent(event)
        self.finish()


class CommentEditor(QPlainTextEdit):
    """Several lines: Escape or a click elsewhere takes them."""

    def __init__(self, canvas: CanvasView, box: QRectF, text: str, done: Callable[[str], None]) -> None:
        super().__init__(text, canvas)
        self._over = _Over(self, canvas, done)
        self.setAccessibleName(self.tr("Comment"))
        self.selectAll()
        _lay_over(self, canvas, box)

    def finish(self) -> None:
        """Take what was typed and go away, once."""
        self._over.end(lambda: self.toPlainText().strip()[:MOST_WORDS])

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Escape ends the typing."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.finish()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802
        """Take what was typed: the person went on."""
        super().focusOutEvent(event)
        self.finish()
