"""Makes the plan of a run from a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import PipelineError
from ..graph import find_cycle, reachable, reversed_graph, topological_order
from .axes import AxisBuilder
from .flatten import FlatGraph, flatten, followers
from .plan import Plan, PlanNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..pipeline import Pipeline
    from .flatten import FlatNode
    from .plan import Input

_NONE: frozenset[str] = frozenset()


def make_plan(pipeline: Pipeline, until: Iterable[str] = ()) -> Plan:
    """Return the plan of a pipeline that has passed validation, or of what the nodes ``until`` need.

    PipelineError says what cannot be planned: an axis that is not there, lists that cannot be joined.
    """
    flat = flatten(pipeline)
    if until:
        _restrict(flat, _flat_ids(flat, until))
    order = _order(flat)
    builder = AxisBuilder(pipeline, flat, {node_id: number for number, node_id in enumerate(order)})
    inputs = {node_id: builder.inputs(flat.nodes[node_id]) for node_id in order}
    builder.finish_loops()
    nodes = tuple([_node(builder, flat.nodes[node_id], inputs[node_id]) for node_id in order])
    return Plan(pipeline.title, nodes, tuple(builder.axes))


def _node(builder: AxisBuilder, flat: FlatNode, inputs: tuple[Input, ...]) -> PlanNode:
    return PlanNode(
        number=builder.numbers[flat.id],
        id=flat.id,
        module=flat.module,
        function=builder.function_of(flat),
        settings=flat.node,
        axes=builder.node_axes[flat.id],
        inputs=tuple(map(builder.complete, inputs)) if builder.flat.loops else inputs,
        split=frozenset(builder.split[flat.id]) if flat.id in builder.split else _NONE,
        flags=frozenset(builder.flags[flat.id]) if flat.id in builder.flags else _NONE,
    )


def _flat_ids(flat: FlatGraph, wanted: Iterable[str]) -> set[str]:
    """Return the plain nodes that these ids mean: themselves, all inside a group, or the unit they are run in."""
    found: set[str] = set()
    for name in wanted:
        meant = {
            node for node in flat.nodes if node == name or node.startswith(f"{name}/") or name.startswith(f"{node}/")
        }
        if not meant:
            raise PipelineError(f"{name!r} does not run: it is disabled, or needs a node that is", where=name)
        found |= meant
    return found


def _restrict(flat: FlatGraph, wanted: set[str]) -> None:
    needed = reachable(reversed_graph(_ordering(flat)), wanted)
    for loop in flat.loops:
        if loop.members & needed:
            # A loop runs as a whole or not at all: its last round is not known before.
            needed |= reachable(reversed_graph(_ordering(flat)), loop.members)
    flat.nodes = {key: node for key, node in flat.nodes.items() if key in needed}
    flat.wires = {end: wire for end, wire in flat.wires.items() if end[0] in needed}
    flat.sweeps = {end: sweep for end, sweep in flat.sweeps.items() if end[0] in needed}
    flat.zips = [
        zipping for zipping in flat.zips if all(end[0] in needed for ends in zipping.ports.values() for end in ends)
    ]
    flat.loops = [loop for loop in flat.loops if loop.members <= needed]


def _ordering(flat: FlatGraph) -> dict[str, list[str]]:
    """Return what must be planned before what: the wires, and all that enters a loop or zip before all of it.

    The same pipeline gives the same order, whatever seed Python hashes strings with.
    """
    graph = followers(flat)
    wires = [(wire.source[0], end[0]) for end, wire in flat.wires.items()] if flat.loops else []
    for loop in flat.loops:
        entering = _once(source for source, reader in wires if reader in loop.members and source not in loop.members)
        fed = _once(end[0] for ends, _ in loop.feedback for end in ends)
        for source in entering:
            graph[source].extend(fed)
        readers = _once(reader for source, reader in wires if source in loop.members and reader not in loop.members)
        for member in fed:
            graph[member].extend(readers)
    for zipping in flat.zips:
        ends = [end for group in zipping.ports.values() for end in group]
        for source in _once(flat.wires[end].source[0] for end in ends if end in flat.wires):
            graph[source].extend(end[0] for end in ends)
    return graph


def _once(nodes: Iterable[str]) -> list[str]:
    """Return each node once, in the order in which they come; a set would be in one that differs between runs."""
    return list(dict.fromkeys(nodes))


def _order(flat: FlatGraph) -> list[str]:
    graph = _ordering(flat)
    order = topological_order(graph)
    if len(order) < len(graph):
        cycle = " → ".join(find_cycle(graph))
        raise PipelineError(f"the nodes {cycle} wait for each other", remedy="Remove one of these connections")
    return order
