"""Arrays of numbers that Qt paints as lines or rectangles at once, without an object for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QLineF, QRectF
from pyqtgraph.Qt.internals import PrimitiveArray  # type: ignore[import-untyped]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PyQt6.QtGui import QPainter

_LINES: Any = PrimitiveArray(QLineF, 4)
_RECTANGLES: Any = PrimitiveArray(QRectF, 4)


def paint_lines(painter: QPainter, lines: NDArray[np.float64]) -> None:
    """Paint lines, a row x1, y1, x2, y2 for each."""
    if len(lines):
        _LINES.resize(len(lines))
        _LINES.ndarray()[:] = lines
        painter.drawLines(*_LINES.drawargs())


def paint_rectangles(painter: QPainter, boxes: NDArray[np.float64]) -> None:
    """Paint rectangles, a row x, y, width, height for each."""
    if len(boxes):
        _RECTANGLES.resize(len(boxes))
        _RECTANGLES.ndarray()[:] = boxes
        painter.drawRects(*_RECTANGLES.drawargs())
