"""One thing that is alive, with what is known of it and the choice between *Stop* and *Leave running*."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from ..labels import write_as
from ..theme.tokens import CAPTION, GRID, ICON, ICON_SMALL, STATES
from . import words
from .page import text_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ....core.protocol.clusters import Fate
    from ..theme.theme import Theme


class Row(QWidget):
    """``chosen`` tells the fate that the person chose; ``outcome`` gives the words for what it means."""

    chosen = pyqtSignal(str)

    def __init__(self, theme: Theme, icon: str, title: str, facts: Sequence[str], warning: str = "") -> None:
        super().__init__()
        self.title = title
        self.outcome: Callable[[], str] = lambda: ""
        self.setAccessibleName(title)
        self.setAccessibleDescription("\n".join([*facts, *([warning] if warning else [])]))
        self._theme = theme
        grid = QGridLayout(self)
        grid.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self._picture(icon, theme.colours.accent, ICON), 0, 0, top)
        texts = QVBoxLayout()
        texts.setSpacing(GRID)
        heading = text_label(title, theme)
        write_as(heading, theme, semibold=True)
        texts.addWidget(heading)
        for fact in facts:
            texts.addWidget(text_label(fact, theme, caption=True))
        grid.addLayout(texts, 0, 1)
        grid.addLayout(self._fates(), 0, 2, top)
        if warning:
            grid.addLayout(self._warning(warning), 1, 1, 1, 2)
        self._outcome = text_label("", theme)
        write_as(self._outcome, theme, CAPTION)
        grid.addWidget(self._outcome, 2, 1, 1, 2)
        grid.setRowStretch(3, 1)

    def choose(self, fate: Fate) -> None:
        """Choose a fate, as if the person had."""
        (self.leave if fate == "leave" else self.stop).setChecked(True)

    def say_outcome(self) -> None:
        """Say what the choice means."""
        self._outcome.setText(self.outcome())

    @property
    def told(self) -> str:
        """What the row says of the choice."""
        return self._outcome.text()

    def _fates(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4 * GRID)
        self.stop, self.leave = QRadioButton(words.tr("Stop")), QRadioButton(words.tr("Leave running"))
        for button, fate in ((self.stop, "stop"), (self.leave, "leave")):
            button.setAccessibleName(f"{button.text()}: {self.title}")
            button.toggled.connect(lambda on, fate=fate: self.chosen.emit(fate) if on else None)
            row.addWidget(button)
        return row

    def _warning(self, text: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        colour = STATES["stale"].colour.on(self._theme.colours)
        row.addWidget(self._picture("warning", colour, ICON_SMALL), 0, Qt.AlignmentFlag.AlignTop)
        label = text_label(text, self._theme)
        write_as(label, self._theme, CAPTION, colour=colour)
        row.addWidget(label, 1)
        return row

    def _picture(self, icon: str, colour: str, size: int) -> QLabel:
        picture = QLabel()
        picture.setPixmap(self._theme.pixmap(icon, colour, size, self.devicePixelRatioF()))
        return picture
