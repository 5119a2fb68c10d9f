"""Moves what is seen while something is dragged near the edge of the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QTimer

if TYPE_CHECKING:
    from .gestures.gesture import Pointer
    from .view import CanvasView

EDGE = 28.0
FASTEST = 18.0
"""Pixels a step, right at the edge."""

STEP_MS = 16


class Edging:
    """Goes on by itself while the pointer rests at the edge, and stops with the gesture."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self._at: Pointer | None = None
        self._timer = QTimer(canvas)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self.step)

    def follow(self, at: Pointer | None) -> None:
        """Take note of where something is dragged; None when nothing is any more."""
        self._at = at
        if at is not None and self._speed(at) != (0.0, 0.0):
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _speed(self, at: Pointer) -> tuple[float, float]:
        return _push(at.view_x, self.canvas.width()), _push(at.view_y, self.canvas.height())

    def step(self) -> None:
        """Move what is seen by one step, and what is dragged with it."""
        gesture, at = self.canvas.pointing.gesture, self._at
        if gesture is None or at is None:
            self._timer.stop()
            return
        across, down = self._speed(at)
        self.canvas.camera.pan(-across, -down)
        self._at = self.canvas.pointing.pointer(QPointF(at.view_x, at.view_y), at.keys)
        gesture.move(self._at)
        self.canvas.look_changed()


def _push(place: float, size: float) -> float:
    if place < EDGE:
        return -FASTEST * min((EDGE - place) / EDGE, 1.0)
    if place > size - EDGE:
        return FASTEST * min((place - size + EDGE) / EDGE, 1.0)
    return 0.0
