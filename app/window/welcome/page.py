"""The welcome page: ways to begin, the files that were open last, and the examples with their pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ..labels import write_as
from ..theme.tokens import GRID, HEADING
from .gallery import Gallery
from .recent import RecentFiles

if TYPE_CHECKING:
    from ..commands.commands import Commands
    from ..files.aside import Aside
    from ..shared import Shared

LEFT_WIDTH = 264
TITLE = 1.6


class WelcomePage(QScrollArea):
    """``example_wanted`` tells the name of an example, and whether it shall be run at once."""

    example_wanted = pyqtSignal(str, bool)
    file_wanted = pyqtSignal(Path)

    def __init__(self, shared: Shared, commands: Commands, aside: Aside, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shared, self._commands = shared, commands
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Welcome"))
        self.gallery = Gallery(shared.theme, aside)
        self.gallery.wanted.connect(self.example_wanted)
        self.recent = RecentFiles(shared.settings, shared.theme)
        self.recent.wanted.connect(self.file_wanted)
        self._headings: list[QLabel] = []
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(10 * GRID, 9 * GRID, 10 * GRID, 8 * GRID)
        row.setSpacing(10 * GRID)
        row.addLayout(self._left())
        row.addLayout(self._right(), 1)
        self.setWidget(holder)
        shared.theme.changed.connect(self._dress)
        shared.settings.changed.connect(lambda name: self._dress() if name == "tour_seen" else None)
        self._dress()

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(2 * GRID)
        self._picture, self._name, self._about = QLabel(), QLabel("Treadle"), QLabel()
        self._about.setText(self.tr("Pipelines of Python functions, run in parallel"))
        self._about.setWordWrap(True)
        self._picture.setAccessibleName(self.tr("Treadle’s icon"))
        for label in (self._picture, self._name, self._about):
            column.addWidget(label)
        column.addSpacing(4 * GRID)
        self.new = self._command("file.new", self.tr("New pipeline"))
        self.open = self._command("file.open", self.tr("Open…"))
        self.tour = self._command("help.tour", self.tr("Take the tour"))
        for button in (self.new, self.open, self.tour):
            column.addWidget(button)
        column.addSpacing(4 * GRID)
        column.addWidget(self._heading(self.tr("Recent")))
        column.addWidget(self.recent)
        column.addStretch(1)
        for widget in (self._about, self.new, self.open, self.tour, self.recent):
            widget.setFixedWidth(LEFT_WIDTH)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(3 * GRID)
        column.addWidget(self._heading(self.tr("Examples")))
        column.addWidget(self.gallery)
        column.addStretch(1)
        return column

    def _command(self, command_id: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("command", command_id)
        button.setToolTip(self._commands.action(command_id).toolTip())
        button.clicked.connect(lambda: self._commands.run(command_id))
        return button

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text)
        self._headings.append(label)
        return label

    def _first_step(self) -> QPushButton:
        """Who has not seen the tour is led to it."""
        return self.new if self._shared.settings.flag("tour_seen") else self.tour

    def _dress(self) -> None:
        theme, colours = self._shared.theme, self._shared.theme.colours
        self._picture.setPixmap(theme.pixmap("treadle", colours.accent, 48, self.devicePixelRatioF()))
        write_as(self._name, theme, TITLE, semibold=True)
        write_as(self._about, theme, colour=colours.secondary)
        for label in self._headings:
            write_as(label, theme, HEADING, semibold=True)
        for button in (self.new, self.open, self.tour):
            command = self._commands.command(str(button.property("command")))
            first = button is self._first_step()
            button.setIcon(theme.icon(command.icon, colours.on_accent if first else ""))
            button.setDefault(first)
            button.setStyleSheet(f"text-align: left; padding: {2 * GRID}px {3 * GRID}px")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
