"""The ports that a group has to the outside, seen from inside it: which inner ports they stand for, and giving more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.edits import Change
from ....core.free_names import FreeNames
from ....core.pipeline import Group
from .finding import PortAt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....core.pipeline import Body, Where
    from .board import Board
    from .finding import Side


def names_outside(body: Body, port: PortAt) -> list[str]:
    """Return what a port of a node is called outside the group that holds it; nothing if it is not shown there."""
    if not isinstance(body, Group):
        return []
    if port.side == "out":
        return [name for name, end in body.outputs.items() if end == port.endpoint]
    return [name for name, ends in body.inputs.items() if port.endpoint in ends]


def border_ports(body: Body) -> dict[str, set[PortAt]]:
    """Return the inner ports that a group shows outside, by their nodes."""
    found: dict[str, set[PortAt]] = {}
    if isinstance(body, Group):
        inner: list[tuple[Side, str]] = [("in", end) for ends in body.inputs.values() for end in ends]
        inner += [("out", end) for end in body.outputs.values()]
        for side, end in inner:
            node_id, _, name = end.partition(".")
            found.setdefault(node_id, set()).add(PortAt(node_id, side, name))
    return found


def toggled(body: Group, port: PortAt, where: Where) -> Change:
    """Return the edit that shows a port outside the group, or hides it there if it is shown."""
    shown = names_outside(body, port)
    if port.side == "out":
        name = FreeNames(body.outputs).take(port.name)
        return Change("outputs", dict.fromkeys(shown) if shown else {name: port.endpoint}, where)
    if not shown:
        return Change("inputs", {FreeNames(body.inputs).take(port.name): (port.endpoint,)}, where)
    kept = {name: tuple(end for end in body.inputs[name] if end != port.endpoint) for name in shown}
    return Change("inputs", {name: ends or None for name, ends in kept.items()}, where)


def open_ports(board: Board, nodes: Iterable[str]) -> list[PortAt]:
    """Return the ports of nodes that nothing feeds or reads, inside or outside."""
    body, found = board.body_shown, []
    read = {wire.connection.source for wire in board.wires.values()}
    for node_id in nodes:
        card = board.cards[node_id]
        inputs = [PortAt(node_id, "in", name) for name in card.ports.inputs]
        outputs = [PortAt(node_id, "out", name) for name in card.ports.outputs]
        found += [p for p in inputs if p.endpoint not in board.wires and p.name not in card.node.params]
        found += [p for p in outputs if p.endpoint not in read]
    shown = border_ports(body)
    return [port for port in found if port not in shown.get(port.node, ())]
