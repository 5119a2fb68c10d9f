"""Which connections carry many items, one after the other: they are drawn doubled."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from ....core.graph import topological_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ....core.pipeline import Connection, Node
    from .card import Wire

Axes = tuple[str, ...]
_NOTHING: Mapping[str, Wire] = {}


class Carried:
    """Which inputs have connections that carry items of an axis: ``targets``.

    A view for the eye, within one body: the plan works out the true axes when a run begins.
    """

    def __init__(self) -> None:
        self.targets: set[str] = set()
        self._axes: dict[str, Axes] = {}
        # Nodes at which axes begin. Most pipelines have none: then nothing need be followed.
        self._origins: set[str] = set()
        # Nodes on a circle or behind one: nothing can be said of them.
        self._in_circles: set[str] = set()

    def update(
        self, nodes: Mapping[str, Node], wires_at: Mapping[str, Mapping[str, Wire]], stale: Collection[str]
    ) -> None:
        """Work it out anew for ``stale`` nodes and all behind them; ``wires_at`` has the connections of each node."""
        had = bool(self._origins)
        self._origins.difference_update(stale)
        self._origins.update(name for name in stale if name in nodes and _begins(name, nodes[name], wires_at))
        if not self._origins:
            self.targets.clear()
            self._axes.clear()
            self._in_circles.clear()
            return
        touched = _behind(stale if had else nodes, wires_at)
        graph: dict[str, list[str]] = {node_id: [] for node_id in touched if node_id in nodes}
        fed: dict[str, list[Wire]] = {}
        for node_id in touched:
            self._axes.pop(node_id, None)
            into = [wire for wire in wires_at.get(node_id, _NOTHING).values() if wire.target == node_id]
            self.targets.difference_update([wire.name for wire in into])
            fed[node_id] = [wire for wire in into if wire.source in nodes and node_id in nodes]
            for wire in fed[node_id]:
                if wire.source in graph:
                    graph[wire.source].append(node_id)
                elif wire.source in self._in_circles:
                    graph[node_id].append(node_id)
        ordered = topological_order(graph)
        self._in_circles = (self._in_circles - touched.keys()) | graph.keys() - set(ordered)
        for node_id in ordered:
            node = nodes[node_id]
            if node.sweeps or node.zips or self._reaches(fed[node_id]):
                into = sorted(fed[node_id], key=attrgetter("name"))
                found = _axes(node, node_id, into, self._axes, self.targets)
                if found:
                    self._axes[node_id] = found

    def _reaches(self, fed: Iterable[Wire]) -> bool:
        # Most nodes are before or beside all that is mapped.
        return any(wire.source in self._axes or wire.connection.each is not None for wire in fed)


def _begins(node_id: str, node: Node, wires_at: Mapping[str, Mapping[str, Wire]]) -> bool:
    """Say whether an axis begins at a node: where it is fed, or by what it is set to."""
    if node.sweeps or node.zips:
        return True
    return any(
        wire.connection.each is not None and wire.target == node_id for wire in wires_at.get(node_id, _NOTHING).values()
    )


def _behind(nodes: Iterable[str], wires_at: Mapping[str, Mapping[str, Wire]]) -> dict[str, None]:
    """Return nodes and all that can be reached from them, those near to each other together: that is faster."""
    found = dict.fromkeys(nodes)
    waiting = list(found)
    for node_id in waiting:
        for wire in wires_at.get(node_id, _NOTHING).values():
            if wire.target not in found:
                found[wire.target] = None
                waiting.append(wire.target)
    return found


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
