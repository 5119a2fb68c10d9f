"""Where the arrow keys lead from a node: along its connections, else to the nearest card that way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .board import Board

Way = Literal["left", "right", "up", "down"]
_AXIS = {"left": (0, -1), "right": (0, 1), "up": (1, -1), "down": (1, 1)}


def first(board: Board) -> str | None:
    """Return the node to begin with: the leftmost, of those the uppermost."""
    places = board.places
    return min(board.cards, key=lambda n: (*places.values[places.row[n], :2].tolist(), n), default=None)


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
    for name in board.wires_at.get(start, ()):
        wire = board.wires[name]
        if way == "left" and wire.target == start and wire.source in board.cards:
            found.append((card.ports.input_rows.get(wire.target_port, 0), _middle(board, wire.source)[1], wire.source))
        elif way == "right" and wire.source == start and wire.target in board.cards:
            row = card.ports.output_rows.get(wire.source_port, 0)
            found.append((row, _middle(board, wire.target)[1], wire.target))
    return min(found)[2] if found else None


def _beside(board: Board, start: str, way: Way) -> str | None:
    axis, sign = _AXIS[way]
    here = _middle(board, start)
    best, found = float("inf"), None
    for name in board.cards:
        there = _middle(board, name)
        ahead = (there[axis] - here[axis]) * sign
        aside = abs(there[1 - axis] - here[1 - axis])
        # Aside counts more: the card straight ahead is meant before a nearer one in the next row.
        if name != start and ahead > 1.0 and ahead + 3.0 * aside < best:
            best, found = ahead + 3.0 * aside, name
    return found


def _middle(board: Board, name: str) -> tuple[float, float]:
    x, y, width, height = board.places.values[board.places.row[name]].tolist()
    return x + width / 2, y + height / 2
