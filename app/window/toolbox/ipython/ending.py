"""The page that dialogs show when something should have ended and has not: what it is, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from ...labels import write_as
from ...runs.details import READING
from ...theme.tokens import CAPTION, GRID, STATES
from . import words

if TYPE_CHECKING:
    from .....core.protocol import StillThere
    from ...theme.theme import Theme

HEIGHT = 20 * GRID


class StillThereBox(QWidget):
    """Names what still lives. ``kill_wanted`` asks to kill it."""

    kill_wanted = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title = QLabel(self)
        self.title.setWordWrap(True)
        self.list = QPlainTextEdit(self)
        self.list.setReadOnly(True)
        self.list.setTextInteractionFlags(READING)
        self.list.setAccessibleName(self.tr("What has not ended"))
        self.list.setFixedHeight(HEIGHT)
        self.kill = QPushButton(self.tr("Kill"), self)
        self.kill.setAutoDefault(False)
        self.kill.setToolTip(self.tr("End them at once, whatever they do"))
        self.kill.clicked.connect(self.kill_wanted)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.title, 1)
        row.addWidget(self.kill)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(row)
        layout.addWidget(self.list)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def tell(self, there: StillThere) -> bool:
        """Show what still lives; say whether anything does."""
        count = len(there.processes)
        self.title.setText(self.tr("{processes} did not end in time.").format(processes=words.processes(count)))
        self.list.setPlainText(words.living(there.processes))
        self.setVisible(bool(count))
        return bool(count)

    def _dress(self) -> None:
        write_as(self.title, self._theme, semibold=True, colour=STATES["failed"].colour.on(self._theme.colours))
        self.list.setFont(self._theme.monospace(CAPTION))
