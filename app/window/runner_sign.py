"""The sign that says how the runner does, with a way to start it again when it does badly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from .theme.tokens import GRID, ICON_SMALL, STATES

if TYPE_CHECKING:
    from PyQt6.QtGui import QAction

    from .theme.theme import Theme

_SHAPES = {"starting": "waiting", "idle": "succeeded", "not responding": "stale", "gone": "failed"}
"""For each state of the runner, the state of a task that looks the same."""


class RunnerSign(QWidget):
    """Shape, colour and words; the button is there when it helps."""

    def __init__(self, theme: Theme, restart: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._state = theme, "gone"
        self._shape, self._words = QLabel(), QLabel()
        self.restart = QToolButton()
        self.restart.setText(self.tr("Restart"))
        self.restart.setAccessibleName(self.tr("Restart the runner"))
        self.restart.clicked.connect(restart.trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 0, GRID, 0)
        row.setSpacing(GRID + 2)
        for widget in (self._shape, self._words, self.restart):
            row.addWidget(widget)
        theme.changed.connect(self._draw)
        self._draw()

    def tell(self, state: str, why: str) -> None:
        """Show a state of the runner, and why it is so."""
        self._state = state
        words = {
            "starting": self.tr("Runner starts"),
            "idle": self.tr("Runner ready"),
            "not responding": self.tr("Runner does not respond"),
            "gone": self.tr("No runner"),
        }[state]
        self._words.setText(words)
        self.setToolTip(f"{words}: {why}" if why else words)
        self.setAccessibleName(words)
        self.setAccessibleDescription(why)
        self.restart.setVisible(state in {"not responding", "gone"})
        self._draw()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def _draw(self) -> None:
        look = STATES[_SHAPES[self._state]]
        colour = look.colour.on(self._theme.colours)
        self._shape.setPixmap(self._theme.pixmap(look.shape, colour, ICON_SMALL, self.devicePixelRatioF()))
        self._words.setStyleSheet(f"color: {self._theme.colours.secondary}")
