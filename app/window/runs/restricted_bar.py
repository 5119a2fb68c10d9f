"""The bar above a document whose code nobody here has trusted yet: it opens, edits and checks, and does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal

from ..notice_bar import NoticeBar
from ..theme.tokens import STATES

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from ..theme.theme import Theme
    from .runs import Runs


class RestrictedBar(NoticeBar):
    """Shown while the document is restricted; ``look_requested`` asks to show the code."""

    look_requested = pyqtSignal()

    def __init__(self, runs: Runs, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._runs = runs
        self.setAccessibleName(self.tr("Restricted"))
        self.button(self.tr("Look at the code…")).clicked.connect(self.look_requested)
        runs.trusting.changed.connect(self.draw)
        self.draw()

    def draw(self) -> None:
        """Say what holds now."""
        trusting = self._runs.trusting
        text = (
            self.tr("Restricted: one place in this pipeline holds code that nobody here has trusted. "
                    "You can edit and check it; running asks first.")
            if len(trusting.code) == 1
            else self.tr("Restricted: {number} places in this pipeline hold code that nobody here has trusted. "
                         "You can edit and check it; running asks first.")
        )  # fmt: skip
        self.words.setText(text.format(number=len(trusting.code)))
        self.dress("lock", STATES["stale"].colour.on(self.theme.colours))
        self.setVisible(trusting.restricted is True)
