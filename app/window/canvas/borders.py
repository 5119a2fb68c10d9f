"""The ports that a group has to the outside, seen from inside it: which inner ports they stand for, and giving more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.edits import Change
from ....core.pipeline import Group
from .finding import PortAt

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

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


def border_ports(body: Body) -> set[PortAt]:
    """Return the inner ports that a group shows outside."""
    if not isinstance(body, Group):
        return set()
    inner: list[tuple[Side, str]] = [("in", end) for ends in body.inputs.values() for end in ends]
    inner += [("out", end) for end in body.outputs.values()]
    return {PortAt(end.partition(".")[0], side, end.partition(".")[2]) for side, end in inner}


def toggled(body: Group, port: PortAt, where: Where) -> Change:
    """Return the edit that shows a port outside the group, or hides it there if it is shown."""
    shown = names_outside(body, port)
    if port.side == "out":
        name = _free(port.name, body.outputs)
        return Change("outputs", dict.fromkeys(shown) if shown else {name: port.endpoint}, where)
    if not shown:
        return Change("inputs", {_free(port.name, body.inputs): (port.endpoint,)}, where)
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
    return [port for port in found if not names_outside(body, port)]


def _free(wanted: str, taken: Container[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name
