"""Where the arrow keys lead from a node: along its connections, else to the nearest card that way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from .board import Board

Way = Literal["left", "right", "up", "down"]
_AXIS = {"left": (0, -1), "right": (0, 1), "up": (1, -1), "down": (1, 1)}


def first(board: Board) -> str | None:
    """Return the node to begin with: the leftmost, of those the uppermost."""
    rows = np.flatnonzero(board.places.used)
    if not len(rows):
        return None
    places = board.places.values[rows]
    return board.places.names[int(rows[np.lexsort((places[:, 1], places[:, 0]))[0]])]


def nearest(board: Board, start: str, count: int) -> list[str]:
    """Return the nodes around one, the nearest first, without itself."""
    rows = np.flatnonzero(board.places.used)
    middles = board.places.values[:, :2] + board.places.values[:, 2:] / 2
    away = np.abs(middles[rows] - middles[board.places.row[start]]).sum(axis=1)
    found = [board.places.names[row] for row in rows[np.argsort(away, kind="stable")[: count + 1]].tolist()]
    return [name for name in found if name != start][:count]


def step(board: Board, start: str, way: Way) -> str | None:
    """Return the node to which an arrow key leads; None if there is none that way."""
    if way in ("left", "right"):
        along = _along(board, start, way)
        if along is not None:
            return along
    return _beside(board, start, way)


def _along(board: Board, start: str, way: Way) -> str | None:
    """Follow a connection: back through the uppermost input, on through the uppermost output."""
    card = board.cards[start]
    found: list[tuple[int, float, str]] = []
    for wire in board.at(start):
        if way == "left" and wire.target == start and wire.source in board.cards:
            found.append((card.ports.input_rows.get(wire.target_port, 0), _middle(board, wire.source)[1], wire.source))
        elif way == "right" and wire.source == start and wire.target in board.cards:
            row = card.ports.output_rows.get(wire.source_port, 0)
            found.append((row, _middle(board, wire.target)[1], wire.target))
    return min(found)[2] if found else None


def _beside(board: Board, start: str, way: Way) -> str | None:
    axis, sign = _AXIS[way]
    places = board.places.values
    middles = places[:, :2] + places[:, 2:] / 2
    moves = middles - middles[board.places.row[start]]
    ahead, aside = moves[:, axis] * sign, np.abs(moves[:, 1 - axis])
    # Aside counts more: the card straight ahead is meant before a nearer one in the next row.
    cost = np.where(board.places.used & (ahead > 1.0), ahead + 3.0 * aside, np.inf)
    best = int(np.argmin(cost))
    return board.places.names[best] if np.isfinite(cost[best]) else None


def _middle(board: Board, name: str) -> tuple[float, float]:
    x, y, width, height = board.places.values[board.places.row[name]].tolist()
    return x + width / 2, y + height / 2
