"""Paints the connections that are seen: quiet curves, doubled where mapped, dotted where converted, hubs as ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QLinearGradient, QPainter, QPainterPath, QPen

from ..theme.tokens import CONNECTION_WIDTH, INCOMPATIBLE_OPACITY, MAPPED_GAP
from .finding import curves_in, reach_of, sampled
from .measures import STUB
from .primitives import paint_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .board import Board
    from .inks import Inks
    from .picked import Picked

Box = tuple[float, float, float, float]
MANY = 160
"""More connections than this are painted at once, as thin lines."""

MOST_BUNDLED = 32
"""So many connections stand for all of a selected hub that lead out of sight."""

MANY_STEPS, LONG_STEPS, MOST_SMOOTH = np.linspace(0.0, 1.0, 17), np.linspace(0.0, 1.0, 129), 4000


def curve(x1: float, y1: float, x2: float, y2: float) -> QPainterPath:
    """Return a connection as a cubic with level tangents."""
    reach = reach_of(x1, x2)
    path = QPainterPath(QPointF(x1, y1))
    path.cubicTo(x1 + reach, y1, x2 - reach, y2, x2, y2)
    return path


class WirePainter:
    """Paints connections in scene coordinates; keeps the curves as long as nothing moves."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._paths: dict[int, QPainterPath] = {}
        self._source: object = None

    def paint(self, painter: QPainter, box: Box, scale: float, picked: Picked, inks: Inks, *, dimmed: bool) -> None:
        """Paint what may be seen in left, top, right, bottom; ``dimmed`` while another one is dragged."""
        board = self.board
        if self._source is not board.curves:
            self._source = board.curves
            self._paths.clear()
        rows = np.flatnonzero(curves_in(board, box))
        marked = picked.wire_rows(board, picked.card_rows(board))
        hubs = board.hubs[rows] & ~marked[rows]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if dimmed:
            painter.setOpacity(2 * INCOMPATIBLE_OPACITY)
        self._paint_stubs(painter, rows[hubs].tolist(), box, scale, inks)
        plain = self._bundled(rows[~hubs], box)
        for chosen, colour in ((plain[~marked[plain]], "connection"), (plain[marked[plain]], "accent")):
            if len(chosen) > MANY:
                self._paint_lines(painter, chosen, box, QPen(inks.colour(colour), 0), MANY_STEPS)
                continue
            long = self._long(chosen, box)
            if long.any():
                self._paint_lines(painter, chosen[long], box, QPen(inks.colour(colour), 0), LONG_STEPS)
            self._paint_all(painter, chosen[~long].tolist(), colour, scale, inks)
        painter.setOpacity(1.0)

    def _bundled(self, rows: NDArray[np.intp], box: Box) -> NDArray[np.intp]:
        """Leave out most of a selected hub's connections that only pass by, or lead out of sight: a bundle is left."""
        of_hub = self.board.hubs[rows]
        if np.count_nonzero(of_hub) <= MOST_BUNDLED:
            return rows
        x, y = self.board.curves[rows, 2], self.board.curves[rows, 3]
        ends_here = (box[0] <= x) & (x <= box[2]) & (box[1] <= y) & (y <= box[3])
        passing = np.flatnonzero(of_hub & ~ends_here)
        every = max(len(passing) // MOST_BUNDLED, 1)
        keep = ~of_hub | ends_here
        keep[passing[::every]] = True
        kept: NDArray[np.intp] = rows[keep]
        return kept

    def _path(self, row: int) -> QPainterPath:
        path = self._paths.get(row)
        if path is None:
            path = self._paths[row] = curve(*self.board.curves[row].tolist())
        return path

    def _paint_all(self, painter: QPainter, rows: list[int], colour: str, scale: float, inks: Inks) -> None:
        names, wires, mapped = self.board.ends.names, self.board.wires, self.board.mapped
        pen = inks.wire_pen(colour, scale)
        painter.setPen(pen)
        special: list[int] = []
        for row in rows:
            name = names[row]
            if name in mapped or wires[name].connection.apply:
                special.append(row)
            else:
                painter.drawPath(self._path(row))
        for row in special:
            name = names[row]
            paint_special(
                painter, self._path(row), pen, inks, doubled=name in mapped, dotted=bool(wires[name].connection.apply)
            )

    def _long(self, rows: NDArray[np.intp], box: Box) -> NDArray[np.bool_]:
        """Say which connections lead far out of sight: to stroke all of such a curve is slow."""
        x1, y1, x2, y2 = self.board.curves[rows].T
        far: NDArray[np.bool_] = (np.abs(x2 - x1) > 2 * (box[2] - box[0])) | (np.abs(y2 - y1) > 2 * (box[3] - box[1]))
        return far

    def _paint_lines(
        self, painter: QPainter, rows: NDArray[np.intp], box: Box, pen: QPen, steps: NDArray[np.float64]
    ) -> None:
        """Paint connections as pieces of lines, those that are seen."""
        points = sampled(self.board.curves[rows], steps)
        lines = np.concatenate([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 4)
        low_x, high_x = np.minimum(lines[:, 0], lines[:, 2]), np.maximum(lines[:, 0], lines[:, 2])
        low_y, high_y = np.minimum(lines[:, 1], lines[:, 3]), np.maximum(lines[:, 1], lines[:, 3])
        lines = lines[(high_x >= box[0]) & (low_x <= box[2]) & (high_y >= box[1]) & (low_y <= box[3])]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(lines) < MOST_SMOOTH)
        painter.setPen(pen)
        paint_lines(painter, lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_stubs(self, painter: QPainter, rows: list[int], box: Box, scale: float, inks: Inks) -> None:
        """Of a hub's connections show the ends, fading: that they are there, and where they arrive."""
        curves = self.board.curves
        left: set[tuple[float, float]] = set()
        for row in rows:
            x1, y1, x2, y2 = curves[row].tolist()
            if box[0] <= x2 <= box[2] + STUB and box[1] <= y2 <= box[3]:
                _fading(painter, x2, y2, -STUB, scale, inks)
            if box[0] - STUB <= x1 <= box[2] and box[1] <= y1 <= box[3]:
                left.add((x1, y1))
        for x, y in left:
            _fading(painter, x, y, STUB, scale, inks)


def _fading(painter: QPainter, x: float, y: float, reach: float, scale: float, inks: Inks) -> None:
    gradient = QLinearGradient(x, y, x + reach, y)
    gradient.setColorAt(0.0, inks.colour("connection"))
    gradient.setColorAt(1.0, inks.faint("connection", 0.0))
    pen = inks.wire_pen("connection", scale)
    pen.setBrush(gradient)
    painter.setPen(pen)
    painter.drawLine(QPointF(x, y), QPointF(x + reach, y))


def paint_special(painter: QPainter, path: QPainterPath, pen: QPen, inks: Inks, *, doubled: bool, dotted: bool) -> None:
    """Paint a connection that carries many items, or passes its values through a function."""
    if doubled:
        # A wide line with the ground along its middle: two lines at the same distance all the way.
        wide = QPen(pen)
        wide.setWidthF(pen.widthF() * (CONNECTION_WIDTH + MAPPED_GAP) / CONNECTION_WIDTH)
        wide.setCapStyle(Qt.PenCapStyle.FlatCap)
        inner = QPen(inks.colour("canvas"), pen.widthF() * (MAPPED_GAP - CONNECTION_WIDTH) / CONNECTION_WIDTH * 1.15)
        inner.setCapStyle(Qt.PenCapStyle.FlatCap)
        if dotted:
            wide.setDashPattern([0.6, 0.7])
        painter.setPen(wide)
        painter.drawPath(path)
        painter.setPen(inner)
        painter.drawPath(path)
    elif dotted:
        dots = QPen(pen)
        dots.setDashPattern([0.2, 2.2])
        painter.setPen(dots)
        painter.drawPath(path)
    painter.setPen(pen)
