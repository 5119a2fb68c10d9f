"""What dialogs that end something of a cluster share: they name what should have ended and has not, and kill it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from ...labels import write_as
from ...runs.details import READING
from ...theme.tokens import CAPTION, GRID, STATES
from . import words
from .sheet import ClusterSheet

if TYPE_CHECKING:
    from .....core.protocol import StillThere
    from ...theme.theme import Theme
    from ..clusters import Clusters
    from ..operation import Operation

WIDTH, HEIGHT = 480, 20 * GRID


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


class EndingSheet(ClusterSheet):
    """About the cluster that was in front at first, ``about_one``. Closes once all has ended that should have."""

    def __init__(self, clusters: Clusters, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(clusters, theme, parent)
        self.about_one = clusters.current
        self.title = self.heading("")
        self.still_there = StillThereBox(theme, self)
        self.still_there.kill_wanted.connect(self.kill)
        self.setMinimumWidth(WIDTH)
        self.tight = True

    def add_rest(self) -> None:
        """Add what stands below the texts: what still lives, and the first button."""
        self.body.addSpacing(GRID)
        self.body.addWidget(self.still_there)
        self.body.addStretch(1)
        self.closing_button(self.tr("Cancel"))

    def begin_to_end(self, operation: Operation) -> None:
        """Show an operation that answers with what still lives."""
        self.still_there.hide()
        self.begin(operation, self._told)

    def kill(self) -> None:
        """Kill what did not end."""
        self.begin(self.clusters.end_by_force(self.about_one), self._told)

    def _told(self, answer: StillThere) -> None:
        if not self.still_there.tell(answer):
            self.accept()
        else:
            self.title.setText(self.tr("Not all of cluster {name} has ended").format(name=self.about_one))
