"""Where a node that is dropped on a connection would be put into it: by which ports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .finding import wire_at
from .fitting import Verdict, verdict
from .port_types import Typed, port_typed, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....core.modules import Module
    from .board import Board

REACH = 10.0


class Insertion(NamedTuple):
    """The connection, the input that it would lead to, and the output that would feed what it fed."""

    wire: str
    entry: tuple[str, Verdict]
    exit: tuple[str, Verdict]


Ends = Iterable[tuple[str, Typed]]


def insertion_at(
    board: Board, modules: Mapping[str, Module], node_id: str, x: float, y: float, reach: float = REACH
) -> Insertion | None:
    """Return how a node of the board fits into the connection at a place; None if it does not, or is connected."""
    if board.at(node_id) or board.body is None:
        return None
    body, ports = board.body, board.cards[node_id].ports
    inputs = [(p, port_typed(body, modules, f"{node_id}.{p}", output=False)) for p in ports.inputs]
    outputs = [(p, port_typed(body, modules, f"{node_id}.{p}", output=True)) for p in ports.outputs]
    return _into(board, modules, wire_at(board, x, y, reach), inputs, outputs)


def insertion_of_module(
    board: Board, modules: Mapping[str, Module], module: Module, x: float, y: float, reach: float = REACH
) -> Insertion | None:
    """Return how a new node of a module fits into the connection at a place."""
    inputs = [(port.name, typed(port)) for port in module.inputs]
    outputs = [(port.name, typed(port)) for port in module.outputs]
    return _into(board, modules, wire_at(board, x, y, reach), inputs, outputs)


def _into(
    board: Board, modules: Mapping[str, Module], name: str | None, inputs: Ends, outputs: Ends
) -> Insertion | None:
    if name is None or board.body is None:
        return None
    wire = board.wires[name]
    source = port_typed(board.body, modules, wire.connection.source, output=True)
    target = port_typed(board.body, modules, name, output=False)
    entry = _best((port, verdict(source, given)) for port, given in inputs)
    exit_ = _best((port, verdict(given, target)) for port, given in outputs)
    return Insertion(name, entry, exit_) if entry is not None and exit_ is not None else None


def _best(judged: Iterable[tuple[str, Verdict]]) -> tuple[str, Verdict] | None:
    # A conversion belongs to the person who connects by hand.
    fitting = [(port, one) for port, one in judged if one.how in ("direct", "each")]
    fitting.sort(key=lambda pair: pair[1].how != "direct")
    return fitting[0] if fitting else None
