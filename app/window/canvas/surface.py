"""What Qt tells a canvas, handed on to those who know what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt
from PyQt6.QtWidgets import QToolTip, QWidget

from .tips import tip_at

if TYPE_CHECKING:
    from PyQt6.QtCore import QPoint
    from PyQt6.QtGui import (
        QContextMenuEvent,
        QDragEnterEvent,
        QDragLeaveEvent,
        QDragMoveEvent,
        QDropEvent,
        QFocusEvent,
        QHideEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from .view import CanvasView

WHEEL_STEP = 1.0015


class Surface(QWidget):
    """The part of a canvas that listens."""

    _fitted = False
    _tip: tuple[QPoint, QPoint, str] | None = None

    @property
    def _canvas(self) -> CanvasView:
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint."""
        self._canvas.frames.paint(QRectF(event.rect() if event is not None else self.rect()))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """A button went down."""
        if event is not None:
            self._canvas.keys.end_choice()
            self._canvas.pointing.press(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """The pointer moved."""
        if event is not None:
            self._canvas.pointing.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """The button went up."""
        if event is not None:
            self._canvas.pointing.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Open what is there."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._canvas.pointing.cancel("double click")
            self._canvas.do.open_at(self._canvas.pointing.pointer(event.position()))

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:  # noqa: N802
        """Ask for the menu of what is there."""
        if event is not None:
            self._canvas.do.context_at(self._canvas.pointing.pointer(QPointF(event.pos())), event.globalPos())

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Zoom; with Shift, or by two fingers, move."""
        if event is None:
            return
        turned, at = event.angleDelta(), event.position()
        if not event.pixelDelta().isNull() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._canvas.camera.pan(event.pixelDelta().x(), event.pixelDelta().y())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._canvas.camera.pan(turned.y() or turned.x(), 0)
        else:
            self._canvas.zoom(WHEEL_STEP ** turned.y(), at.x(), at.y())
        self._canvas.look_changed()

    def event(self, event: QEvent | None) -> bool:
        """Hand on what has no method of its own: pinching, tooltips, and Tab, which would leave the canvas."""
        if event is not None and event.type() == QEvent.Type.Gesture:
            return self._canvas.keys.pinch(event)
        if event is not None and event.type() == QEvent.Type.ToolTip:
            self._show_tip(event.pos(), event.globalPos())  # type: ignore[attr-defined]  # a QHelpEvent
            return True
        return super().event(event)

    def _show_tip(self, at: QPoint, on_screen: QPoint) -> None:
        text = tip_at(self._canvas, self._canvas.pointing.pointer(QPointF(at)))
        self._tip = at, on_screen, text
        QToolTip.showText(on_screen, text, self)

    def tell_more(self) -> None:
        """Show the tooltip that is there anew: more is known now."""
        if self._tip is not None and QToolTip.isVisible() and QToolTip.text() == self._tip[2]:
            self._show_tip(*self._tip[:2])

    def focusNextPrevChild(self, forwards: bool) -> bool:  # noqa: N802, FBT001  as Qt has it
        """Keep Tab for the search; Shift+Tab leaves the canvas."""
        return False if forwards else super().focusNextPrevChild(forwards)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Do what the key means here."""
        if event is not None and not self._canvas.keys.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Let go of a key."""
        if event is not None and not self._canvas.keys.release(event):
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802
        """Keys that are let go elsewhere are not heard."""
        self._canvas.pointing.space = False
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802
        """Nothing goes on where nobody sees it."""
        self._canvas.pointing.cancel("the canvas is hidden")
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Show all when first shown."""
        super().resizeEvent(event)
        if not self._fitted and self.isVisible():
            self._fitted = True
            self._canvas.do.fit()
        self._canvas.overlays.place()

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Nothing is under the pointer any more."""
        if self._canvas.pointing.gesture is None:
            self._canvas.picked.hovered = self._canvas.picked.hovered_wire = self._canvas.picked.hovered_port = None
            self.update()
        super().leaveEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802
        """Something is dragged here from elsewhere."""
        if event is not None:
            self._canvas.dropping.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent | None) -> None:  # noqa: N802
        """It is dragged on."""
        if event is not None:
            self._canvas.dropping.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent | None) -> None:  # noqa: N802, ARG002
        """It is dragged away."""
        self._canvas.dropping.leave()

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802
        """It is let go here."""
        if event is not None:
            self._canvas.dropping.drop(event)
