"""The nodes that the inspector shows: what they have in common, and the edits that change them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from msgspec import structs

from ....core.edits import Change, disconnect, update_nodes
from ....core.errors import UsageError
from ....core.pipeline import Sweep
from ..explain.run_on import targets
from ..ports import inputs_of
from .editors.reading import MIXED, UNSET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ....core.modules import Module, Port
    from ....core.pipeline import Body, Connection, Node, Pipeline, Where
    from ..document import Document
    from ..explain.run_on import Target

_FIELD_DEFAULTS: Mapping[str, Any] = {"retries": 0, "mode": "normal", "breakpoint": False}


@dataclass(frozen=True)
class Slot:
    """One thing that can be set on nodes: a parameter, the values of a sweep, or a field of the node itself.

    ``port`` says which values it takes; ``words`` are what choices are called, by their ``repr``.
    """

    port: Port
    holder: Literal["parameter", "sweep", "field"] = "parameter"
    label: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the parameter or field."""
        return self.port.name

    def value_in(self, node: Node) -> Any:
        """Return what a node has set, or UNSET."""
        if self.holder == "parameter":
            return node.params.get(self.name, UNSET)
        if self.holder == "sweep":
            sweep = node.sweeps.get(self.name)
            return list(sweep.values) if sweep is not None else UNSET
        value = getattr(node, self.name)
        return UNSET if value == _FIELD_DEFAULTS.get(self.name) else value

    def values_in(self, nodes: Iterable[Node]) -> list[Any]:
        """Return what each of these nodes has set, or UNSET; they may be ten thousand."""
        if self.holder == "parameter":
            name = self.name
            return [node.params.get(name, UNSET) for node in nodes]
        return [self.value_in(node) for node in nodes]

    def changed(self, node: Node, value: Any) -> dict[str, Any]:
        """Return the fields of a node that are others with this value; UNSET gives the default."""
        if self.holder == "parameter":
            kept = {key: one for key, one in node.params.items() if key != self.name}
            return {"params": kept if value is UNSET else {**node.params, self.name: value}}
        if self.holder == "sweep":
            old = node.sweeps.get(self.name)
            sweeps = {key: one for key, one in node.sweeps.items() if key != self.name}
            if value is not UNSET:
                sweeps[self.name] = Sweep(tuple(value), old.axis if old is not None else None)
            return {"sweeps": sweeps}
        return {self.name: _FIELD_DEFAULTS.get(self.name) if value is UNSET else value}


class Selection:
    """Nodes of one body of a document, as they are now; those that are gone are left out."""

    def __init__(self, document: Document, where: Where = (), ids: Sequence[str] = ()) -> None:
        self.document, self.where = document, tuple(where)
        self.wanted = tuple(ids)
        self._nodes: dict[str, Node] = {}
        self._fed: dict[str, dict[str, Connection]] = {}
        self._targets: list[Target] | None = None
        self._found_at = -1

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that is edited."""
        return self.document.pipeline

    @property
    def body(self) -> Body | None:
        """The body that holds the nodes; None if its group is gone."""
        try:
            return self.pipeline.body(self.where)
        except UsageError:
            return None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the nodes that are there."""
        return tuple(self.nodes)

    @property
    def nodes(self) -> dict[str, Node]:
        """The nodes that are there."""
        if self._found_at != self.document.changes:
            self._found_at = self.document.changes
            body = self.body
            there = body.nodes if body is not None else {}
            self._fed, self._targets = {}, None
            self._nodes = {one: there[one] for one in self.wanted if one in there}
        return self._nodes

    @property
    def targets(self) -> list[Target]:
        """What the nodes run: of groups, what is inside them."""
        nodes = self.nodes
        if self._targets is None:
            self._targets = targets(self.pipeline, self.where, nodes) if nodes else []
        return self._targets

    @property
    def only_groups(self) -> bool:
        """Whether all nodes are groups whose nodes run one by one: what such a group asks for itself counts nowhere."""
        return all(node.group is not None and not node.group.unit for node in self.nodes.values())

    @property
    def single(self) -> tuple[str, Node] | None:
        """The node, if it is one."""
        nodes = self.nodes
        return next(iter(nodes.items())) if len(nodes) == 1 else None

    def path(self, node_id: str) -> str:
        """Return the id that a node has in the plan."""
        return "/".join((*self.where, node_id))

    def module(self, node: Node) -> Module | None:
        """Return the module of a node, None for a group or if it is unknown."""
        return self.pipeline.modules.get(node.module) if node.group is None else None

    # What they have in common

    def ports(self) -> tuple[Port, ...]:
        """Return the inputs that all nodes have, by name and type."""
        body = self.body
        if body is None:
            return ()
        shared: dict[str, Port] | None = None
        seen: set[str] = set()
        for node_id, node in self.nodes.items():
            if node.module in seen and node.group is None:
                continue
            module = self.module(node)
            if module is not None and not module.open_inputs:
                seen.add(node.module)
            own = {port.name: port for port in inputs_of(self.pipeline, body, node_id)}
            shared = own if shared is None else {n: p for n, p in shared.items() if n in own and own[n].type == p.type}
        return tuple((shared or {}).values())

    def value(self, slot: Slot) -> Any:
        """Return the value that all have, UNSET if none has one, MIXED if they differ."""
        found = slot.values_in(self.nodes.values())
        if not found:
            return UNSET
        first, kind = found[0], type(found[0])
        same = all(value is first or (type(value) is kind and value == first) for value in found)
        return first if same else MIXED

    def connections(self, name: str) -> dict[str, Connection]:
        """Return what feeds an input of each node that has it connected."""
        body = self.body
        if body is None:
            return {}
        nodes = self.nodes
        if name not in self._fed:
            connections, port = body.connections, f".{name}"
            self._fed[name] = {one: found for one in nodes if (found := connections.get(one + port)) is not None}
        return self._fed[name]

    # Changing them

    def set(self, slot: Slot, value: Any, *, merge: bool = False) -> None:
        """Give all nodes a value, UNSET for the default; merged with the edit before if it was of the same."""
        self.change({one: slot.changed(node, value) for one, node in self.nodes.items()}, _label(slot), merge=merge)

    def change(self, changes: Mapping[str, Mapping[str, Any]], label: str, *, merge: bool = False) -> None:
        """Replace fields of nodes; nothing happens where they are that already."""
        body = self.body
        if body is None:
            return
        real = {one: new for one, new in changes.items() if structs.replace(body.nodes[one], **new) != body.nodes[one]}
        if real:
            key = f"{label} {'/'.join(self.where)} {' '.join(sorted(real))}" if merge else ""
            self.document.edit(update_nodes(body, real, self.where), label, key)

    def connect(self, target: str, connection: Connection | None, label: str, *, merge: bool = False) -> None:
        """Feed an input by a connection, or by nothing."""
        body = self.body
        if body is not None and body.connections.get(target) != connection:
            key = f"{label} {'/'.join(self.where)} {target}" if merge else ""
            self.document.edit(Change("connections", {target: connection}, self.where), label, key)

    def disconnect(self, name: str) -> None:
        """Feed an input of all nodes by nothing."""
        fed = [f"{one}.{name}" for one in self.connections(name)]
        if fed:
            self.document.edit(disconnect(fed, self.where), f"disconnect {name}")


def _label(slot: Slot) -> str:
    return f"set {slot.label or slot.name}"
