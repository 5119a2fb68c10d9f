"""Heights for the boxes of ordered columns: as near to their neighbours' as the order and the gaps allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PASSES = 4


def settled(
    columns: Sequence[Sequence[str]],
    heights: Mapping[str, float],
    after: Mapping[str, Sequence[str]],
    before: Mapping[str, Sequence[str]],
    gap: float,
) -> dict[str, float]:
    """Return the top of each box; within a column the order is kept and boxes are ``gap`` apart."""
    tops: dict[str, float] = {}
    for column in columns:
        total = sum(heights[name] + gap for name in column)
        at = -total / 2
        for name in column:
            tops[name] = at
            at += heights[name] + gap
    for number in range(PASSES):
        near = before if number % 2 == 0 else after
        for column in columns if number % 2 == 0 else reversed(columns):
            _settle(column, heights, near, tops, gap)
    return tops


def _settle(
    column: Sequence[str],
    heights: Mapping[str, float],
    near: Mapping[str, Sequence[str]],
    tops: dict[str, float],
    gap: float,
) -> None:
    """Move a column's boxes the least (in squares) from where their neighbours want them.

    Without the gaps this is isotonic regression: pool adjacent violators (Ayer et al., 1955).
    """
    pools: list[list[float]] = []
    offset, offsets = 0.0, []
    for name in column:
        others = near[name]
        wanted = tops[name]
        if others:
            # Tops with tops: there the first ports are, so that a chain of cards is a straight line.
            wanted = sum(tops[other] for other in others) / len(others)
        offsets.append(offset)
        pools.append([wanted - offset, 1.0])
        offset += heights[name] + gap
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, count = pools.pop()
            earlier = pools[-1]
            earlier[0] = (earlier[0] * earlier[1] + mean * count) / (earlier[1] + count)
            earlier[1] += count
    at = 0
    for mean, count in pools:
        for _ in range(int(count)):
            tops[column[at]] = mean + offsets[at]
            at += 1
