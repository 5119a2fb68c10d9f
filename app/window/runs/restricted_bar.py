"""The bar above a document whose code nobody here has trusted yet: it opens, edits and checks, and does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from ..theme.tokens import GRID, ICON_SMALL, STATES

if TYPE_CHECKING:
    from ..theme.theme import Theme
    from .runs import Runs


class RestrictedBar(QFrame):
    """Shown while the document is restricted; ``look_requested`` asks to show the code."""

    look_requested = pyqtSignal()

    def __init__(self, runs: Runs, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs, self._theme = runs, theme
        self._lock, self._words = QLabel(self), QLabel(self)
        self._words.setWordWrap(True)
        look = QPushButton(self.tr("Look at the code…"), self)
        look.setAutoDefault(False)
        look.clicked.connect(self.look_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(self._lock)
        row.addWidget(self._words, 1)
        row.addWidget(look)
        self.setObjectName("restricted")
        self.setAccessibleName(self.tr("Restricted"))
        runs.trusting.changed.connect(self._draw)
        theme.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        trusting, colours = self._runs.trusting, self._theme.colours
        count = len(trusting.code)
        self._words.setText(
            self.tr("Restricted: {number} places in this pipeline hold code that nobody here has trusted. "
                    "You can edit and check it; running asks first.").format(number=count)
        )  # fmt: skip
        colour = STATES["stale"].colour.on(colours)
        self._lock.setPixmap(self._theme.pixmap("lock", colour, ICON_SMALL, self.devicePixelRatioF()))
        self.setStyleSheet(
            f"#restricted {{ background: {colours.raised}; border: none; border-bottom: 1px solid {colour}; }}"
        )
        self.setVisible(trusting.restricted is True)
