"""Where things that are moved come to rest: in line with others, else on the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .measures import GRID_STEP

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Snapped(NamedTuple):
    """How far to move, and the lines that show why: x of upright ones, y of level ones."""

    dx: float
    dy: float
    upright: tuple[float, ...] = ()
    level: tuple[float, ...] = ()


def snap(box: tuple[float, float, float, float], others: NDArray[np.float64], reach: float) -> Snapped:
    """Return the small move that brings a box (x, y, width, height) into line with ``others`` (a row each).

    An edge or the middle of another within ``reach`` wins over the grid.
    """
    x, y, width, height = box
    dx, upright = _one_way((x, x + width / 2, x + width), others[:, 0], others[:, 2], reach)
    dy, level = _one_way((y, y + height / 2, y + height), others[:, 1], others[:, 3], reach)
    if not upright:
        dx = on_grid(x) - x
    if not level:
        dy = on_grid(y) - y
    return Snapped(dx, dy, upright, level)


def _one_way(
    own: tuple[float, float, float], starts: NDArray[np.float64], lengths: NDArray[np.float64], reach: float
) -> tuple[float, tuple[float, ...]]:
    best, line = reach, None
    move = 0.0
    for at, share in zip(own, (0.0, 0.5, 1.0), strict=True):
        if not len(starts):
            break
        # Like with like: left edges with left edges, middles with middles.
        places = starts + lengths * share
        nearest = int(np.argmin(np.abs(places - at)))
        distance = abs(float(places[nearest]) - at)
        if distance < best:
            best, line, move = distance, float(places[nearest]), float(places[nearest]) - at
    return move, (line,) if line is not None else ()


def on_grid(value: float) -> float:
    """Return the nearest place on the grid."""
    return round(value / GRID_STEP) * float(GRID_STEP)
