"""Where the parts of a card are, in scene pixels, made from the measures of the look."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, overload

from ..theme.tokens import CARD_PADDING_Y, CHIP, GRID, ICON_SMALL, PORT_ROW, PROGRESS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEADER = CARD_PADDING_Y * 2 + CHIP + 10
FOOT = ICON_SMALL + PROGRESS + 6
GRID_STEP = GRID * 6
"""The distance between the dots of the ground; cards snap to it."""

FAR_BELOW = 0.35
"""Below this scale cards and connections are painted in batches, without text."""

FEW_CARDS, FAR_BELOW_OF_FEW = 200, 0.22
"""So few cards are painted one by one down to a smaller scale: their titles can be read there."""

LEAST_SCALE, MOST_SCALE = 0.02, 4.0
HUB = 24
"""A port that feeds more connections than this shows only their ends, unless it is selected."""

STUB = 44.0
"""The length of what is shown of a hub's connection."""

COLUMN_GAP, ROW_GAP = 72, 32
"""Between the cards of an automatic layout."""

FRAME_TITLE = 28
FRAME_LEAST, COMMENT_LEAST = (120.0, 80.0), (80.0, 44.0)
HANDLE = 14.0
"""The corner by which frames and comments are resized."""

MOST_DOTS = 24
"""A node with more tasks than this shows a bar in place of a dot each."""


@cache
def card_height(rows: int) -> int:
    """Return the height of a card with so many rows of ports, on the grid."""
    return -(-(HEADER + max(rows, 1) * PORT_ROW + FOOT) // GRID) * GRID


@overload
def port_y(row: int) -> float: ...


@overload
def port_y(row: NDArray[np.intp]) -> NDArray[np.floating[Any]]: ...


def port_y(row: int | NDArray[np.intp]) -> float | NDArray[np.floating[Any]]:
    """Return how far below the top of its card the middle of a port is; of many ports at once."""
    return HEADER + (row + 0.5) * PORT_ROW
