"""What lies under a place of the scene: a port, a card, a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from ..theme.tokens import CONNECTION_REACH, PORT_HIT
from .measures import port_y

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .board import Board

_STEPS = np.linspace(0.0, 1.0, 33)


Side = Literal["in", "out"]


class PortAt(NamedTuple):
    """A port of a card; an input with an empty name is the row that stands for those not shown."""

    node: str
    side: Side
    name: str

    @property
    def endpoint(self) -> str:
        """As a connection names it."""
        return f"{self.node}.{self.name}"


def card_at(board: Board, x: float, y: float) -> str | None:
    """Return the uppermost card at a place."""
    rows = _rows_at(board, x, y, 0.0)
    return board.places.names[int(rows[-1])] if len(rows) else None


def _rows_at(board: Board, x: float, y: float, margin: float) -> NDArray[np.intp]:
    places = board.places.values
    inside = (
        board.places.used
        & (places[:, 0] - margin <= x)
        & (x < places[:, 0] + places[:, 2] + margin)
        & (places[:, 1] - margin <= y)
        & (y < places[:, 1] + places[:, 3] + margin)
    )
    return np.flatnonzero(inside)


def port_at(board: Board, x: float, y: float, reach: float = PORT_HIT / 2) -> PortAt | None:
    """Return the port whose circle is nearest to a place, within reach."""
    best, found = reach, None
    for row in _rows_at(board, x, y, reach):
        node_id = board.places.names[int(row)]
        for port, px, py in ports_on(board, node_id):
            distance = max(abs(px - x), abs(py - y))
            if distance <= best:
                best, found = distance, port
    return found


def ports_on(board: Board, node_id: str) -> list[tuple[PortAt, float, float]]:
    """Return the ports that a card shows, with their places."""
    card = board.cards[node_id]
    left, top, width, _ = board.places.values[board.places.row[node_id]].tolist()
    found = [(PortAt(node_id, "in", name), left, top + port_y(row)) for name, row in card.ports.input_rows.items()]
    if card.ports.more_row >= 0:
        found.append((PortAt(node_id, "in", ""), left, top + port_y(card.ports.more_row)))
    found += [
        (PortAt(node_id, "out", name), left + width, top + port_y(row)) for name, row in card.ports.output_rows.items()
    ]
    return found


def port_place(board: Board, port: PortAt) -> tuple[float, float] | None:
    """Return the middle of a port's circle; that of the row for those not shown if the port is one of them."""
    found = {known.name: (x, y) for known, x, y in ports_on(board, port.node) if known.side == port.side}
    return found.get(port.name, found.get(""))


def reach_of(x1: float, x2: float) -> float:
    """Return how far the tangents of a connection reach."""
    return max(abs(x2 - x1) / 2, CONNECTION_REACH)


def wire_at(board: Board, x: float, y: float, distance: float) -> str | None:
    """Return the connection that passes nearest to a place, within a distance."""
    rows = np.flatnonzero(curves_in(board, (x - distance, y - distance, x + distance, y + distance)))
    if not len(rows):
        return None
    points = sampled(board.curves[rows])
    away = np.hypot(points[..., 0] - x, points[..., 1] - y).min(axis=1)
    # Between two points of the curve the place may be up to half a step away from both.
    steps = np.hypot(np.diff(points[..., 0], axis=1), np.diff(points[..., 1], axis=1)).max(axis=1) / 2
    near = int(np.argmin(away - steps))
    return board.ends.names[int(rows[near])] if away[near] <= distance + steps[near] else None


def sampled(curves: NDArray[np.float64], steps: NDArray[np.float64] = _STEPS) -> NDArray[np.float64]:
    """Return points along cubic connections, as an array (connection, point, 2)."""
    x1, y1, x2, y2 = (curves[:, at, None] for at in range(4))
    reach = np.maximum(np.abs(x2 - x1) / 2, CONNECTION_REACH)
    t = steps[None, :]
    u = 1 - t
    xs = u**3 * x1 + 3 * u**2 * t * (x1 + reach) + 3 * u * t**2 * (x2 - reach) + t**3 * x2
    ys = (u**3 + 3 * u**2 * t) * y1 + (3 * u * t**2 + t**3) * y2
    return np.stack([xs, ys], axis=-1)


def curves_in(board: Board, box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Return which connections may be seen in left, top, right, bottom."""
    curves = board.curves
    x1, y1, x2, y2 = (curves[:, at] for at in range(4))
    # The tangents reach out behind both ends where a connection leads back.
    swing = np.where(x2 - x1 < 2 * CONNECTION_REACH, np.maximum((x1 - x2) / 2, CONNECTION_REACH), 0.0)
    return (
        board.ends.used
        & (np.minimum(x1, x2) - swing <= box[2])
        & (np.maximum(x1, x2) + swing >= box[0])
        & (np.minimum(y1, y2) <= box[3])
        & (np.maximum(y1, y2) >= box[1])
    )


def cards_in(board: Board, box: tuple[float, float, float, float], margin: float = 0.0) -> NDArray[np.bool_]:
    """Return which cards touch left, top, right, bottom."""
    places = board.places.values
    return (
        board.places.used
        & (places[:, 0] - margin < box[2])
        & (places[:, 0] + places[:, 2] + margin > box[0])
        & (places[:, 1] - margin < box[3])
        & (places[:, 1] + places[:, 3] + margin > box[1])
    )
