"""Finds the nodes that are not any more what was run: those edited since, and all that reads from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.graph import reachable
from ....core.pipeline import split_endpoint

if TYPE_CHECKING:
    from ....core.pipeline import Body, Node, Pipeline

_MEANING = (
    "module", "params", "sweeps", "zips", "fold", "repeat", "cache", "mode"
)  # fmt: skip
"""The fields of a node that its results depend on: not where it stands, what it is called, or where it runs."""


def edited_nodes(ran: Pipeline, now: Pipeline) -> set[str]:
    """Return the ids, as runs have them, of the nodes of ``now`` whose results may be others than those of ``ran``."""
    changed: set[str] = set()
    _compare(ran, now, "", changed)
    changed |= _of_changed_modules(ran, now)
    return reachable(_readers(now), changed) if changed else changed


def moved_nodes(ran: Body, now: Body, prefix: str = "") -> set[str]:
    """Return the ids of the nodes that ask for another scheme now than when they were run."""
    moved: set[str] = set()
    for node_id, node in now.nodes.items():
        before = ran.nodes.get(node_id)
        if before is None or before is node:
            continue
        if before.scheme != node.scheme:
            moved.add(prefix + node_id)
        if node.group is not None and before.group is not None:
            moved |= moved_nodes(before.group, node.group, f"{prefix}{node_id}/")
    return moved


def _compare(ran: Body | None, now: Body, prefix: str, changed: set[str]) -> None:
    """Find what differs between two bodies; what they share is passed over quickly."""
    nodes = {} if ran is None else ran.nodes
    links = {} if ran is None else ran.connections
    for node_id, node in now.nodes.items():
        before = nodes.get(node_id)
        if node.group is not None:
            _compare(None if before is None else before.group, node.group, f"{prefix}{node_id}/", changed)
        if before is None or not _means_the_same(before, node):
            changed.add(prefix + node_id)
            if node.group is not None:
                changed.update(f"{prefix}{node_id}/{inner}" for inner in node.group.nodes)
    for target, connection in now.connections.items():
        before_it = links.get(target)
        if before_it is not connection and before_it != connection:
            changed.update(_fed(now, prefix, target))
    for target in links.keys() - now.connections.keys():
        changed.update(_fed(now, prefix, target))


def _fed(body: Body, prefix: str, target: str) -> list[str]:
    """Return the nodes that read from an input: of a group, those inside that it feeds."""
    node_id, port = split_endpoint(target)
    node = body.nodes.get(node_id)
    if node is None:
        return []
    if node.group is None or node.group.unit:
        return [prefix + node_id]
    inside = f"{prefix}{node_id}/"
    return [name for end in node.group.inputs.get(port, ()) for name in _fed(node.group, inside, end)]


def _feeding(body: Body, prefix: str, source: str) -> str:
    """Return the node that an output comes from: of a group, the one inside."""
    node_id, port = split_endpoint(source)
    node = body.nodes.get(node_id)
    if node is None or node.group is None or node.group.unit or port not in node.group.outputs:
        return prefix + node_id
    return _feeding(node.group, f"{prefix}{node_id}/", node.group.outputs[port])


def _readers(pipeline: Pipeline) -> dict[str, list[str]]:
    graph: dict[str, list[str]] = {}
    for where, body in pipeline.walk():
        prefix = "".join(f"{part}/" for part in where)
        for target, connection in body.connections.items():
            graph.setdefault(_feeding(body, prefix, connection.source), []).extend(_fed(body, prefix, target))
        if where:
            # What is inside a group that runs as one is part of it.
            group = pipeline.node(prefix.rstrip("/")).group
            for node_id in body.nodes if group is not None and group.unit else ():
                graph.setdefault(f"{prefix}{node_id}", []).append(prefix.rstrip("/"))
    return graph


def _means_the_same(one: Node, other: Node) -> bool:
    if one is other:
        return True
    for name in _MEANING:
        old, new = getattr(one, name), getattr(other, name)
        if old is not new and old != new:
            return False
    return (one.group is None) == (other.group is None)


def _of_changed_modules(ran: Pipeline, now: Pipeline) -> set[str]:
    others = {key for key, module in now.modules.items() if ran.modules.get(key) not in (None, module)}
    if not others:
        return set()
    found: set[str] = set()
    for where, body in now.walk():
        prefix = "".join(f"{part}/" for part in where)
        found |= {prefix + node_id for node_id, node in body.nodes.items() if node.module in others}
        found |= {prefix + split_endpoint(t)[0] for t, c in body.connections.items() if c.apply in others}
    return found
