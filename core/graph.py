"""Pure functions on a directed graph, given as a mapping from each node to those that follow it."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
Graph = Mapping[N, Iterable[N]]


def _is_ordered(graph: Graph[N]) -> bool:
    """Say whether each node stands before those that follow it already, as in most pipelines that a program makes."""
    seen: set[N] = set()
    for node, followers in graph.items():
        seen.add(node)
        if not seen.isdisjoint(followers):
            return False
    return True


def topological_order(graph: Graph[N]) -> list[N]:
    """Return the nodes so that each stands before those that follow it; nodes on or behind a cycle are left out.

    Where the graph has them in such an order already, it stays.
    """
    if _is_ordered(graph):
        return list(graph)
    degree = dict.fromkeys(graph, 0)
    for followers in graph.values():
        for node in followers:
            degree[node] += 1
    order = [node for node, count in degree.items() if not count]
    # It grows while it is gone through.
    for node in order:
        for follower in graph[node]:
            degree[follower] = left = degree[follower] - 1
            if not left:
                order.append(follower)
    return order


def find_cycle(graph: Graph[N]) -> list[N]:
    """Return the nodes of one cycle in order, its first node again at the end; empty if there is none."""
    ordered: list[N] = topological_order(graph)
    if len(ordered) == len(graph):
        return []
    left = set(graph).difference(ordered)
    trail: dict[N, int] = {}
    node = next((n for n in graph if n in left), None)
    before: dict[N, N] = {}
    for origin in graph:
        if origin in left:
            before.update((follower, origin) for follower in graph[origin] if follower in left)
    # Each node that is left has one before it that is left too; going back from any of them enters a cycle.
    while node is not None and node not in trail:
        trail[node] = len(trail)
        node = before.get(node)
    if node is None:
        return []
    loop = [n for n, place in trail.items() if place >= trail[node]]
    return [loop[0], *reversed(loop)]


def reachable(graph: Graph[N], starts: Iterable[N]) -> set[N]:
    """Return ``starts`` and all that can be reached from them."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for follower in graph.get(waiting.pop(), ()):
            if follower not in seen:
                seen.add(follower)
                waiting.append(follower)
    return seen


def reversed_graph(graph: Graph[N]) -> dict[N, list[N]]:
    """Return the graph with each connection turned round."""
    turned: dict[N, list[N]] = {node: [] for node in graph}
    for node, followers in graph.items():
        for follower in followers:
            turned[follower].append(node)
    return turned


def path_between(graph: Graph[N], start: N, end: N) -> list[N]:
    """Return a shortest path from ``start`` to ``end``, both included; empty if there is none."""
    came_from: dict[N, N | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came_from:
        node = waiting.popleft()
        for follower in graph.get(node, ()):
            if follower not in came_from:
                came_from[follower] = node
                waiting.append(follower)
    path: list[N] = []
    step: N | None = end if end in came_from else None
    while step is not None:
        path.append(step)
        step = came_from[step]
    return path[::-1]


def heights(graph: Graph[N]) -> dict[N, int]:
    """Return for each node the number of steps of the longest way to the end of the graph."""
    height = dict.fromkeys(graph, 0)
    for node in reversed(topological_order(graph)):
        height[node] = max((height[follower] + 1 for follower in graph[node]), default=0)
    return height
