"""One body of a pipeline as it lies on the canvas: cards, connections, and their places in arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ....core.graph import topological_order
from ..theme.tokens import CARD_PADDING_X, CARD_WIDTH, CARD_WIDTH_MOST, CHIP, GRID, ICON_SMALL
from .borders import border_ports
from .card import Card, Wire
from .mapping import Carried
from .measures import FAR_BELOW, FAR_BELOW_OF_FEW, FEW_CARDS, HUB, port_y
from .naming import kind_of, title_of
from .ports import Ports, ports_of
from .rows import Rows
from .touched import touched_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from numpy.typing import NDArray

    from ....core.edits import Edit
    from ....core.modules import Module
    from ....core.pipeline import Body, Node, Pipeline, Where
    from .finding import PortAt
    from .touched import Touched

_SIDES = CARD_PADDING_X * 2 + CHIP + 8 + ICON_SMALL + 4 + ICON_SMALL + 8
_NOTHING: Mapping[str, Wire] = {}
LITTLE = 3
"""Where an edit names so many times more than the body has afterwards, that is sooner loaded than the rest removed."""


class Board:
    """The cards and connections of one body.

    ``places`` has x, y, width and height of each card, ``ends`` for each connection the rows of the cards at its
    ends and how far from their corners it leaves and enters. Text is measured with ``measure``.
    """

    def __init__(self, measure: Callable[[str], float]) -> None:
        self.measure = measure
        self.cards: dict[str, Card] = {}
        self.wires: dict[str, Wire] = {}
        self.places = Rows(4)
        self.ends = Rows(6)
        self.wires_at: dict[str, dict[str, Wire]] = {}
        self._border: dict[str, set[PortAt]] = {}
        self.body: Body | None = None
        self.where: Where = ()
        self._modules: Mapping[str, Module] = {}
        self._forget_shared()

    def _forget_shared(self) -> None:
        self._widths: dict[str, int] = {}
        self._ports: dict[object, Ports] = {}
        self._words: dict[str, tuple[str, str]] = {}
        self._curves: NDArray[np.float64] | None = None
        self._hubs: NDArray[np.bool_] | None = None
        self._carried: Carried | None = None
        self._stale: dict[str, None] = {}

    @property
    def far_below(self) -> float:
        """The scale below which cards are painted in batches, without text."""
        return FAR_BELOW if len(self.cards) > FEW_CARDS else FAR_BELOW_OF_FEW

    @property
    def body_shown(self) -> Body:
        """The body; there is one from the first loading on."""
        assert self.body is not None, "a board shows a body"
        return self.body

    def at(self, node_id: str) -> Collection[Wire]:
        """Return the connections of a node, into it and out of it."""
        return self.wires_at.get(node_id, _NOTHING).values()

    # Loading

    def load(self, pipeline: Pipeline, where: Where) -> None:
        """Show a body; UsageError if it is not there."""
        body = pipeline.body(where)
        self.body, self.where, self._modules = body, where, pipeline.modules
        self._load(body)

    def _load(self, body: Body) -> None:
        self._forget_shared()
        self.cards, self.wires, self.wires_at = {}, {}, {}
        self.places.clear()
        self.ends.clear()
        self._border = border_ports(body)
        self._take_wires(body, body.connections)
        self._renew(body, body.nodes)

    def _card(self, node_id: str, node: Node) -> Card:
        module = self._modules.get(node.module) if node.group is None else None
        words = self._words.get(node.module) if node.group is None else (kind_of(node, None), "")
        if words is None:
            words = self._words[node.module] = kind_of(node, module), module.category if module is not None else ""
        title = title_of(node_id, node, module)
        return Card(node_id, node, (title, *words), self._ports_of(node_id, node), self._width(title))

    def _ports_of(self, node_id: str, node: Node) -> Ports:
        at = self.at(node_id)
        fed = [wire.target_port for wire in at if wire.target == node_id]
        read = [wire.source_port for wire in at if wire.source == node_id]
        for port in self._border.get(node_id, ()):
            (fed if port.side == "in" else read).append(port.name)
        if node.group is not None:
            return ports_of(node, None, fed, read)
        key = node.module, tuple(fed), frozenset(read)
        found = self._ports.get(key)
        if found is None:
            found = self._ports[key] = ports_of(node, self._modules.get(node.module), set(fed), set(read))
        return found

    def _width(self, title: str) -> int:
        width = self._widths.get(title)
        if width is None:
            wanted = int(self.measure(title)) + _SIDES
            width = self._widths[title] = -(-min(max(wanted, CARD_WIDTH), CARD_WIDTH_MOST) // GRID) * GRID
        return width

    def _lead(self, wires: Mapping[str, Wire]) -> None:
        """Work out from where to where connections lead; those of which an end is missing are not seen."""
        cards, row = self.cards, self.places.row
        led: list[str] = []
        numbers: list[int] = []
        for name, wire in wires.items():
            source, target = cards.get(wire.source), cards.get(wire.target)
            if source is not None and target is not None:
                led.append(name)
                numbers += (
                    row[wire.source], source.ports.output_rows.get(wire.source_port, 0),
                    row[wire.target], target.ports.input_rows.get(wire.target_port, 0),
                )  # fmt: skip
        if len(led) < len(wires):
            self.ends.drop_all(wires.keys() - set(led))
        sources, outputs, targets, inputs = np.array(numbers, dtype=np.intp).reshape(-1, 4).T
        widths = self.places.values[sources, 2]
        zeros = np.zeros(len(led))
        self.ends.put_all(led, np.column_stack([sources, targets, widths, port_y(outputs), zeros, port_y(inputs)]))

    # What an edit changes

    def take(self, edit: Edit) -> Touched:
        """Bring up to date what an edit named; return what that was. The body is still there."""
        touched = touched_by(edit, self.where)
        body = self.body
        if body is None:
            return touched
        if len(touched.nodes) + len(touched.wires) > LITTLE * (len(body.nodes) + len(body.connections)):
            self._load(body)
            touched.anew = True
            return touched
        if touched.modules:
            self._words.clear()
            self._ports.clear()
            touched.nodes.update({n: None for n, card in self.cards.items() if card.node.module in touched.modules})
        renew = self._take_wires(body, touched.wires)
        if touched.border:
            before, self._border = self._border, border_ports(body)
            renew |= {one: None for one in before | self._border if before.get(one) != self._border.get(one)}
        for node_id in touched.nodes:
            if self._take_node(body, node_id, anew=bool(touched.modules)):
                renew[node_id] = None
        self._renew(body, renew)
        self._curves = None
        return touched

    def _take_wires(self, body: Body, names: Collection[str]) -> dict[str, None]:
        """Take connections as they are in the body now; return the nodes at their ends, before and after."""
        near: dict[str, None] = {}
        if not names:
            return near
        wires, wires_at, connections, stale = self.wires, self.wires_at, body.connections, self._stale
        for name in names:
            old = wires.pop(name, None)
            if old is not None:
                for end in (old.source, old.target):
                    wires_at[end].pop(name, None)
                    near[end] = None
                stale[old.target] = None
            connection = connections.get(name)
            if connection is not None:
                wire = wires[name] = Wire(name, connection)
                for end in (wire.source, wire.target):
                    at = wires_at.get(end)
                    if at is None:
                        wires_at[end] = {name: wire}
                    else:
                        at[name] = wire
                    near[end] = None
                stale[wire.target] = None
        self.ends.drop_all(names)
        if self._carried is not None:
            self._carried.targets.difference_update(names)
        self._hubs = None
        return near

    def _take_node(self, body: Body, node_id: str, *, anew: bool) -> bool:
        """Say whether the card has to be made again: not if the node has only moved."""
        node = body.nodes.get(node_id)
        card = self.cards.get(node_id)
        if node is None or card is None or anew:
            self._hubs = None
            self._stale[node_id] = None
            return True
        old, card.node = card.node, node
        if node.position != old.position:
            self.places.values[self.places.row[node_id], :2] = node.position
        if node.sweeps is not old.sweeps or node.zips is not old.zips or node.fold is not old.fold:
            self._stale[node_id] = None
        return node.title != old.title or node.module != old.module or node.group is not old.group or bool(node.group)

    def _renew(self, body: Body, node_ids: Iterable[str]) -> None:
        """Make cards anew, or take them away, and lead the connections at them where they are now."""
        wires: dict[str, Wire] = {}
        made: list[Card] = []
        gone: list[str] = []
        for node_id in node_ids:
            wires |= self.wires_at.get(node_id, _NOTHING)
            node = body.nodes.get(node_id)
            if node is None:
                gone.append(node_id)
                self.cards.pop(node_id, None)
                continue
            card = self.cards[node_id] = self._card(node_id, node)
            made.append(card)
        self.places.drop_all(gone)
        self.places.put_all(
            [card.id for card in made], [(*card.node.position, card.width, card.height) for card in made]
        )
        self._lead(wires)

    # What it looks like

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """The rectangle (x, y, width, height) that holds all cards, None if there are none."""
        return self.box(self.places.used)

    def box(self, chosen: NDArray[np.bool_]) -> tuple[float, float, float, float] | None:
        """Return the rectangle that holds the cards of the chosen rows."""
        places = self.places.values[chosen]
        if not len(places):
            return None
        low = places[:, :2].min(axis=0)
        high = (places[:, :2] + places[:, 2:]).max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])

    @property
    def curves(self) -> NDArray[np.float64]:
        """For each row of ``ends`` where its connection begins and ends: x1, y1, x2, y2."""
        if self._curves is None:
            ends, places = self.ends.values, self.places.values
            source, target = ends[:, 0].astype(np.intp), ends[:, 1].astype(np.intp)
            self._curves = np.hstack([places[source, :2] + ends[:, 2:4], places[target, :2] + ends[:, 4:6]])
        return self._curves

    @property
    def hubs(self) -> NDArray[np.bool_]:
        """Which connections come from a port that feeds very many."""
        if self._hubs is None or len(self._hubs) != len(self.ends.used):
            source = self.ends.values[:, 0].astype(np.intp)
            counts = np.bincount(source[self.ends.used], minlength=len(self.places.used))
            self._hubs = (counts[source] > HUB) & self.ends.used
        return self._hubs

    @property
    def mapped(self) -> set[str]:
        """The inputs whose connections carry many items."""
        if self._carried is None:
            self._carried, self._stale = Carried(), dict.fromkeys(self.cards)
        if self._stale:
            stale, self._stale = self._stale, {}
            self._carried.update(self.body_shown.nodes, self.wires_at, stale)
        return self._carried.targets

    def shift(self, rows: NDArray[np.intp], origin: NDArray[np.float64], dx: float, dy: float) -> None:
        """Show cards away from where their nodes are, while they are dragged."""
        self.places.values[rows, :2] = np.add(origin, (dx, dy))
        self._curves = None

    def followers(self) -> dict[str, list[str]]:
        """Return the graph of the body: from each node to those that it feeds."""
        graph: dict[str, list[str]] = {node_id: [] for node_id in self.cards}
        for wire in self.wires.values():
            if wire.source in graph and wire.target in graph:
                graph[wire.source].append(wire.target)
        return graph

    def ordered(self) -> list[str]:
        """Return the nodes in the order in which values flow."""
        graph = self.followers()
        return list(dict.fromkeys((*topological_order(graph), *graph)))
