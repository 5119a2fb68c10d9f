"""A text field of several lines that is as high as its text, within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from ...theme.tokens import GRID

if TYPE_CHECKING:
    from PyQt6.QtGui import QResizeEvent, QShowEvent

LEAST, MOST = 1, 12


class GrowingText(QPlainTextEdit):
    """Plain text; Tab goes on to the next field unless the text is code."""

    def __init__(self, parent: QWidget | None = None, *, least: int = LEAST, most: int = MOST) -> None:
        super().__init__(parent)
        self._least, self._most = least, most
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self.fit)
        self.fit()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the width of a few words, and the height of the text."""
        return QSize(self.fontMetrics().horizontalAdvance("0") * 20, self._wanted_height())

    def _wanted_height(self) -> int:
        document = self.document()
        lines = document.size().height() if document is not None else 1
        shown = max(self._least, min(self._most, int(lines)))
        margin = 2 * int(document.documentMargin()) if document is not None else 0
        viewport = self.viewport()
        around = self.height() - viewport.height() if viewport is not None and self.isVisible() else 2 * GRID + 2
        return shown * (self.fontMetrics().lineSpacing() + 1) + margin + around

    def fit(self) -> None:
        """Be as high as the text."""
        wanted = self._wanted_height()
        if wanted != self.height():
            self.setFixedHeight(wanted)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Be as high as the text, now that the style is known."""
        super().showEvent(event)
        self.fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Wrap anew, and be as high as that needs."""
        super().resizeEvent(event)
        self.fit()
