"""Automatic layout in columns: longest paths, barycentre sweeps, transposition, and columns pulled straight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.graph import topological_order
from .measures import COLUMN_GAP, ROW_GAP
from .settling import settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Size = tuple[float, float]
    Edges = Iterable[tuple[str, str]]
    Neighbours = dict[str, list[str]]
    Columns = list[list[str]]

SWEEPS = 8
TRANSPOSITIONS = 3


def arranged(sizes: Mapping[str, Size], edges: Edges) -> dict[str, tuple[float, float]]:
    """Return a place (top left, on the grid) for each box so that connections lead to the right.

    Parts that are not connected are put one below the other, the largest first; single boxes in rows at the end.
    Edges that close a cycle are followed as far as they lead on. The same graph gives the same places.
    """
    after: Neighbours = {name: [] for name in sizes}
    before: Neighbours = {name: [] for name in sizes}
    for source, target in dict.fromkeys(edges):
        if source != target and source in after and target in after:
            after[source].append(target)
            before[target].append(source)
    _cut_cycles(after, before)
    places: dict[str, tuple[float, float]] = {}
    top = 0.0
    parts = _parts(after, before)
    for part in sorted((part for part in parts if len(part) > 1), key=lambda part: -len(part)):
        top = _put_part(part, sizes, after, before, places, top)
    _put_singles([part[0] for part in parts if len(part) == 1], sizes, places, top)
    return places


def _cut_cycles(after: Neighbours, before: Neighbours) -> None:
    ordered = topological_order(after)
    if len(ordered) == len(after):
        return
    rank = {name: at for at, name in enumerate(dict.fromkeys((*ordered, *after)))}
    for name in after:
        after[name] = [follower for follower in after[name] if rank[follower] > rank[name]]
        before[name] = [earlier for earlier in before[name] if rank[earlier] < rank[name]]


def _parts(after: Neighbours, before: Neighbours) -> list[list[str]]:
    seen: set[str] = set()
    parts = []
    for start in after:
        if start in seen:
            continue
        seen.add(start)
        part = [start]
        for name in part:
            for other in (*after[name], *before[name]):
                if other not in seen:
                    seen.add(other)
                    part.append(other)
        parts.append(part)
    return parts


def _put_part(
    part: list[str],
    sizes: Mapping[str, Size],
    after: Neighbours,
    before: Neighbours,
    places: dict[str, tuple[float, float]],
    top: float,
) -> float:
    columns = ordered_columns(_columns(part, after, before), after, before)
    heights = {name: sizes[name][1] for name in part}
    rows = settled(columns, heights, after, before, ROW_GAP)
    lift = top - min(rows.values())
    x = 0.0
    for column in columns:
        for name in column:
            places[name] = (x, round((rows[name] + lift) / 4) * 4.0)
        x += max(sizes[name][0] for name in column) + COLUMN_GAP
    return max(places[name][1] + heights[name] for name in part) + 2 * ROW_GAP


def _columns(part: list[str], after: Neighbours, before: Neighbours) -> Columns:
    """Put each node behind all that feed it; those fed by nothing stand right before what they feed."""
    ordered = topological_order({name: after[name] for name in part})
    column = dict.fromkeys(part, 0)
    for name in ordered:
        for follower in after[name]:
            column[follower] = max(column[follower], column[name] + 1)
    for name in reversed(ordered):
        if not before[name] and after[name]:
            column[name] = min(column[follower] for follower in after[name]) - 1
    columns: Columns = [[] for _ in range(max(column.values()) + 1)]
    for name in part:
        columns[column[name]].append(name)
    return [names for names in columns if names]


def ordered_columns(columns: Columns, after: Neighbours, before: Neighbours) -> Columns:
    """Return the columns with their nodes in an order that has few crossings."""
    share: dict[str, float] = {}
    for column in columns:
        _number(column, share)
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        near = before if forwards else after
        for column in columns if forwards else reversed(columns):
            _sort_column(column, near, share)
    for _ in range(TRANSPOSITIONS):
        if not sum(_transpose(column, after, before, share) for column in columns):
            break
    return columns


def _number(column: list[str], share: dict[str, float]) -> None:
    # Shares of the column's height: neighbours need not stand in the next column.
    step = 1.0 / len(column)
    for at, name in enumerate(column):
        share[name] = (at + 0.5) * step


def _sort_column(column: list[str], near: Neighbours, share: dict[str, float]) -> None:
    centre = {}
    for name in column:
        others = near[name]
        centre[name] = sum(share[other] for other in others) / len(others) if others else share[name]
    column.sort(key=centre.__getitem__)
    _number(column, share)


def _transpose(column: list[str], after: Neighbours, before: Neighbours, share: dict[str, float]) -> int:
    """Exchange neighbours where that saves crossings; return how many."""
    exchanged = 0
    for at in range(len(column) - 1):
        upper, lower = column[at], column[at + 1]
        gain = 0
        for near in (after, before):
            gain += _crossings(near[upper], near[lower], share)
        if gain > 0:
            column[at], column[at + 1] = lower, upper
            exchanged += 1
    if exchanged:
        _number(column, share)
    return exchanged


_MOST_COMPARED = 64


def _crossings(upper: list[str], lower: list[str], share: dict[str, float]) -> int:
    """Return how many crossings fewer there are if the lower one stands above."""
    if len(upper) * len(lower) > _MOST_COMPARED:
        return 0
    saved = 0
    for one in upper:
        mine = share[one]
        for other in lower:
            theirs = share[other]
            saved += (mine > theirs) - (mine < theirs)
    return saved


def _put_singles(
    names: list[str], sizes: Mapping[str, Size], places: dict[str, tuple[float, float]], top: float
) -> None:
    if not names:
        return
    width = max(sizes[name][0] for name in names) + COLUMN_GAP
    height = max(sizes[name][1] for name in names) + ROW_GAP
    across = max(1, round(len(names) ** 0.5))
    for at, name in enumerate(names):
        places[name] = (at % across * width, round((top + at // across * height) / 4) * 4.0)
