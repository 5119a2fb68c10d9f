"""Which ports may be connected, how their values are handed over, and why others may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from ....core.free_names import FreeNames
from ....core.graph import path_between
from ....core.modules import Module
from ....core.modules import Port as ModulePort
from ....core.pipeline import Connection, Each, Join, split_endpoint
from ....core.types import ANY, converter, fits, item_type, list_of
from .finding import PortAt
from .port_types import Typed, port_typed, short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....core.types import PortType
    from .board import Board

How = Literal["direct", "each", "join", "convert", "no"]


class Verdict(NamedTuple):
    """Whether and how two ports may be connected; ``text`` is shown beside the port."""

    how: How
    text: str
    apply: str = ""

    @property
    def allowed(self) -> bool:
        """Whether they may."""
        return self.how != "no"


class Matching:
    """Judges all ports against one that a connection is dragged from; each is judged once."""

    def __init__(self, board: Board, modules: Mapping[str, Module], fixed: PortAt) -> None:
        self.board, self.modules, self.fixed = board, modules, fixed
        self._verdicts: dict[PortAt, Verdict] = {}
        self._circles: dict[str, list[str]] = {}
        self.own = self._typed(fixed)
        self._circular = self._found_around(fixed.node, backwards=fixed.side == "out")

    def _found_around(self, start: str, *, backwards: bool) -> set[str]:
        """Return what leads to an output, or what follows an input: a connection with it would close a circle."""
        seen, waiting = {start}, [start]
        while waiting:
            node_id = waiting.pop()
            for wire in self.board.at(node_id):
                near, far = (wire.target, wire.source) if backwards else (wire.source, wire.target)
                if near == node_id and far not in seen and far in self.board.cards:
                    seen.add(far)
                    waiting.append(far)
        return seen

    def _typed(self, port: PortAt) -> Typed:
        assert self.board.body is not None
        return port_typed(self.board.body, self.modules, port.endpoint, output=port.side == "out")

    def judge(self, port: PortAt) -> Verdict:
        """Return whether the fixed port may be connected with another one."""
        found = self._verdicts.get(port)
        if found is None:
            found = self._verdicts[port] = self._judge(port)
        return found

    def _judge(self, port: PortAt) -> Verdict:
        if port.side == self.fixed.side:
            return Verdict("no", "an output feeds an input" if port.side == "out" else "an input is fed by an output")
        if port.node in self._circular:
            return Verdict("no", "a circle")
        if not port.name:
            choices = self.hidden_choices(port.node)
            return Verdict("direct", f"{len(choices)} more…") if choices else Verdict("no", "none of these inputs fits")
        source, target = (self.own, self._typed(port)) if self.fixed.side == "out" else (self._typed(port), self.own)
        source_end = self.fixed if self.fixed.side == "out" else port
        return verdict(source, target, mapped=self._is_mapped(source_end.node))

    def _is_mapped(self, node_id: str) -> bool:
        board = self.board
        node = board.cards[node_id].node
        if node.sweeps or node.zips:
            return True
        return any(wire.name in board.mapped and wire.target == node_id for wire in board.at(node_id))

    def circle_nodes(self, port: PortAt) -> list[str]:
        """Return the nodes of the circle that a connection with ``port`` would close, in order."""
        if port.node not in self._circular:
            return []
        if port.node not in self._circles:
            ends = (port.node, self.fixed.node) if self.fixed.side == "out" else (self.fixed.node, port.node)
            self._circles[port.node] = path_between(self.board.followers(), *ends)
        return self._circles[port.node]

    def explain(self, port: PortAt) -> str:
        """Return what is said beside a port: its type, or why it is refused, with the path of a circle."""
        judged = self.judge(port)
        nodes = self.circle_nodes(port) if not judged.allowed and port.side != self.fixed.side else []
        if not nodes:
            return judged.text
        names = [self.board.cards[node_id].title for node_id in (*nodes, nodes[0])]
        return "a circle: " + " → ".join(names if len(names) < 7 else [*names[:3], "…", *names[-2:]])

    def hidden_choices(self, node_id: str) -> list[str]:
        """Return the inputs that a card does not show and the fixed output may feed."""
        if self.fixed.side != "out":
            return []
        card = self.board.cards[node_id]
        names = [name for name in card.ports.hidden if self.judge(PortAt(node_id, "in", name)).allowed]
        if card.ports.open:
            names.append(FreeNames((*card.ports.inputs, *names)).take(split_endpoint(self.fixed.endpoint)[1]))
        return names


def verdict(source: Typed, target: Typed, *, mapped: bool = False) -> Verdict:
    """Judge two types: handed over as they are, item by item, collected, converted, or not at all."""
    given, wanted = source.type, target.type
    said = short(wanted) if wanted != ANY else short(given)
    if fits(given, wanted, source.bases):
        return Verdict("direct", said)
    item = item_type(given)
    if item is not None and item != ANY and fits(item, wanted):
        return Verdict("each", f"each {said}")
    if mapped and fits(list_of(given), wanted):
        return Verdict("join", f"collected: {said}")
    path = converter(given, wanted)
    if path:
        return Verdict("convert", f"{short(given)} → {said}", path)
    return Verdict("no", f"{short(given)} does not fit {short(wanted)}")


def connection_for(source: str, judged: Verdict) -> Connection:
    """Return the connection from an output that a verdict allows."""
    return Connection(
        source,
        each=Each() if judged.how == "each" else None,
        join=Join() if judged.how == "join" else None,
        apply=judged.apply,
    )


_CONVERTERS: dict[str, tuple[str, ModulePort]] = {
    "builtins:str": ("str", ModulePort(name="object", passing="positional")),
    "builtins:int": ("int", ModulePort(name="x", passing="positional")),
    "builtins:float": ("float", ModulePort(name="x", passing="positional")),
    "builtins:round": ("int", ModulePort(name="number")),
    "numpy:asarray": ("numpy.ndarray", ModulePort(name="a")),
    "numpy:ndarray.tolist": ("list", ModulePort(name="self", passing="positional")),
}


def converter_module(path: str, wanted: PortType = ANY) -> Module:
    """Return the module that converts on a connection, described here so that nothing is imported."""
    type_, port = _CONVERTERS.get(path, (str(wanted), ModulePort(name="value", passing="positional")))
    return Module(path=path, inputs=(port,), outputs=(ModulePort(name="out", type=type_),))
