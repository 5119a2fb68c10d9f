"""Which connections carry many items, one after the other: they are drawn doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.graph import topological_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ....core.pipeline import Connection, Node
    from .card import Wire

Axes = tuple[str, ...]


def mapped_targets(nodes: Mapping[str, Node], wires: Iterable[Wire]) -> set[str]:
    """Return the inputs whose connections carry items of an axis.

    A view for the eye, within one body: the plan works out the true axes when a run begins.
    """
    known = [wire for wire in wires if wire.source in nodes and wire.target in nodes]
    begins = {wire.target for wire in known if wire.connection.each is not None}
    begins |= {node_id for node_id, node in nodes.items() if node.sweeps or node.zips}
    if not begins:
        return set()
    fed: dict[str, list[Wire]] = {node_id: [] for node_id in nodes}
    graph: dict[str, list[str]] = {node_id: [] for node_id in nodes}
    for wire in known:
        fed[wire.target].append(wire)
        graph[wire.source].append(wire.target)
    axes: dict[str, Axes] = {}
    many: set[str] = set()
    for node_id in topological_order(graph):
        # Most nodes are before or beside all that is mapped.
        if node_id in begins or any(wire.source in axes for wire in fed[node_id]):
            found = _axes(nodes[node_id], node_id, fed[node_id], axes, many)
            if found:
                axes[node_id] = found
    return many


def _axes(node: Node, node_id: str, fed: list[Wire], axes: dict[str, Axes], many: set[str]) -> Axes:
    zipped = {port: zipping.axis or f"{node_id}*{zipping.ports[0]}" for zipping in node.zips for port in zipping.ports}
    found: dict[str, None] = {}
    for wire in fed:
        connection, port = wire.connection, wire.target_port
        coming = axes.get(wire.source, ())
        if coming or connection.each is not None or port in zipped:
            many.add(wire.name)
        if coming or not connection.direct or zipped:
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
