"""Which schemes the selected nodes could all run on, what they ask for, and the edit that has them ask for another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....core.edits import Steps, update_nodes
from ....core.planning.units import common_support
from ....core.run.candidates import bare
from ....core.run.selection import objection
from ..scheme_choices import AUTO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ....core.edits import Edit
    from ....core.modules import Module
    from ....core.pipeline import Body, Node, Pipeline, Where


@dataclass(frozen=True)
class Target:
    """What runs as one: a plain node, or a group that is run as one; ``modules`` are what it calls."""

    where: Where
    node_id: str
    node: Node
    modules: tuple[Module, ...]


def targets(pipeline: Pipeline, where: Where, ids: Iterable[str]) -> list[Target]:
    """Return what these nodes of a body run: of groups, what is inside them."""
    body = pipeline.body(where)
    return [target for node_id in ids if node_id in body.nodes for target in _inside(pipeline, body, where, node_id)]


def _inside(pipeline: Pipeline, body: Body, where: Where, node_id: str) -> Iterator[Target]:
    node = body.nodes[node_id]
    if node.group is None or node.group.unit:
        yield Target(where, node_id, node, tuple(_modules(pipeline, node)))
        return
    for member in node.group.nodes:
        yield from _inside(pipeline, node.group, (*where, node_id), member)


def _modules(pipeline: Pipeline, node: Node) -> Iterator[Module]:
    if node.group is not None:
        for member in node.group.nodes.values():
            yield from _modules(pipeline, member)
    elif node.module in pipeline.modules:
        yield pipeline.modules[node.module]


def preferred(found: Sequence[Target]) -> str:
    """Return the scheme that all of them ask for; empty if they differ, or if there are none."""
    asked = {target.node.scheme for target in found}
    return asked.pop() if len(asked) == 1 else ""


def why_not(found: Sequence[Target], scheme: str) -> str:
    """Return why not all of them can run on a scheme, with the name of one that cannot; empty if all can."""
    known: dict[tuple[int, ...], str] = {}
    against = []
    for target in found if scheme != AUTO else ():
        alike = (target.node.placement is not None, *map(id, target.modules))
        if alike not in known:
            known[alike] = _objection(target, scheme)
        if why := known[alike]:
            against.append((target, why))
    if not against:
        return ""
    target, why = against[0]
    if len(found) == 1:
        return why
    name = "/".join((*target.where, target.node_id))
    return f"{name} and {len(against) - 1} more: {why}" if len(against) > 1 else f"{name}: {why}"


def _objection(target: Target, scheme: str) -> str:
    placed = target.node.placement is not None
    return bare(objection(common_support(target.modules), scheme, placed=placed), scheme)


def run_on(pipeline: Pipeline, found: Sequence[Target], scheme: str) -> Edit | None:
    """Return the one edit that has all of them ask for a scheme; None if they do already."""
    changes: dict[Where, dict[str, dict[str, str]]] = {}
    for target in found:
        if target.node.scheme != scheme:
            changes.setdefault(target.where, {})[target.node_id] = {"scheme": scheme}
    steps = [update_nodes(pipeline.body(where), nodes, where) for where, nodes in changes.items()]
    return Steps(tuple(steps), "run on") if steps else None
