"""Modules that steer what runs: switch, merge, filter, and the everyday operations on lists."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import Annotated, Any, NamedTuple

from ..worker import FILTERED, NOT_TAKEN, Range, Schemes, Unit, cancelled, module, progress

ANYWHERE = Schemes(threads=True)
TICK = 0.05
"""Seconds between two looks at whether a waiting task was cancelled."""


class Branches(NamedTuple):
    """The two ways a value can take; the other one carries nothing."""

    then: Any
    otherwise: Any


class Numbered(NamedTuple):
    """An item and its position."""

    position: int
    item: Any


@module(title="Switch", category="Control", schemes=ANYWHERE)
def switch(value: Any, *, condition: bool) -> Branches:
    """Send a value down one of two branches; what hangs on the other one is not executed.

    Args:
        value: the value to pass on.
        condition: whether it leaves at ``then``; if not, it leaves at ``otherwise``.
    """
    return Branches(value, NOT_TAKEN) if condition else Branches(NOT_TAKEN, value)


@module(title="Merge", category="Control", schemes=ANYWHERE, merges=True)
def merge(**branches: Any) -> Any:
    """Pass on the value of the branch that was taken; of several, the first.

    Args:
        branches: the ends of the branches, under any names.
    """
    if not branches:
        raise ValueError("nothing to merge: no branch brought a value. Connect both ends of the switch.")
    return next(iter(branches.values()))


@module(title="Filter", category="Control", schemes=ANYWHERE)
def filter(value: Any, *, keep: bool) -> Any:  # noqa: A001 - the name that people look for
    """Pass a value on, or drop this item from what follows.

    Args:
        value: the value to pass on.
        keep: whether it goes on.
    """
    return value if keep else FILTERED


@module(title="Take a part of a list", category="Lists", schemes=ANYWHERE)
def take(items: list[Any], start: int = 0, stop: int | None = None, step: int = 1) -> list[Any]:
    """Take the items from ``start`` up to, but without, ``stop``.

    Args:
        items: the list.
        start: the first position; negative ones count from the end.
        stop: the end, which is not taken; empty means up to the last item.
        step: take every ``step``-th item; a negative one walks backwards from the end of the part.
    """
    if step == 0:
        raise ValueError("a step of 0 never arrives: give a positive or a negative step")
    part = list(items)[start:stop]
    return part[::step]


@module(title="Sort a list", category="Lists", schemes=ANYWHERE)
def sort(items: list[Any], *, descending: bool = False) -> list[Any]:
    """Sort a list whose items can be compared.

    Args:
        items: the list.
        descending: whether the largest comes first.
    """
    try:
        return sorted(items, reverse=descending)
    except TypeError as error:
        told = f"these items have no common order: {error}. Sort a table by a column instead."
        raise TypeError(told) from error


@module(title="Unique items", category="Lists", schemes=ANYWHERE)
def unique(items: list[Any]) -> list[Any]:
    """List each item once, in the order of first appearance.

    Args:
        items: the list.
    """
    if all(isinstance(item, Hashable) and not isinstance(item, tuple) for item in items):
        return list(dict.fromkeys(items))
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


@module(title="Flatten", category="Lists", schemes=ANYWHERE)
def flatten(items: list[Any], depth: Annotated[int, Range(1, 100)] = 1) -> list[Any]:
    """Turn a list of lists into one list.

    Args:
        items: the list of lists; items that are not lists stay as they are.
        depth: how many levels to remove.
    """
    flat = list(items)
    for _ in range(depth):
        flat = [x for item in flat for x in (item if isinstance(item, list | tuple) else [item])]
    return flat


@module(title="Length", category="Lists", schemes=ANYWHERE)
def length(items: Any) -> int:
    """Count the items of a list, the entries of a mapping, or the characters of a text.

    Args:
        items: what to count.
    """
    try:
        return len(items)
    except TypeError:
        raise TypeError(f"a {type(items).__name__} has no length") from None


@module(title="Number the items", category="Lists", schemes=ANYWHERE)
def enumerate_items(items: list[Any], start: int = 0) -> list[Numbered]:
    """Pair each item with its position.

    Args:
        items: the list.
        start: the position of the first item.
    """
    return [Numbered(position, item) for position, item in enumerate(items, start)]


@module(title="Chunk a list", category="Lists", schemes=ANYWHERE)
def chunk(items: list[Any], size: Annotated[int, Range(1, None)] = 10) -> list[list[Any]]:
    """Cut a list into lists of ``size`` items; the last one may be shorter.

    Args:
        items: the list.
        size: how many items a chunk has.
    """
    if size < 1:
        raise ValueError(f"a chunk has at least one item, not {size}")
    return [list(items[i : i + size]) for i in range(0, len(items), size)]


@module(title="Concatenate lists", category="Lists", schemes=ANYWHERE)
def concatenate(**lists: list[Any]) -> list[Any]:
    """Put lists one after the other, in the order of their ports.

    Args:
        lists: the lists, under any names.
    """
    return [item for items in lists.values() for item in items]


@module(title="Reverse a list", category="Lists", schemes=ANYWHERE)
def reverse(items: list[Any]) -> list[Any]:
    """List the items from the last to the first.

    Args:
        items: the list.
    """
    return list(items)[::-1]


@module(title="Compare", category="Control", schemes=ANYWHERE)
def is_between(value: float, low: float | None = None, high: float | None = None) -> bool:
    """Say whether a number lies between two bounds, both included: a condition for a switch or a filter.

    Args:
        value: the number.
        low: the lower bound; empty means none.
        high: the upper bound; empty means none.
    """
    return (low is None or value >= low) and (high is None or value <= high)


@module(title="Wait", category="Control", schemes=ANYWHERE, n_procs=0, cache=False)
def wait(seconds: Annotated[float, Range(0.0, None), Unit("s")] = 1.0, value: Any = None) -> Any:
    """Wait, then pass a value on; a cancelled task stops waiting at once.

    Args:
        seconds: how long to wait.
        value: what to pass on.
    """
    start = time.monotonic()
    while (rest := start + seconds - time.monotonic()) > 0 and not cancelled():
        progress(1 - rest / seconds, f"{rest:.1f} s to wait")
        time.sleep(min(rest, TICK))
    return value
