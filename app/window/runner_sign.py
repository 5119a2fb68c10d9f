"""The sign that says how the runner does, with a way to start it again when it does badly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from .theme.tokens import GRID, ICON_SMALL, STATES

if TYPE_CHECKING:
    from PyQt6.QtGui import QAction

    from .theme.theme import Theme

_SHAPES = {"starting": "waiting", "idle": "succeeded", "busy": "running", "not responding": "stale", "gone": "failed"}
"""For each state of the runner, the state of a task that looks the same."""


class RunnerSign(QWidget):
    """Shape, colour and words; the button is there when it helps."""

    def __init__(self, theme: Theme, restart: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._state, self._why, self._busy = theme, "gone", "", False
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
        self._state, self._why = state, why
        self._say()

    def tell_busy(self, busy: bool) -> None:  # noqa: FBT001 - of a signal
        """Show whether any run goes on in it."""
        self._busy = busy
        self._say()

    @property
    def _shown(self) -> str:
        return "busy" if self._busy and self._state == "idle" else self._state

    def _say(self) -> None:
        words = {
            "starting": self.tr("Runner starts"),
            "idle": self.tr("Runner ready"),
            "busy": self.tr("Runner busy"),
            "not responding": self.tr("Runner does not respond"),
            "gone": self.tr("No runner"),
        }[self._shown]
        self._words.setText(words)
        self.setToolTip(f"{words}: {self._why}" if self._why else words)
        self.setAccessibleName(words)
        self.setAccessibleDescription(self._why)
        self.restart.setVisible(self._state in {"not responding", "gone"})
        self._draw()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def _draw(self) -> None:
        look = STATES[_SHAPES[self._shown]]
        colour = look.colour.on(self._theme.colours)
        self._shape.setPixmap(self._theme.pixmap(look.shape, colour, ICON_SMALL, self.devicePixelRatioF()))
        self._words.setStyleSheet(f"color: {self._theme.colours.secondary}")
