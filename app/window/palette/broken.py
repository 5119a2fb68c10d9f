"""Says which plug-ins and files could not be read, and why; the reasons can be opened and copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from ..theme.tokens import CAPTION, GRID, STATES

if TYPE_CHECKING:
    from ..catalogue import Catalogue
    from ..theme.theme import Theme


class BrokenSources(QWidget):
    """A line with the number of broken sources, hidden if there are none; it opens their reasons."""

    def __init__(self, catalogue: Catalogue, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue, self._theme = catalogue, theme
        self.line, self.reasons = QToolButton(self), QPlainTextEdit(self)
        self.line.setCheckable(True)
        self.line.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.line.toggled.connect(self.reasons.setVisible)
        self.reasons.setReadOnly(True)
        self.reasons.setVisible(False)
        self.reasons.setMaximumHeight(40 * GRID)
        self.reasons.setTabChangesFocus(True)
        self.reasons.setAccessibleName(self.tr("Why modules could not be read"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.line)
        layout.addWidget(self.reasons)
        catalogue.changed.connect(self._show)
        theme.changed.connect(self._dress)
        self._dress()
        self._show()

    def _show(self) -> None:
        broken = self._catalogue.broken
        self.setVisible(bool(broken))
        self.line.setText(_line(self, len(broken)))
        self.line.setToolTip(self.tr("Show which, and why"))
        self.reasons.setPlainText("\n\n".join(f"{one.name}\n{one.reason}" for one in broken))

    def _dress(self) -> None:
        self.line.setIcon(self._theme.icon("warning", STATES["stale"].colour.on(self._theme.colours)))
        self.reasons.setFont(self._theme.monospace(CAPTION))


def _line(widget: QWidget, number: int) -> str:
    if number == 1:
        return widget.tr("1 source could not be read")
    return widget.tr("{number} sources could not be read").format(number=number)
