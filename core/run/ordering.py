"""The order in which ready tasks are started."""

from __future__ import annotations

from collections.abc import Callable

from ..graph import heights
from ..planning.plan import Plan, sources_of

Rank = tuple[float, ...]
Order = Callable[[Plan], list[Rank]]
"""Gives each node of a plan a rank; tasks of a lower rank start first, equal ones by their node's place in the plan."""


def followers(plan: Plan) -> dict[int, list[int]]:
    """Return for each node those that read it; what a loop feeds back does not count."""
    graph: dict[int, list[int]] = {node.number: [] for node in plan.nodes}
    for node in plan.nodes:
        for entry in node.inputs:
            for source in sources_of(entry):
                if source.node < node.number:
                    graph[source.node].append(node.number)
    return graph


def critical_path(plan: Plan) -> list[Rank]:
    """Start first what the longest chain of nodes waits for."""
    longest = heights(followers(plan))
    return [(-float(longest[node.number]),) for node in plan.nodes]


def topological(plan: Plan) -> list[Rank]:
    """Start the nodes in the order in which they stand in the plan."""
    return [(float(node.number),) for node in plan.nodes]


def memory_first(plan: Plan) -> list[Rank]:
    """Start first what asks for most memory, and of these what asks for most cores."""
    return [(-float(node.mem_gb), -float(node.n_procs)) for node in plan.nodes]


ORDERS: dict[str, Order] = {
    "critical-path": critical_path,
    "topological": topological,
    "memory-first": memory_first,
}
