"""Modules that find the objects in an image: thresholds, masks, labels, watershed and measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from ..worker import Choices, Range, Schemes, Unit, module
from .choosing import one_of
from .optional import need

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)
METHODS = ("otsu", "li", "yen", "triangle", "isodata", "mean", "minimum")


class Labels(NamedTuple):
    """An image in which each object's pixels bear its number (0 is no object), and the number of objects."""

    labels: np.ndarray
    number: int


@module(title="Threshold", category="Segmentation", schemes=ANYWHERE)
def threshold(image: np.ndarray, method: Annotated[str, Choices(*METHODS)] = "otsu") -> float:
    """Find the brightness that separates objects from what is behind them.

    Args:
        image: a grey image.
        method: how to find it (see skimage.filters.threshold_otsu and its neighbours).
    """
    import numpy as np

    one_of(method, METHODS, "method")
    values = np.asarray(image)
    if not values.size:
        raise ValueError("an empty image has no threshold")
    filters = need("skimage.filters", "finding a threshold")
    return float(getattr(filters, f"threshold_{method}")(values))


@module(title="Binary mask", category="Segmentation", schemes=ANYWHERE)
def binary_mask(image: np.ndarray, threshold: float, *, dark_objects: bool = False) -> np.ndarray:
    """Mark the pixels above a brightness.

    Args:
        image: the image.
        threshold: the brightness.
        dark_objects: whether to mark the pixels at or below it instead.
    """
    import numpy as np

    return np.asarray(np.asarray(image) <= threshold if dark_objects else np.asarray(image) > threshold)


@module(title="Fill holes", category="Segmentation", schemes=ANYWHERE)
def fill_holes(mask: np.ndarray) -> np.ndarray:
    """Mark the holes inside marked regions, too.

    Args:
        mask: the marked pixels.
    """
    import numpy as np

    return np.asarray(need("scipy.ndimage", "filling holes").binary_fill_holes(np.asarray(mask, dtype=bool)))


@module(title="Clean a mask", category="Segmentation", schemes=ANYWHERE)
def clean_mask(
    mask: np.ndarray,
    operation: Annotated[str, Choices("opening", "closing", "erosion", "dilation")] = "opening",
    radius: Annotated[int, Range(1, 100), Unit("px")] = 1,
) -> np.ndarray:
    """Remove specks (opening), close gaps (closing), shrink (erosion) or grow (dilation) marked regions.

    Args:
        mask: the marked pixels.
        operation: what to do.
        radius: of the disk that does it.
    """
    import numpy as np

    one_of(operation, ("opening", "closing", "erosion", "dilation"), "operation")
    disk = need("skimage.morphology", "cleaning a mask").disk(radius)
    change = getattr(need("scipy.ndimage", "cleaning a mask"), f"binary_{operation}")
    return np.asarray(change(np.asarray(mask, dtype=bool), disk))


@module(title="Label regions", category="Segmentation", schemes=ANYWHERE)
def label(
    mask: np.ndarray,
    min_area: Annotated[int, Range(0, None), Unit("px")] = 0,
    *,
    diagonals: bool = True,
    clear_border: bool = False,
) -> Labels:
    """Number the connected regions of a mask, from 1 on.

    Args:
        mask: the marked pixels.
        min_area: regions with fewer pixels are dropped.
        diagonals: whether pixels that touch at a corner only belong together.
        clear_border: whether regions that touch the border of the image are dropped.
    """
    import numpy as np

    marked = np.asarray(mask, dtype=bool)
    measure = need("skimage.measure", "labelling regions")
    found = measure.label(marked, connectivity=marked.ndim if diagonals else 1)
    if clear_border:
        found = need("skimage.segmentation", "clearing the border").clear_border(found)
    areas = np.bincount(found.ravel())
    keep = areas >= max(1, min_area)
    keep[0] = False
    numbers = np.where(keep, np.cumsum(keep), 0).astype(np.int32)
    return Labels(numbers[found], int(keep.sum()))


@module(title="Markers", category="Segmentation", schemes=ANYWHERE)
def markers(image: np.ndarray, background: float, objects: float) -> np.ndarray:
    """Mark sure background with 1 and sure objects with 2, from where a watershed floods.

    Args:
        image: a grey image.
        background: pixels darker than this are background.
        objects: pixels brighter than this are objects.
    """
    import numpy as np

    if background > objects:
        raise ValueError(f"the background ({background:g}) must be darker than the objects ({objects:g})")
    values = np.asarray(image)
    return np.where(values > objects, 2, np.where(values < background, 1, 0)).astype(np.int32)


@module(title="Watershed", category="Segmentation", schemes=ANYWHERE)
def watershed(elevation: np.ndarray, markers: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Flood an image from markers until the waters meet at its ridges; each pixel gets its marker's number.

    Args:
        elevation: the heights, for instance the edges of an image.
        markers: the numbers of the sources, 0 elsewhere.
        mask: where to flood; empty means everywhere.
    """
    import numpy as np

    if elevation.shape != markers.shape:
        raise ValueError(f"elevation {elevation.shape} and markers {markers.shape} must have one shape")
    flood = need("skimage.segmentation", "a watershed").watershed
    where = None if mask is None else np.asarray(mask, dtype=bool)
    return np.asarray(flood(np.array(elevation), np.array(markers), mask=where))


@module(title="Measure regions", category="Segmentation", schemes=ANYWHERE)
def measure(labels: np.ndarray, image: np.ndarray | None = None) -> list[dict[str, Any]]:
    """Measure each labelled region: area, centroid, box and shape.

    With an image also its brightness, and for a grey one the centroid weighted by it (``bright y``, ``x``).

    Args:
        labels: the numbers of the regions, 0 is none.
        image: the image to take the brightness from.
    """
    import numpy as np

    numbers = np.asarray(labels)
    if image is not None and image.shape[: numbers.ndim] != numbers.shape:
        raise ValueError(f"labels {numbers.shape} and image {image.shape} must have one shape")
    regions = need("skimage.measure", "measuring regions").regionprops(numbers, image)
    return [_row(region, with_brightness=image is not None) for region in regions]


def _row(region: Any, *, with_brightness: bool) -> dict[str, Any]:
    """Return the row of the table for one region."""
    y, x = region.centroid
    top, left, bottom, right = region.bbox
    row = {
        "label": int(region.label),
        "area": int(region.area),
        "y": float(y),
        "x": float(x),
        "top": int(top),
        "left": int(left),
        "height": int(bottom - top),
        "width": int(right - left),
        "eccentricity": float(region.eccentricity),
    }
    if not with_brightness:
        return row
    for name in ("mean", "min", "max"):
        row[f"{name} brightness"] = _plain(getattr(region, f"intensity_{name}"))
    if region.image_intensity.ndim == region.image.ndim and region.image_intensity.sum() > 0:
        row |= dict(zip(("bright y", "bright x"), map(float, region.centroid_weighted), strict=True))
    return row


def _plain(value: Any) -> Any:
    """Return a NumPy number as a Python one, an array of colours as a list."""
    return value.tolist() if hasattr(value, "tolist") else value
