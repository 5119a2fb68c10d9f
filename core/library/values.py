"""Modules that bring numbers, text, lists and records into a pipeline, and take them apart."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from ..worker import Choices, Range, Schemes, module

ANYWHERE = Schemes(threads=True)


class Pair(NamedTuple):
    """Two values under one another's name."""

    first: Any
    second: Any


@module(title="Number", category="Values", schemes=ANYWHERE)
def number(value: float = 0.0) -> float:
    """Give a number.

    Args:
        value: the number.
    """
    return float(value)


@module(title="Whole number", category="Values", schemes=ANYWHERE)
def integer(value: int = 0) -> int:
    """Give a whole number.

    Args:
        value: the number.
    """
    return int(value)


@module(title="Text", category="Values", schemes=ANYWHERE)
def text(value: str = "") -> str:
    """Give a text.

    Args:
        value: the text.
    """
    return str(value)


@module(title="Yes or no", category="Values", schemes=ANYWHERE)
def boolean(*, value: bool = False) -> bool:
    """Give a yes or a no.

    Args:
        value: the answer.
    """
    return bool(value)


@module(title="Path", category="Values", schemes=ANYWHERE)
def path(value: Path) -> Path:
    """Give the path of a file or folder, with ``~`` replaced by the home folder.

    Args:
        value: the path; it need not exist.
    """
    return Path(value).expanduser()


@module(title="List", category="Values", schemes=ANYWHERE)
def list_of_values(values: list[Any]) -> list[Any]:
    """Give a list, to map over or to pass on whole.

    Args:
        values: the items.
    """
    return list(values)


@module(title="Record", category="Values", schemes=ANYWHERE)
def record(**fields: Any) -> dict[str, Any]:
    """Make one record, which is one row of a table, from named values.

    Args:
        fields: the values by their names.
    """
    return dict(fields)


@module(title="Pair", category="Values", schemes=ANYWHERE)
def pair(first: Any, second: Any) -> Pair:
    """Pass two values on side by side, so that what follows waits for both.

    Args:
        first: any value.
        second: any value.
    """
    return Pair(first, second)


@module(title="Range of whole numbers", category="Values", schemes=ANYWHERE)
def range_of_numbers(start: int = 0, stop: int = 10, step: int = 1) -> list[int]:
    """List whole numbers from ``start`` up to, but without, ``stop``.

    Args:
        start: the first number.
        stop: the end, which is not in the list.
        step: the distance between two numbers; a negative one counts down.
    """
    if step == 0:
        raise ValueError("a step of 0 never arrives: give a positive or a negative step")
    return list(range(start, stop, step))


@module(title="Evenly spaced numbers", category="Values", schemes=ANYWHERE)
def linspace(
    start: float = 0.0,
    stop: float = 1.0,
    count: Annotated[int, Range(0, 10_000_000)] = 11,
    spacing: Annotated[str, Choices("linear", "logarithmic")] = "linear",
) -> list[float]:
    """List ``count`` numbers from ``start`` to ``stop``, both included.

    Args:
        start: the first number.
        stop: the last number.
        count: how many numbers.
        spacing: equal differences (linear) or equal ratios (logarithmic; both ends must be above 0).
    """
    if spacing == "logarithmic":
        if start <= 0 or stop <= 0:
            raise ValueError(f"a logarithmic spacing needs ends above 0, not {start} and {stop}")
        inner = linspace(math.log(start), math.log(stop), count)[1:-1]
        return ([float(start)] + [math.exp(x) for x in inner] + [float(stop)])[:count]
    if count < 2:
        return [float(start)] * count
    step = (stop - start) / (count - 1)
    return [start + step * i for i in range(count - 1)] + [float(stop)]


@module(title="Random numbers", category="Values", schemes=ANYWHERE)
def random_numbers(
    count: Annotated[int, Range(0, 10_000_000)] = 100,
    low: float = 0.0,
    high: float = 1.0,
    seed: int = 0,
) -> list[float]:
    """List random numbers, evenly spread between two bounds and the same for the same seed.

    Args:
        count: how many numbers.
        low: the lower bound.
        high: the upper bound.
        seed: where the sequence starts.
    """
    draw = random.Random(seed)  # noqa: S311 - numbers for calculations, not for secrets
    return [draw.uniform(low, high) for _ in range(count)]


@module(title="Pick", category="Values", schemes=ANYWHERE)
def pick(value: Any, item: Any = 0) -> Any:
    """Take one item of a list, one entry of a mapping, or one attribute of an object.

    Args:
        value: what to take from.
        item: a position (negative ones count from the end), a key, or the name of an attribute.
    """
    if isinstance(value, Mapping):
        return _entry(value, item)
    if isinstance(item, str) and not item.lstrip("-").isdigit():
        return _attribute(value, item)
    try:
        return value[int(item)]
    except (IndexError, KeyError):
        raise IndexError(f"there is no item {item}: {_holds(value)}") from None
    except TypeError:
        raise TypeError(f"nothing can be picked by {item!r} from a {type(value).__name__}") from None


def _entry(value: Mapping[Any, Any], key: Any) -> Any:
    """Return the entry of a mapping, or say which keys there are."""
    if key in value:
        return value[key]
    known = ", ".join(repr(k) for k in list(value)[:12])
    raise KeyError(f"there is no key {key!r}; the keys are {known or 'none'}")


def _attribute(value: Any, name: str) -> Any:
    """Return a public attribute of an object, or say that it has none of this name."""
    if name.startswith("_"):
        raise ValueError(f"{name!r} is private to {type(value).__name__} and cannot be picked")
    try:
        return getattr(value, name)
    except AttributeError:
        raise AttributeError(f"a {type(value).__name__} has no attribute {name!r}") from None


def _holds(value: Any) -> str:
    """Say how many items a value holds."""
    size = f" of {len(value)} items" if hasattr(value, "__len__") else ""
    return f"the value is a {type(value).__name__}{size}"
