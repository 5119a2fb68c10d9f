"""Edits that put a module into a pipeline."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ...core.edits import Change, Steps
from ...core.free_names import FreeNames
from ...core.pipeline import Node

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...core.edits import Edit
    from ...core.modules import Module
    from ...core.pipeline import Body, Pipeline, Where


class Placing(NamedTuple):
    """What places a node, and the id that it gets."""

    node_id: str
    edit: Steps


def place_module(
    pipeline: Pipeline,
    module: Module,
    position: tuple[float, float],
    where: Where = (),
    params: Mapping[str, Any] | None = None,
) -> Placing:
    """Return the edit that adds a node of a module to a body, under a free id made of the module's name.

    A module that the pipeline has under its path already stays as it is, for the nodes that are there.
    """
    body = pipeline.body(where)
    key = module.path or FreeNames(pipeline.modules).take(module.name or "function")
    node_id = free_id(body, module.path.rpartition(":")[2].rpartition(".")[2] or module.name)
    steps: list[Edit] = []
    if key not in pipeline.modules:
        steps.append(Change("modules", {key: module.without_help()}))
    steps.append(Change("nodes", {node_id: Node(module=key, position=position, params=dict(params or {}))}, where))
    return Placing(node_id, Steps(tuple(steps), "place"))


def free_id(body: Body, wanted: str) -> str:
    """Return an id that no node of the body has, as close to a text as ids may be."""
    slug = re.sub(r"[^A-Za-z0-9_-]+", "_", wanted).strip("_")[:90] or "node"
    return FreeNames(body.nodes).take(slug if not slug[0].isdigit() and slug[0] != "-" else f"n{slug}")
