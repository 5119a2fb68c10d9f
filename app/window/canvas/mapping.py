"""Which connections carry many items, one after the other: they are drawn doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.graph import topological_order
from ....core.pipeline import split_endpoint

if TYPE_CHECKING:
    from ....core.pipeline import Body, Connection, Node

Axes = tuple[str, ...]


def mapped_targets(body: Body) -> set[str]:
    """Return the inputs whose connections carry items of an axis.

    A view for the eye, within one body: the plan works out the true axes when a run begins.
    """
    if not any(n.sweeps or n.zips for n in body.nodes.values()) and not any(
        c.each is not None for c in body.connections.values()
    ):
        return set()
    fed: dict[str, list[tuple[str, str, Connection]]] = {node_id: [] for node_id in body.nodes}
    graph: dict[str, list[str]] = {node_id: [] for node_id in body.nodes}
    for target, connection in body.connections.items():
        ends = split_endpoint(target)[0], split_endpoint(connection.source)[0]
        if ends[0] in fed and ends[1] in fed:
            fed[ends[0]].append((target, ends[1], connection))
            graph[ends[1]].append(ends[0])
    axes: dict[str, Axes] = {}
    many: set[str] = set()
    for node_id in topological_order(graph):
        axes[node_id] = _axes(body.nodes[node_id], node_id, fed[node_id], axes, many)
    return many


def _axes(
    node: Node, node_id: str, fed: list[tuple[str, str, Connection]], axes: dict[str, Axes], many: set[str]
) -> Axes:
    zipped = {port: zipping.axis or f"{node_id}*{zipping.ports[0]}" for zipping in node.zips for port in zipping.ports}
    found: dict[str, None] = {}
    for target, source_id, connection in fed:
        port = split_endpoint(target)[1]
        coming = axes.get(source_id, ())
        if coming or connection.each is not None or port in zipped:
            many.add(target)
        found.update(dict.fromkeys(_through(connection, coming, zipped.get(port, ""))))
    for port, sweep in node.sweeps.items():
        found[zipped.get(port) or sweep.axis or f"{node_id}.{port}"] = None
    if node.fold is not None and found:
        found.pop(node.fold.axis or next(reversed(found)), None)
    return tuple(found)


def _through(connection: Connection, coming: Axes, zipped: str) -> Axes:
    if zipped:
        return (*coming, zipped)
    if connection.each is not None:
        return (*coming, connection.each.axis or connection.source)
    if connection.join is not None:
        gone = connection.join.axes or coming[-1:]
        return tuple(axis for axis in coming if axis not in gone)
    return coming
