"""The bar above the pipelines for what an earlier session left: a line for each, with what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..labels import write_as
from ..theme.tokens import CAPTION, GRID, ICON_SMALL, STATES
from . import words
from .page import text_label

if TYPE_CHECKING:
    from ..theme.theme import Theme
    from .leftovers import Found, Leftovers

MOST_LINES = 3
"""So many are shown at once; others come up as these are dealt with."""


class LeftoverBar(QFrame):
    """Shown while there is anything to decide on."""

    def __init__(self, leftovers: Leftovers, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._leftovers, self._theme = leftovers, theme
        self.lines: dict[str, Line] = {}
        self.setObjectName("leftovers")
        self.setAccessibleName(words.tr("What an earlier session left"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        leftovers.changed.connect(self._draw)
        theme.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"#leftovers {{ background: {colours.raised}; border: none; border-bottom: 1px solid {colours.border}; }}"
        )
        for line in self.lines.values():
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        shown = self._leftovers.found[:MOST_LINES]
        self.lines = {one.key: Line(one, self._theme, self._leftovers) for one in shown}
        for line in self.lines.values():
            self._column.addWidget(line)
        self.setVisible(bool(shown))


class Line(QWidget):
    """One of them."""

    def __init__(self, found: Found, theme: Theme, leftovers: Leftovers) -> None:
        super().__init__()
        self.setAccessibleName(found.text)
        self.setAccessibleDescription(found.detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(2 * GRID)
        picture = QLabel()
        picture.setPixmap(theme.pixmap(found.icon, theme.colours.accent, ICON_SMALL, self.devicePixelRatioF()))
        row.addWidget(picture)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(text_label(found.text, theme))
        texts.addWidget(text_label(found.detail, theme, caption=True))
        if found.problem:
            problem = text_label(found.problem, theme)
            write_as(problem, theme, CAPTION, colour=STATES["failed"].colour.on(theme.colours))
            texts.addWidget(problem)
        row.addLayout(texts, 1)
        self.buttons: dict[str, QPushButton] = {}
        if found.doing:
            row.addWidget(text_label(found.doing, theme), 0, Qt.AlignmentFlag.AlignRight)
            return
        for name, verb in found.verbs:
            button = QPushButton(verb)
            button.setAutoDefault(False)
            button.setAccessibleDescription(found.text)
            button.clicked.connect(lambda _on, name=name: leftovers.act(found.key, name))
            self.buttons[name] = button
            row.addWidget(button)


def under(bar: LeftoverBar, widget: QWidget) -> QWidget:
    """Return a widget with the bar above it."""
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(bar)
    column.addWidget(widget, 1)
    return both
