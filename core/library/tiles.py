"""Modules that cut an image into overlapping tiles, put tiles back, and arrange images in a mosaic."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

from ..worker import Range, Schemes, Unit, module
from .images import to_bytes

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)


@module(title="Split into tiles", category="Images", schemes=ANYWHERE)
def split_tiles(
    image: np.ndarray,
    size: Annotated[int, Range(1, None), Unit("px")] = 256,
    overlap: Annotated[int, Range(0, None), Unit("px")] = 0,
) -> list[dict[str, Any]]:
    """Cut an image into square tiles, row by row; the last ones of a row or column may be smaller.

    Each is a record of the part (``image``) and the place of its first pixel (``top`` and ``left``).

    Args:
        image: rows × columns, with or without colours.
        size: the number of rows and of columns of a tile.
        overlap: how many of them a tile shares with its neighbour.
    """
    import numpy as np

    if not 0 <= overlap < size:
        raise ValueError(f"the overlap ({overlap}) must be smaller than the tile ({size})")
    whole = np.asarray(image)
    tops, lefts = (_starts(length, size, size - overlap) for length in whole.shape[:2])
    corners = [(top, left) for top in tops for left in lefts]
    return [{"image": np.array(whole[y : y + size, x : x + size]), "top": y, "left": x} for y, x in corners]


@module(title="Join tiles", category="Images", schemes=ANYWHERE)
def join_tiles(tiles: list[dict[str, Any]]) -> np.ndarray:
    """Put tiles back to one image; where tiles overlap, later ones cover earlier ones.

    Args:
        tiles: records as Split into tiles makes them.
    """
    import numpy as np

    if not tiles:
        raise ValueError("there are no tiles to join")
    parts = [(np.asarray(tile["image"]), int(tile["top"]), int(tile["left"])) for tile in tiles]
    height = max(top + part.shape[0] for part, top, _ in parts)
    width = max(left + part.shape[1] for part, _, left in parts)
    first = parts[0][0]
    whole = np.zeros((height, width, *first.shape[2:]), dtype=first.dtype)
    for part, top, left in parts:
        whole[top : top + part.shape[0], left : left + part.shape[1]] = part
    return whole


@module(title="Mosaic", category="Images", schemes=ANYWHERE)
def mosaic(
    images: list[np.ndarray],
    columns: Annotated[int, Range(0, None)] = 0,
    tile: Annotated[int, Range(8, 4096), Unit("px")] = 128,
    gap: Annotated[int, Range(0, 100), Unit("px")] = 4,
) -> np.ndarray:
    """Arrange small versions of images in a grid, as a picture in colours; label images are coloured.

    Args:
        images: images, masks, or images of labels (whole numbers that are no bytes).
        columns: how many images lie side by side; 0 makes the grid about square.
        tile: the height and width that each image is fitted into.
        gap: the white space between two images.
    """
    import numpy as np

    if not images:
        raise ValueError("there are no images to arrange")
    across = columns or math.ceil(math.sqrt(len(images)))
    down = math.ceil(len(images) / across)
    step = tile + gap
    canvas = np.full((down * step + gap, across * step + gap, 3), 255, dtype=np.uint8)
    for position, image in enumerate(images):
        small = _shrunk(_coloured(np.asarray(image)), tile)
        height, width = small.shape[:2]
        top = gap + position // across * step + (tile - height) // 2
        left = gap + position % across * step + (tile - width) // 2
        canvas[top : top + height, left : left + width] = small
    return canvas


def _starts(length: int, size: int, step: int) -> list[int]:
    """Return where tiles begin so that they cover ``length`` and none lies wholly inside the one before."""
    return list(range(0, max(1, length - (size - step)), step))


def _shrunk(image: np.ndarray, size: int) -> np.ndarray:
    """Return every n-th pixel of an image so that it fits a square, keeping its proportions."""
    import numpy as np

    height, width = image.shape[:2]
    scale = min(1.0, size / max(height, width))
    rows = (np.arange(max(1, round(height * scale))) / scale).astype(int)
    columns = (np.arange(max(1, round(width * scale))) / scale).astype(int)
    return np.asarray(image[np.minimum(rows, height - 1)][:, np.minimum(columns, width - 1)])


def _coloured(image: np.ndarray) -> np.ndarray:
    """Return any image as three bytes a pixel."""
    import numpy as np

    if image.dtype.kind in "iu" and image.dtype != np.uint8:
        return np.asarray(_palette(int(image.max(initial=0)))[np.maximum(image, 0)])
    pixels = to_bytes(image) if image.dtype.kind in "bu" else to_bytes(_stretched(image))
    return np.asarray(np.repeat(pixels[..., None], 3, axis=-1) if pixels.ndim == 2 else pixels[..., :3])


def _stretched(image: np.ndarray) -> np.ndarray:
    """Return fractions that span 0…1; what is not a number becomes 0."""
    import numpy as np

    values = np.nan_to_num(np.asarray(image, dtype=float), posinf=0, neginf=0)
    width = float(np.ptp(values)) if values.size else 0.0
    return np.asarray((values - values.min()) / width if width else values * 0)


def _palette(count: int) -> Any:
    """Return black and ``count`` bright colours whose neighbours differ, as bytes."""
    import numpy as np

    turns = (np.arange(count + 1) * 0.618034)[:, None] + np.array([0, 1 / 3, 2 / 3])
    colours = (155 + 100 * np.cos(2 * np.pi * turns)).astype(np.uint8)
    colours[0] = 0
    return colours
