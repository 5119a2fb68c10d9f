"""Tells of a run what went well, but perhaps not as it was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .states import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..planning.plan import Axis, Plan
    from .layout import Layout
    from .records import TaskRecord

LIBRARIES_GB = 0.25
"""What Python and its libraries take in a worker, of which a person who estimates a task does not think."""


def warnings_of(
    layout: Layout, records: Sequence[TaskRecord], unlimited: Iterable[str], out_of_use: Mapping[str, str]
) -> list[str]:
    """Return a sentence for each thing to know.

    Schemes ``out_of_use``, with the reason; loops that their bound ended; nodes whose time limit could not be kept,
    because they ran on one of the ``unlimited`` schemes; and nodes whose tasks took more memory than they ask for,
    where that is known.
    """
    lost = [f"{name} took no tasks any more: {why}" for name, why in out_of_use.items()]
    cut = [_cut_text(axis, count) for axis, count in layout.extents.cut_loops()]
    late = [text for name in unlimited if (text := _late_text(layout.plan, name, records))]
    return [*lost, *cut, *late, *_greedy(layout.plan, records)]


def _late_text(plan: Plan, scheme: str, records: Iterable[TaskRecord]) -> str:
    limited = {node.id for node in plan.nodes if node.settings.timeout}
    found = dict.fromkeys(one.node for one in records if one.scheme == scheme and one.node in limited)
    has = "has" if len(found) == 1 else "have"
    return f"{scheme} keeps no time limit, which {', '.join(found)} {has} (timeout)" if found else ""


def _greedy(plan: Plan, records: Iterable[TaskRecord]) -> Iterator[str]:
    peaks: dict[str, int] = {}
    for record in records:
        # In threads the memory is that of all that ran, here that of the script.
        if record.peak_memory > LIBRARIES_GB * 1e9 and record.scheme not in {"serial", "threads", CACHE}:
            peaks[record.node] = max(peaks.get(record.node, 0), record.peak_memory)
    for node in plan.nodes if peaks else ():
        peak = peaks.get(node.id, 0) / 1e9
        if peak > node.mem_gb + LIBRARIES_GB:
            yield f"{node.id} took up to {peak:.2g} GB of memory, and asks for {node.mem_gb:g} GB (mem_gb)"


def _cut_text(axis: Axis, count: int) -> str:
    assert axis.again is not None
    rounds = f"{axis.bound:,} round{'s' if axis.bound != 1 else ''}"
    times = f" for {count:,} items" if count > 1 else ""
    return f"loop {axis.origin!r} stopped at its bound of {rounds}{times}, though {axis.again.output!r} was still true"
