"""Modules that make, cut, join, reshape and summarise arrays of numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from ..worker import Choices, Range, Schemes, module
from .choosing import one_of

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)
SUMMARIES = ("mean", "sum", "min", "max", "median", "std", "var")


class ArrayStatistics(NamedTuple):
    """What can be said of all numbers of an array; those that are not a number are left out and counted."""

    mean: float
    std: float
    minimum: float
    maximum: float
    median: float
    size: int
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


@module(title="Random array", category="Arrays", schemes=ANYWHERE)
def random_array(
    shape: list[int],
    distribution: Annotated[str, Choices("normal", "uniform")] = "normal",
    seed: Annotated[int, Range(0, None)] = 0,
) -> np.ndarray:
    """Make an array of random numbers, the same for the same seed.

    Args:
        shape: the lengths of the axes.
        distribution: mean 0 and deviation 1 (normal), or even between 0 and 1 (uniform).
        seed: where the sequence starts.
    """
    import numpy as np

    one_of(distribution, ("normal", "uniform"), "distribution")
    draw = np.random.default_rng(seed)
    return draw.standard_normal(tuple(shape)) if distribution == "normal" else draw.random(tuple(shape))


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
        return ArrayStatistics(nan, nan, nan, nan, nan, 0, values.size)
    middle, deviation = float(kept.mean()), float(kept.std())
    ends = float(kept.min()), float(kept.max())
    median = float(np.median(kept))
    return ArrayStatistics(middle, deviation, *ends, median, kept.size, values.size - kept.size)


@module(title="Summarise along an axis", category="Arrays", schemes=ANYWHERE)
def reduce(array: np.ndarray, summary: Annotated[str, Choices(*SUMMARIES)] = "mean", axis: int | None = None) -> Any:
    """Reduce an array along one axis, or wholly to one number.

    Args:
        array: the numbers.
        summary: what to calculate.
        axis: the axis that disappears; negative ones count from the last; empty means all.
    """
    import numpy as np

    one_of(summary, SUMMARIES, "summary")
    result = getattr(np, summary)(np.asarray(array), axis=axis)
    return float(result) if axis is None else np.asarray(result)


@module(title="Position of the largest", category="Arrays", schemes=ANYWHERE)
def position_of_largest(array: np.ndarray) -> list[int]:
    """Give the position of the largest number, one index for each axis; what is not a number is left out.

    Args:
        array: the numbers.
    """
    import numpy as np

    flat = int(np.nanargmax(array))
    return [int(i) for i in np.unravel_index(flat, np.shape(array))]


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
        raise IndexError(f"the part [{part}] lies outside the shape {array.shape}: {error}") from error


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


def _index(part: str) -> tuple[Any, ...]:
    """Return the index that a text such as ``0:10, ::2, -1`` spells."""
    return tuple(_one_index(piece.strip(), part) for piece in part.strip("[] ").split(","))


def _one_index(piece: str, part: str) -> Any:
    """Return the index for one axis: a position, a slice, or the dots that stand for several axes."""
    if piece == "...":
        return Ellipsis
    if not re.fullmatch(r"-?\d+|(-?\d+)?\s*:\s*(-?\d+)?\s*(:\s*(-?\d+)?)?", piece):
        raise ValueError(f"{piece!r} in the part [{part}] is no position and no start:stop:step")
    numbers = [int(number) if number.strip() else None for number in piece.split(":")]
    return numbers[0] if len(numbers) == 1 else slice(*numbers)
