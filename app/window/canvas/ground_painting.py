"""Paints the ground of the canvas: a quiet colour with the dots of the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter

from .measures import FAR_BELOW, GRID_STEP
from .primitives import paint_rectangles

if TYPE_CHECKING:
    from PyQt6.QtCore import QRectF

    from .camera import Camera
    from .inks import Inks

LEAST_STEP = 18.0
"""Pixels of the view between two dots; at smaller scales fewer are shown, from afar none."""

DOT = 2.0


def paint_ground(painter: QPainter, box: QRectF, camera: Camera, inks: Inks) -> None:
    """Fill a rectangle of the view."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.fillRect(box, inks.colour("canvas"))
    if camera.scale < FAR_BELOW:
        return
    step = GRID_STEP * camera.scale
    while step < LEAST_STEP:
        step *= 2
    left = box.left() - (box.left() + camera.x * camera.scale) % step
    top = box.top() - (box.top() + camera.y * camera.scale) % step
    across = np.round(np.arange(left, box.right() + step, step))
    down = np.round(np.arange(top, box.bottom() + step, step))
    dots = np.empty((len(across) * len(down), 4))
    dots[:, 0] = np.tile(across, len(down))
    dots[:, 1] = np.repeat(down, len(across))
    dots[:, 2:] = DOT
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.colour("grid"))
    paint_rectangles(painter, dots)
