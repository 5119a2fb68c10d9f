"""Paints a pipeline from afar: all cards of a state at once, all connections at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPen

from ..theme.tokens import SELECTED_WIDTH, STATES
from .finding import cards_in, curves_in
from .primitives import paint_lines, paint_rectangles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from PyQt6.QtGui import QColor

    from ..looks import NodeLook
    from .board import Board
    from .camera import Camera
    from .inks import Inks
    from .picked import Picked

STATE_NUMBERS = {state: number for number, state in enumerate(STATES)}
_NAMES = tuple(STATES)
QUIET = frozenset({"never run", "unknown", "waiting", "ready"})
MANY = 2500
"""More cards than this are painted as one rectangle each."""


class FarPainter:
    """Paints cards as rectangles and connections as straight lines, in view coordinates."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._states = np.zeros(0, dtype=np.int16)

    def take(self, looks: Mapping[str, NodeLook], *, anew: bool = False) -> None:
        """Remember the states of the nodes; ``anew`` forgets all that were told before."""
        rows = self.board.places.row
        if anew:
            self._states = np.zeros(len(self.board.places.used), dtype=np.int16)
        self.resize()
        for node_id, look in looks.items():
            row = rows.get(node_id)
            if row is not None:
                self._states[row] = STATE_NUMBERS.get(look.state, 0)

    def resize(self) -> None:
        """Make room for the states of nodes that were added."""
        missing = len(self.board.places.used) - len(self._states)
        if missing > 0:
            self._states = np.concatenate([self._states, np.zeros(missing, dtype=np.int16)])

    def paint(
        self, painter: QPainter, camera: Camera, box: tuple[float, float, float, float], picked: Picked, inks: Inks
    ) -> None:
        """Paint what may be seen in left, top, right, bottom."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        chosen = picked.card_rows(self.board)
        marked = picked.wire_rows(self.board, chosen)
        seen = curves_in(self.board, box)
        self._paint_lines(painter, camera, seen & ~marked & ~self.board.hubs, inks.colour("connection"))
        accent = inks.colour("accent")
        cards = cards_in(self.board, box)
        # All lines of all hubs would hide everything else, and take longer than all else together.
        shown = seen & marked
        self._paint_lines(
            painter, camera, shown & ~self.board.hubs if np.count_nonzero(shown) > MANY else shown, accent
        )
        # Around them, so that it is still seen how the selected nodes do.
        ring = SELECTED_WIDTH * np.array((-1.0, -1.0, 2.0, 2.0))
        self._fill(painter, self._boxes(camera, cards & chosen) + ring, accent)
        self._paint_cards(painter, camera, cards, inks)

    def _paint_lines(self, painter: QPainter, camera: Camera, rows: NDArray[np.bool_], colour: QColor) -> None:
        curves = self.board.curves[rows]
        painter.setPen(QPen(colour, 0))
        paint_lines(painter, (curves - (camera.x, camera.y, camera.x, camera.y)) * camera.scale)

    def _boxes(self, camera: Camera, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        boxes: NDArray[np.float64] = (self.board.places.values[rows] - (camera.x, camera.y, 0.0, 0.0)) * camera.scale
        return boxes

    def _fill(self, painter: QPainter, boxes: NDArray[np.float64], colour: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        paint_rectangles(painter, boxes)

    def _paint_cards(self, painter: QPainter, camera: Camera, rows: NDArray[np.bool_], inks: Inks) -> None:
        boxes = self._boxes(camera, rows)
        states = self._states[: len(rows)][rows]
        many = len(boxes) > MANY
        if not many:
            self._fill(painter, boxes, inks.colour("border_strong"))
            self._fill(painter, np.add(boxes, (1.0, 1.0, -2.0, -2.0)), inks.colour("surface"))
        for number in np.unique(states).tolist():
            name = _NAMES[number]
            own = boxes[states == number]
            if many:
                self._fill(painter, own, inks.colour("border_strong") if name in QUIET else inks.state_colour(name))
                continue
            strip = own.copy()
            strip[:, 2] = np.maximum(own[:, 2] * 0.06, 2.0)
            self._fill(painter, strip, inks.state_colour(name))
