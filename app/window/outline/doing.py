"""What the outline does to a document: the same edits that gestures on the canvas make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication

from ....core.edits import Steps, connect, disconnect, remove_nodes, rename_node, update_nodes
from ..placing import place_module
from ..ports import connection_from

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ....core.modules import Module
    from ....core.pipeline import Where
    from ..document import Document
    from ..ports import Target

STEP = 240.0
"""How far a new node stands to the right of the one that was current, in pixels of the canvas."""


def place(document: Document, module: Module, where: Where, beside: str = "") -> str:
    """Add a node of a module, beside another one or right of all; return its id."""
    body = document.body(where)
    if beside in body.nodes:
        x, y = body.nodes[beside].position
        position = (x + STEP, y)
    else:
        places = [node.position for node in body.nodes.values()]
        position = (max(x for x, _ in places) + STEP, min(y for _, y in places)) if places else (0.0, 0.0)
    placing = place_module(document.pipeline, module, position, where)
    document.edit(placing.edit, _tr("add {name}").format(name=module.label))
    return placing.node_id


def feed(document: Document, where: Where, source: str, target: Target) -> None:
    """Connect an output with an input, in place of what fed it."""
    document.edit(connect(target.endpoint, connection_from(source, target.fit), where), _tr("connect"))


def cut(document: Document, where: Where, targets: Collection[str]) -> None:
    """Remove connections."""
    there = [target for target in targets if target in document.body(where).connections]
    if there:
        document.edit(disconnect(there, where), _tr("disconnect"))


def delete(document: Document, where: Where, ids: Collection[str]) -> None:
    """Delete nodes with their connections."""
    body = document.body(where)
    there = [node_id for node_id in ids if node_id in body.nodes]
    if there:
        document.edit(remove_nodes(body, there, where), _tr("delete"))


def retitle(document: Document, where: Where, node_id: str, title: str) -> None:
    """Call a node something else; empty, as its module."""
    body = document.body(where)
    if body.nodes[node_id].title != title:
        document.edit(update_nodes(body, {node_id: {"title": title}}, where), _tr("rename"))


def set_id(document: Document, where: Where, node_id: str, new: str) -> None:
    """Give a node another id; UsageError if that is taken or can be none."""
    if new != node_id:
        document.edit(Steps((rename_node(document.body(where), node_id, new, where),), "rename"), _tr("change id"))


def bypass(document: Document, where: Where, ids: Sequence[str]) -> None:
    """Bypass nodes, or let them run again if all are bypassed."""
    body = document.body(where)
    there = [node_id for node_id in ids if node_id in body.nodes]
    wanted = "normal" if all(body.nodes[one].mode == "bypassed" for one in there) else "bypassed"
    if there:
        document.edit(update_nodes(body, {one: {"mode": wanted} for one in there}, where), _tr("bypass"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Outline", text)
