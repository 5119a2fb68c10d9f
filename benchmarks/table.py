"""Prints what was found: for each figure the peers, the fastest first, with their ratio to Treadle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .results import Found, Results, Row


def lines(results: Results) -> Iterator[str]:
    """Go through the lines of the table."""
    if results.facts.get("quick"):
        yield "Small sizes, measured once: this shows that it works, and not how fast.\n"
    for row in results.rows.values():
        if row.peers:
            yield from _row_lines(row)
            yield ""


def verdict(row: Row) -> str:
    """Say whether Treadle reaches what it must."""
    ours = row.ours
    if ours is None or not ours.values:
        return f"at most {short(row.target)}"
    if ours.median <= row.target:
        return f"at most {short(row.target)}: reached"
    return f"at most {short(row.target)}: missed by {ours.median / row.target:.2f}×"


def short(value: float) -> str:
    """Write a number with three digits."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _row_lines(row: Row) -> Iterator[str]:
    yield f"{row.title} ({verdict(row)})"
    ours = row.ours.median if row.ours is not None else float("inf")
    for name, found in row.ranked():
        yield f"  {name:18}{_numbers(found, ours)}"


def _numbers(found: Found, ours: float) -> str:
    remarks = [text for text in ("a limit, no peer" if found.limit else "", found.note, found.trouble) if text]
    if not found.values:
        return f"{'–':>10}{'':9}{'':22}{'; '.join(remarks)}"
    ratio = f"{found.median / ours:.2f}×" if 0 < ours < float("inf") else ""
    spread = f"{short(min(found.values))} … {short(max(found.values))}" if len(found.values) > 1 else ""
    return f"{short(found.median):>10}{ratio:>9}  {spread:20}{'; '.join(remarks)}".rstrip()
