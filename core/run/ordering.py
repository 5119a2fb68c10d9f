"""The order in which ready tasks are started."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..planning.plan import Plan, sources_of

Rank = tuple[float, ...]
Order = Callable[[Plan, Mapping[int, float]], list[Rank]]
"""Gives each node of a plan a rank, given how many seconds its tasks take, as far as that is known.

Tasks of a lower rank start first, equal ones by their node's place in the plan.
"""


def followers(plan: Plan) -> dict[int, list[int]]:
    """Return for each node those that read it; what a loop feeds back does not count."""
    graph: dict[int, list[int]] = {node.number: [] for node in plan.nodes}
    for node in plan.nodes:
        for entry in node.inputs:
            for source in sources_of(entry):
                if source.node < node.number:
                    graph[source.node].append(node.number)
    return graph


def critical_path(plan: Plan, seconds: Mapping[int, float]) -> list[Rank]:
    """Start first what the longest way to the end begins with, in seconds; a node not known counts as a usual one."""
    usual = sorted(seconds.values())[len(seconds) // 2] if seconds else 1.0
    follow = followers(plan)
    remaining = [0.0] * len(plan.nodes)
    # A node stands behind those that it reads.
    for node in reversed(plan.nodes):
        after = max((remaining[reader] for reader in follow[node.number]), default=0.0)
        remaining[node.number] = after + seconds.get(node.number, usual)
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
