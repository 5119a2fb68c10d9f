"""What every gesture has: it starts, moves, and is finished or cancelled; nothing changes before it is finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PyQt6.QtCore import Qt

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter

    from ..view import CanvasView


class Pointer(NamedTuple):
    """Where the pointer is: in the scene, in the view, and the keys that are held."""

    x: float
    y: float
    view_x: float
    view_y: float
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    def holds(self, key: Qt.KeyboardModifier) -> bool:
        """Whether a key is held."""
        return bool(self.keys & key)


class Gesture:
    """One gesture on a canvas. A cancelled one leaves everything as it was."""

    cursor = Qt.CursorShape.ArrowCursor
    dims = False
    """Whether the connections step back while it goes on."""

    drags = True
    """Whether what is seen follows at the edges."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self.origin = Pointer(0.0, 0.0, 0.0, 0.0)

    def start(self, at: Pointer) -> None:
        """Begin where the button was pressed."""
        self.origin = at

    def move(self, at: Pointer) -> None:
        """Follow the pointer."""

    def finish(self, at: Pointer) -> None:
        """Carry out what was shown: at most one edit."""

    def cancel(self, reason: str) -> None:
        """Put back what was shown; ``reason`` says why it ended."""

    def paint(self, painter: QPainter) -> None:
        """Paint what helps, in scene coordinates, over everything."""

    def far(self, at: Pointer, least: float = 4.0) -> bool:
        """Whether the pointer has left where it was pressed."""
        return abs(at.view_x - self.origin.view_x) + abs(at.view_y - self.origin.view_y) >= least
