"""Follows the ports of groups to the plain nodes of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import UsageError
from ..core.pipeline import split_endpoint
from ..core.planning.plan import FedBack

if TYPE_CHECKING:
    from ..core.pipeline import Group, Pipeline
    from ..core.planning.plan import Plan


def group_at(pipeline: Pipeline, path: str) -> Group | None:
    """Return the group that ``path`` names; None if it names none, or one that runs as one task."""
    try:
        group = pipeline.node(path).group
    except UsageError:
        return None
    return None if group is None or group.unit else group


def output_of_group(pipeline: Pipeline, path: str, port: str) -> tuple[str, str]:
    """Return the plain node that makes an output of a node or group, and which of its outputs that is."""
    while (group := group_at(pipeline, path)) is not None:
        node_id, port = split_endpoint(group.outputs[port])
        path = f"{path}/{node_id}"
    return path, port


def inputs_of_group(pipeline: Pipeline, path: str, port: str) -> list[tuple[str, str]]:
    """Return the inputs of plain nodes that an input of a node or group feeds."""
    group = group_at(pipeline, path)
    if group is None:
        return [(path, port)]
    ends = map(split_endpoint, group.inputs.get(port, ()))
    return [found for node_id, name in ends for found in inputs_of_group(pipeline, f"{path}/{node_id}", name)]


def folded_axes(pipeline: Pipeline, plan: Plan, path: str) -> frozenset[int]:
    """Return the axes along which a node, or a group that holds it, folds: outside there is only the last item."""
    parts = path.split("/")
    axes = set()
    for depth in range(1, len(parts) + 1):
        place = "/".join(parts[:depth])
        fold = pipeline.node(place).fold
        for node_id, port in inputs_of_group(pipeline, place, fold.port) if fold else ():
            planned = plan.node(node_id)
            entries = planned.inputs if planned is not None else ()
            axes |= {entry.axis for entry in entries if isinstance(entry, FedBack) and entry.port == port}
    return frozenset(axes)
