"""A switch: says by its place, its colour and its knob whether something is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPen
from PyQt6.QtWidgets import QAbstractButton, QSizePolicy

from ..painting import painting
from ..theme.tokens import GRID

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent
    from PyQt6.QtWidgets import QWidget

    from ..theme.theme import Theme

WIDTH, HEIGHT, ROOM = 7 * GRID, 4 * GRID, 3
"""Its measures in pixels, and the room around it for the ring that shows the focus."""


class Switch(QAbstractButton):
    """Is on or off, by mouse or with the space bar; ``toggled`` tells which. To a screen reader it is a check box."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(WIDTH + 2 * ROOM, HEIGHT + 2 * ROOM)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the groove, the knob at its side, and a ring for the focus."""
        colours, colour = self._theme.colours, self._theme.colour
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            groove = QRectF(ROOM, ROOM, WIDTH, HEIGHT).adjusted(0.5, 0.5, -0.5, -0.5)
            if self.hasFocus():
                painter.setPen(QPen(colour(colours.accent), 1.5))
                ring = groove.adjusted(-2, -2, 2, 2)
                painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
            on = self.isChecked()
            edge = colours.accent if on else colours.secondary
            painter.setOpacity(1.0 if self.isEnabled() else 0.4)
            painter.setPen(QPen(colour(edge), 1.0))
            painter.setBrush(colour(colours.accent if on else colours.surface))
            painter.drawRoundedRect(groove, groove.height() / 2, groove.height() / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(colours.on_accent if on else colours.secondary))
            radius = HEIGHT / 2 - 3.5
            across = groove.right() - HEIGHT / 2 if on else groove.left() + HEIGHT / 2
            painter.drawEllipse(QPointF(across, groove.center().y()), radius, radius)
