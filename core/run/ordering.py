"""The order in which ready tasks are started."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..planning.plan import Plan

Rank = tuple[float, ...]
Order = Callable[[Plan, Mapping[int, float]], list[Rank]]
"""Gives each node of a plan a rank, given how many seconds its tasks take, as far as that is known.

Tasks of a lower rank start first, equal ones by their node's place in the plan.
"""


def critical_path(plan: Plan, seconds: Mapping[int, float]) -> list[Rank]:
    """Start first what the longest way to the end begins with, in seconds; a node not known counts as a usual one."""
    usual = sorted(seconds.values())[len(seconds) // 2] if seconds else 1.0
    readers = plan.consumers()
    remaining = [0.0] * len(plan.nodes)
    # A node stands behind those that it reads; of those before it, which a loop feeds, nothing is known yet.
    for number in range(len(remaining) - 1, -1, -1):
        after = max([remaining[reader] for reader, _ in readers[number]]) if readers[number] else 0.0
        remaining[number] = after + seconds.get(number, usual)
    return [(-length,) for length in remaining]


def topological(plan: Plan, seconds: Mapping[int, float]) -> list[Rank]:  # noqa: ARG001 - all orders are called alike
    """Start the nodes in the order in which they stand in the plan."""
    return [(float(node.number),) for node in plan.nodes]


def memory_first(plan: Plan, seconds: Mapping[int, float]) -> list[Rank]:  # noqa: ARG001 - all orders are called alike
    """Start first what asks for most memory, and of these what asks for most cores."""
    return [(-float(node.mem_gb), -float(node.n_procs)) for node in plan.nodes]


ORDERS: dict[str, Order] = {
    "critical-path": critical_path,
    "topological": topological,
    "memory-first": memory_first,
}
BY_TIME = {"fifo": 1, "lifo": -1}
"""Orders in which tasks start as they have become ready: the first of them first, or the last."""

ALL_ORDERS = (*ORDERS, *BY_TIME)
