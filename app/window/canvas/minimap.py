"""The small map in the corner: all cards, and the part of them that is seen; a click goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPen, QPixmap
from PyQt6.QtWidgets import QWidget

from ..painting import painting
from ..theme.tokens import RADIUS_CONTROL
from .camera import Camera
from .picked import Picked

if TYPE_CHECKING:
    from PyQt6.QtCore import QPointF
    from PyQt6.QtGui import QMouseEvent, QPaintEvent, QShowEvent

    from .view import CanvasView

SIZE = QSize(184, 124)
MARGIN = 8
LEAST_VIEW = 900
"""In a view narrower than this there is no map."""


class MiniMap(QWidget):
    """Shown only where not everything is seen anyway."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._camera = Camera()
        self._picture = QPixmap()
        self.wanted = True
        self.setFixedSize(SIZE)
        self.setAccessibleName(self.tr("Map of the pipeline"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()
        canvas.theme.changed.connect(self.redraw)

    def follow(self) -> None:
        """Show the map where it helps: something is out of sight, and there is room."""
        canvas, box = self._canvas, self._canvas.overlays.bounds()
        left, top, right, bottom = canvas.seen()
        hidden = box is not None and (
            box[0] < left or box[1] < top or box[0] + box[2] > right or box[1] + box[3] > bottom
        )
        self.setVisible(self.wanted and hidden and canvas.width() >= LEAST_VIEW)
        self.update()

    def redraw(self) -> None:
        """Paint the map anew, where it is seen: what there is has changed."""
        seen = self.isVisible()
        self.follow()
        if seen:
            # One that only comes up now was drawn as it did.
            self._draw()

    def _draw(self) -> None:
        canvas, box = self._canvas, self._canvas.overlays.bounds()
        if box is None or not self.isVisible():
            return
        width, height = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        scale = min(width / max(box[2], 1.0), height / max(box[3], 1.0), 0.12)
        self._camera.scale = scale
        self._camera.x = box[0] + box[2] / 2 - self.width() / scale / 2
        self._camera.y = box[1] + box[3] / 2 - self.height() / scale / 2
        ratio = self.devicePixelRatioF()
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        seen = self._camera.seen(self.width(), self.height())
        with painting(self._picture) as painter:
            canvas.picture.far.paint(painter, self._camera, seen, Picked(), canvas.inks)
        self.update()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Show what there is now, and how it does."""
        super().showEvent(event)
        self._draw()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """Paint the map, and on it what is seen."""
        with painting(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inks = self._canvas.inks
        painter.setPen(QPen(inks.colour("border"), 1.0))
        painter.setBrush(inks.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)
        painter.drawPixmap(0, 0, self._picture)
        left, top, right, bottom = self._canvas.seen()
        x1, y1 = self._camera.to_view(left, top)
        x2, y2 = self._camera.to_view(right, bottom)
        frame = QRectF(x1, y1, x2 - x1, y2 - y1).intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        painter.setPen(QPen(inks.colour("accent"), 1.5))
        painter.setBrush(inks.faint("accent", 0.08))
        painter.drawRoundedRect(frame, 3, 3)

    def _go(self, at: QPointF) -> None:
        canvas = self._canvas
        x, y = self._camera.to_scene(at.x(), at.y())
        canvas.camera.x = x - canvas.width() / canvas.camera.scale / 2
        canvas.camera.y = y - canvas.height() / canvas.camera.scale / 2
        canvas.look_changed()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Go there."""
        if event is not None:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Go along."""
        if event is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Keep it from the canvas."""
        if event is not None:
            event.accept()
