"""Modules for arrays of numbers: arithmetic, shapes, parts, masks and summaries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from ..worker import Choices, Range, Schemes, module

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)
SUMMARIES = ("mean", "sum", "min", "max", "median", "std", "var")
COMPARISONS = ("above", "at least", "below", "at most", "equal", "not equal")


class ArrayStatistics(NamedTuple):
    """What can be said of all numbers of an array; those that are not a number are left out and counted."""

    mean: float
    std: float
    minimum: float
    maximum: float
    median: float
    count: int
    missing: int


@module(title="Array", category="Arrays", schemes=ANYWHERE)
def array_of(values: list[Any]) -> np.ndarray:
    """Make an array from a list, or from lists of equal length inside a list.

    Args:
        values: the numbers.
    """
    import numpy as np

    try:
        return np.array(values)
    except ValueError as error:
        raise ValueError(f"these lists do not make an array: {error}") from error


@module(title="Array statistics", category="Arrays", schemes=ANYWHERE)
def statistics(array: np.ndarray) -> ArrayStatistics:
    """Summarise an array; entries that are not a number are left out.

    Args:
        array: the numbers.
    """
    import numpy as np

    values = np.asarray(array).ravel()
    kept = values[~np.isnan(values)] if values.dtype.kind in "fc" else values
    if not kept.size:
        nan = float("nan")
        return ArrayStatistics(nan, nan, nan, nan, nan, 0, int(values.size))
    numbers = (kept.mean(), kept.std(), kept.min(), kept.max(), np.median(kept))
    return ArrayStatistics(*map(float, numbers), count=int(kept.size), missing=int(values.size - kept.size))


@module(title="Summarise along an axis", category="Arrays", schemes=ANYWHERE)
def reduce(
    array: np.ndarray, summary: Annotated[str, Choices(*SUMMARIES)] = "mean", axis: int | None = None
) -> Any:
    """Reduce an array along one axis, or wholly to one number.

    Args:
        array: the numbers.
        summary: what to calculate.
        axis: the axis that disappears; negative ones count from the last; empty means all.
    """
    import numpy as np

    _one_of(summary, SUMMARIES, "summary")
    result = getattr(np, summary)(np.asarray(array), axis=axis)
    return float(result) if axis is None else np.asarray(result)


@module(title="Part of an array", category="Arrays", schemes=ANYWHERE)
def select(array: np.ndarray, part: str) -> np.ndarray:
    """Take a part of an array, written as in Python: ``0:10, ::2, -1``.

    Args:
        array: the array.
        part: for each axis a position, or start:stop:step; ``...`` stands for all axes between.
    """
    import numpy as np

    try:
        return np.array(np.asarray(array)[_index(part)])
    except IndexError as error:
        raise IndexError(f"the part [{part}] lies outside an array of shape {array.shape}: {error}") from error


@module(title="Stack arrays", category="Arrays", schemes=ANYWHERE)
def stack(arrays: list[np.ndarray], axis: int = 0) -> np.ndarray:
    """Put arrays of the same shape on top of each other, along a new axis.

    Args:
        arrays: the arrays.
        axis: where the new axis is; -1 makes it the last.
    """
    import numpy as np

    shapes = {np.shape(array) for array in arrays}
    if len(shapes) != 1:
        told = ", ".join(map(str, sorted(shapes, key=str))) or "there are none"
        raise ValueError(f"arrays to stack must have one shape: {told}")
    return np.stack(arrays, axis=axis)


@module(title="Concatenate arrays", category="Arrays", schemes=ANYWHERE)
def concatenate(arrays: list[np.ndarray], axis: int = 0) -> np.ndarray:
    """Put arrays one behind the other, along an axis that they have.

    Args:
        arrays: the arrays; their other axes must agree.
        axis: the axis along which they follow each other.
    """
    import numpy as np

    return np.concatenate(arrays, axis=axis)


@module(title="Split array", category="Arrays", schemes=ANYWHERE)
def split(array: np.ndarray, axis: int = -1) -> list[np.ndarray]:
    """List the slices of an array along one axis, which disappears from them.

    Args:
        array: the array.
        axis: the axis to walk along; -1 is the last.
    """
    import numpy as np

    return [np.ascontiguousarray(part) for part in np.moveaxis(np.asarray(array), axis, 0)]


@module(title="Reshape", category="Arrays", schemes=ANYWHERE)
def reshape(array: np.ndarray, shape: list[int]) -> np.ndarray:
    """Give the same numbers another shape.

    Args:
        array: the array.
        shape: the lengths of the axes; one of them may be -1, and is calculated.
    """
    import numpy as np

    return np.array(np.asarray(array).reshape(tuple(shape)))


@module(title="Transpose", category="Arrays", schemes=ANYWHERE)
def transpose(array: np.ndarray, axes: list[int] | None = None) -> np.ndarray:
    """Put the axes of an array into another order.

    Args:
        array: the array.
        axes: the old axes in their new order; empty reverses them.
    """
    import numpy as np

    return np.ascontiguousarray(np.transpose(array, axes or None))


@module(title="Normalise", category="Arrays", schemes=ANYWHERE)
def normalise(
    array: np.ndarray, method: Annotated[str, Choices("range", "z-score", "maximum", "sum")] = "range"
) -> np.ndarray:
    """Scale the numbers of an array; entries that are not a number stay so.

    Args:
        array: the numbers.
        method: to 0…1 (range), to mean 0 and deviation 1 (z-score), to a largest magnitude of 1 (maximum),
            or to a sum of 1.
    """
    import numpy as np

    values = np.asarray(array, dtype=float)
    known = {
        "range": (np.nanmin, np.ptp),
        "z-score": (np.nanmean, np.nanstd),
        "maximum": (lambda _: 0.0, lambda v: np.nanmax(np.abs(v))),
        "sum": (lambda _: 0.0, np.nansum),
    }
    _one_of(method, tuple(known), "method")
    origin, width = known[method]
    scale = width(values[~np.isnan(values)])
    if scale == 0:
        raise ValueError(f"an array whose numbers are all alike cannot be normalised by its {method}")
    return np.asarray((values - origin(values)) / scale)


@module(title="Mask by threshold", category="Arrays", schemes=ANYWHERE)
def threshold_mask(
    array: np.ndarray, threshold: float, comparison: Annotated[str, Choices(*COMPARISONS)] = "above"
) -> np.ndarray:
    """Mark the entries that lie above, below or at a number; what is not a number is never marked.

    Args:
        array: the numbers.
        threshold: what they are compared with.
        comparison: which entries to mark.
    """
    import numpy as np

    _one_of(comparison, COMPARISONS, "comparison")
    compare = (np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal)
    values = np.asarray(array)
    marked = compare[COMPARISONS.index(comparison)](values, threshold)
    return np.asarray(marked & ~np.isnan(values) if values.dtype.kind in "fc" else marked)


@module(title="Masked values", category="Arrays", schemes=ANYWHERE)
def masked_values(array: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """List the values of an array where a mask is true; axes that the mask lacks are kept.

    Args:
        array: the values.
        mask: true or false for the leading axes of the array.
    """
    import numpy as np

    return np.asarray(array)[np.asarray(mask, dtype=bool)]


@module(title="Where", category="Arrays", schemes=ANYWHERE)
def where(mask: np.ndarray, first: Any, second: Any = 0) -> np.ndarray:
    """Take one value where a mask is true, and another where it is not.

    Args:
        mask: true or false.
        first: an array or a number, taken where the mask is true.
        second: an array or a number, taken elsewhere.
    """
    import numpy as np

    return np.where(np.asarray(mask, dtype=bool), first, second)


@module(title="Arithmetic", category="Arrays", schemes=ANYWHERE)
def arithmetic(
    first: Any,
    second: Any,
    operation: Annotated[
        str, Choices("add", "subtract", "multiply", "divide", "power", "remainder", "maximum", "minimum")
    ] = "add",
) -> Any:
    """Calculate with two arrays or numbers, entry by entry.

    Args:
        first: an array or a number.
        second: an array or a number.
        operation: what to calculate; dividing by 0 gives infinity, or what is not a number.
    """
    import numpy as np

    known = ("add", "subtract", "multiply", "divide", "power", "remainder", "maximum", "minimum")
    _one_of(operation, known, "operation")
    with np.errstate(divide="ignore", invalid="ignore"):
        result = getattr(np, operation)(first, second)
    return result if np.ndim(result) else result.item()


@module(title="Add", category="Arrays", schemes=ANYWHERE)
def add(first: Any, second: Any) -> Any:
    """Add two arrays or numbers.

    Args:
        first: an array or a number.
        second: an array or a number.
    """
    return arithmetic(first, second, "add")


@module(title="Subtract", category="Arrays", schemes=ANYWHERE)
def subtract(first: Any, second: Any) -> Any:
    """Subtract the second array or number from the first.

    Args:
        first: an array or a number.
        second: an array or a number.
    """
    return arithmetic(first, second, "subtract")


@module(title="Multiply", category="Arrays", schemes=ANYWHERE)
def multiply(first: Any, second: Any) -> Any:
    """Multiply two arrays or numbers.

    Args:
        first: an array or a number.
        second: an array or a number.
    """
    return arithmetic(first, second, "multiply")


@module(title="Divide", category="Arrays", schemes=ANYWHERE)
def divide(first: Any, second: Any) -> Any:
    """Divide the first array or number by the second.

    Args:
        first: an array or a number.
        second: an array or a number; dividing by 0 gives infinity, or what is not a number.
    """
    return arithmetic(first, second, "divide")
