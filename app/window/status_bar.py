"""The status bar: who works at the left, how far it is at the right, and in between what a command would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QStatusTipEvent
from PyQt6.QtWidgets import QLabel, QMainWindow, QSizePolicy, QStatusBar, QWidget

from .labels import write_as
from .theme.tokens import GRID

if TYPE_CHECKING:
    from PyQt6.QtGui import QResizeEvent

    from .theme.theme import Theme

SAID_MS = 10_000


class StatusBar(QStatusBar):
    """Of a window, whose commands it describes while the pointer is on them: what else it shows stays in sight."""

    def __init__(self, left: QWidget, right: QWidget, theme: Theme, window: QMainWindow) -> None:
        super().__init__(window)
        self._theme = theme
        self.hint = Hint(self)
        self.setAccessibleName(self.tr("Status"))
        self.setSizeGripEnabled(False)
        self.addWidget(left)
        self.addWidget(self.hint, 1)
        self.addPermanentWidget(right)
        window.installEventFilter(self)
        theme.changed.connect(self._dress)
        self._dress()

    def say(self, text: str) -> None:
        """Tell something in passing, in place of all but what is at the right."""
        self.showMessage(text, SAID_MS)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take what Qt would have cover the bar while the pointer is on a command."""
        if isinstance(event, QStatusTipEvent):
            self.hint.show_text(event.tip())
            return True
        return super().eventFilter(watched, event)

    def _dress(self) -> None:
        write_as(self.hint, self._theme, colour=self._theme.colours.secondary)


class Hint(QLabel):
    """A line that is cut where there is no room for it, and asks for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)

    def show_text(self, text: str) -> None:
        """Show a text."""
        self.whole = text
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Show as much of it as there is room for now."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideRight, self.contentsRect().width())
        if shown != self.text():
            self.setText(shown)
