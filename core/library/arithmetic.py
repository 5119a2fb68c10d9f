"""Modules that calculate with arrays entry by entry: arithmetic, scaling, masks and number formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from ..worker import Choices, Schemes, module
from .choosing import one_of

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)
OPERATIONS = ("add", "subtract", "multiply", "divide", "power", "remainder", "maximum", "minimum")
COMPARISONS = ("above", "at least", "below", "at most", "equal", "not equal")


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


@module(title="Arithmetic", category="Arrays", schemes=ANYWHERE)
def arithmetic(
    first: Any,
    second: Any,
    operation: Annotated[str, Choices(*OPERATIONS)] = "add",
) -> Any:
    """Calculate with two arrays or numbers, entry by entry.

    Args:
        first: an array or a number.
        second: an array or a number.
        operation: what to calculate; dividing by 0 gives infinity, or what is not a number.
    """
    import numpy as np

    one_of(operation, OPERATIONS, "operation")
    with np.errstate(divide="ignore", invalid="ignore"):
        result = getattr(np, operation)(first, second)
    return result if np.ndim(result) else result.item()


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
    kept = values[~np.isnan(values)]
    if not kept.size:
        return np.array(values)
    known = {
        "range": (kept.min(), np.ptp(kept)),
        "z-score": (kept.mean(), kept.std()),
        "maximum": (0.0, np.abs(kept).max()),
        "sum": (0.0, kept.sum()),
    }
    origin, scale = known[one_of(method, known, "method")]
    if scale == 0:
        raise ValueError(f"these numbers cannot be scaled by their {method}, which is 0 for them")
    return np.asarray((values - origin) / scale)


@module(title="Clip", category="Arrays", schemes=ANYWHERE)
def clip(array: np.ndarray, low: float | None = None, high: float | None = None) -> np.ndarray:
    """Limit the numbers of an array from below and above.

    Args:
        array: the numbers.
        low: the smallest number allowed; empty means none.
        high: the largest number allowed; empty means none.
    """
    import numpy as np

    return np.asarray(np.clip(array, low, high))


@module(title="Convert numbers", category="Arrays", schemes=ANYWHERE)
def convert(
    array: np.ndarray,
    dtype: Annotated[
        str, Choices("float64", "float32", "int64", "int32", "int16", "uint16", "uint8", "bool", "complex128")
    ] = "float64",
    *,
    clip: bool = True,
) -> np.ndarray:
    """Store the numbers of an array in another way.

    Args:
        array: the numbers.
        dtype: how to store them.
        clip: whether numbers too large or too small for whole-number types become the nearest one; if not,
            they are an error.
    """
    import numpy as np

    values = np.asarray(array)
    if np.dtype(dtype).kind not in "iu" or values.dtype.kind not in "iuf":
        return np.array(values, dtype=dtype)
    limits = np.iinfo(dtype)
    if np.isnan(values).any():
        raise ValueError(f"some entries are not a number, which {dtype} cannot store: replace them first")
    if not clip and values.size and (values.min() < limits.min or values.max() > limits.max):
        told = f"{values.min()} … {values.max()} does not fit {dtype} ({limits.min} … {limits.max})"
        raise ValueError(told)
    return np.asarray(_clipped(values, limits).astype(dtype))


@module(title="Replace what is not a number", category="Arrays", schemes=ANYWHERE)
def replace_missing(array: np.ndarray, value: float = 0.0) -> np.ndarray:
    """Put a number in the place of entries that are not a number or infinite.

    Args:
        array: the numbers.
        value: what to put there.
    """
    import numpy as np

    return np.asarray(np.where(np.isfinite(array), array, value))


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

    one_of(comparison, COMPARISONS, "comparison")
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

    return np.asarray(np.asarray(array)[np.asarray(mask, dtype=bool)])


@module(title="Where", category="Arrays", schemes=ANYWHERE)
def where(mask: np.ndarray, first: Any, second: Any = 0) -> np.ndarray:
    """Take one value where a mask is true, and another where it is not.

    Args:
        mask: true or false.
        first: an array or a number, taken where the mask is true.
        second: an array or a number, taken elsewhere.
    """
    import numpy as np

    return np.asarray(np.where(np.asarray(mask, dtype=bool), first, second))


def _clipped(values: np.ndarray, limits: np.iinfo[Any]) -> np.ndarray:
    """Return ``values`` within ``limits``, without a detour that loses digits of whole numbers."""
    import numpy as np

    if values.dtype.kind == "f":
        top = np.nextafter(float(limits.max) + 1, 0)
        return np.asarray(np.clip(values, float(limits.min), top))
    have = np.iinfo(values.dtype)
    return np.asarray(np.clip(values, max(limits.min, have.min), min(limits.max, have.max)))
