"""The ports of placed nodes, groups included, and how a value may go from one to another."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import structs

from ...core.free_names import FreeNames
from ...core.graph import reachable
from ...core.modules import Port
from ...core.pipeline import Connection, Each, split_endpoint
from ...core.types import ANY, PortType, alternatives, converter, fits, item_type, parse_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...core.pipeline import Body, Node, Pipeline

_VAGUE = frozenset({"any", "object"})
_PLAIN = frozenset({"bool", "int", "float", "str", "bytes", "list", "tuple", "dict", "pathlib.Path"})

Fit = Literal["", "direct", "each", "convert"]
"""How a value may be handed over: not at all, as it is, item by item, or through a converter."""


def inputs_of(pipeline: Pipeline, body: Body, node_id: str) -> tuple[Port, ...]:
    """Return the inputs of a node in their order; an open or unknown module has those that are used."""
    node = body.nodes[node_id]
    if node.group is not None:
        return tuple(_inner_input(pipeline, node, name) for name in node.group.inputs)
    module = pipeline.modules.get(node.module)
    known = module.inputs if module is not None else ()
    if module is not None and not module.open_inputs:
        return known
    names = {port.name for port in known}
    used = [*node.params, *node.sweeps, *connected_inputs(body, node_id)]
    return (*known, *(Port(name=name, optional=True) for name in dict.fromkeys(used) if name not in names))


def outputs_of(pipeline: Pipeline, body: Body, node_id: str) -> tuple[Port, ...]:
    """Return the outputs of a node in their order."""
    node = body.nodes[node_id]
    if node.group is not None:
        return tuple(_inner_output(pipeline, node, name) for name in node.group.outputs)
    module = pipeline.modules.get(node.module)
    return module.outputs if module is not None else ()


def connected_inputs(body: Body, node_id: str) -> list[str]:
    """Return the names of the inputs of a node that are connected."""
    return [port for target in body.connections for node, port in [split_endpoint(target)] if node == node_id]


def _inner_input(pipeline: Pipeline, node: Node, name: str) -> Port:
    group, port = node.group, name
    while group is not None:
        ends = group.inputs.get(port, ())
        if not ends:
            break
        inner_id, port = split_endpoint(ends[0])
        inner = group.nodes.get(inner_id)
        if inner is None:
            break
        group = inner.group
        if group is None:
            module = pipeline.modules.get(inner.module)
            found = module.input(port) if module is not None else None
            if found is not None:
                return structs.replace(found, name=name, optional=found.optional or port in inner.params)
    return Port(name=name)


def _inner_output(pipeline: Pipeline, node: Node, name: str) -> Port:
    group, port = node.group, name
    while group is not None and port in group.outputs:
        inner_id, port = split_endpoint(group.outputs[port])
        inner = group.nodes.get(inner_id)
        if inner is None:
            break
        group = inner.group
        if group is None:
            module = pipeline.modules.get(inner.module)
            found = module.output_ports.get(port) if module is not None else None
            if found is not None:
                return structs.replace(found, name=name)
    return Port(name=name)


@lru_cache(maxsize=4096)
def type_of(text: str) -> PortType:
    """Return the type that a port writes; one that cannot be read is any."""
    try:
        return parse_type(text)
    except ValueError:
        return ANY


def how_it_fits(source: Port, target: Port) -> Fit:
    """Say how a value of an output may enter an input."""
    return _how(source.type, source.bases, target.type)


@lru_cache(maxsize=16384)
def _how(source_text: str, bases: tuple[str, ...], target_text: str) -> Fit:
    source, target = type_of(source_text), type_of(target_text)
    if fits(source, target, bases):
        return "direct"
    item = item_type(source)
    if item is not None and source.name != "any" and fits(item, target):
        return "each"
    return "convert" if converter(source, target) else ""


def closeness(source: Port, target: Port) -> int:
    """Say how well an output fits an input.

    4: the same type, also item by item; 3: surely; 2: anything goes; 1: by a converter, or nobody knows; 0: not at all.
    """
    how = how_it_fits(source, target)
    if how == "each":
        item = item_type(type_of(source.type))
        return 4 if item is not None and str(item) == target.type else 2
    if how != "direct":
        return 1 if how else 0
    if source.type == target.type and source.type not in _VAGUE:
        return 4
    return _sureness(source, target)


def _sureness(source: Port, target: Port) -> int:
    pairs = [(one, other) for one in alternatives(type_of(source.type)) for other in alternatives(type_of(target.type))]
    names = [(one.name, other.name) for one, other in pairs]
    if any(one == other and one.name not in _VAGUE for one, other in pairs):
        return 4
    if any({one, other} & _VAGUE for one, other in names):
        return 2
    return 3 if any(one in _PLAIN or other in (one, *source.bases) for one, other in names) else 1


class Target(NamedTuple):
    """An input that an output may be connected to."""

    node_id: str
    port: Port
    fit: Fit
    taken: bool

    @property
    def endpoint(self) -> str:
        """The input as a connection names it."""
        return f"{self.node_id}.{self.port.name}"


def targets_for(pipeline: Pipeline, body: Body, node_id: str, output: Port) -> Iterator[Target]:
    """Go through the inputs that an output may feed without a cycle, what comes before the node left out.

    A node that takes any input is offered a new one as well, called after the node that would feed it.
    """
    feeding: dict[str, list[str]] = {name: [] for name in body.nodes}
    for end, connection in body.connections.items():
        feeding.setdefault(split_endpoint(end)[0], []).append(split_endpoint(connection.source)[0])
    before = reachable(feeding, [node_id])
    for name in body.nodes:
        if name in before or name == node_id:
            continue
        inputs = inputs_of(pipeline, body, name)
        for port in inputs:
            fit = how_it_fits(output, port)
            if fit in {"direct", "each"}:
                yield Target(name, port, fit, f"{name}.{port.name}" in body.connections)
        module = pipeline.modules.get(body.nodes[name].module)
        if module is not None and module.open_inputs:
            free = FreeNames(port.name for port in inputs).take(node_id)
            yield Target(name, Port(name=free, optional=True), "direct", taken=False)


class Origin(NamedTuple):
    """An output that an input may be fed by."""

    node_id: str
    port: Port
    fit: Fit

    @property
    def endpoint(self) -> str:
        """The output as a connection names it."""
        return f"{self.node_id}.{self.port.name}"


def origins_for(pipeline: Pipeline, body: Body, node_id: str, target: Port) -> Iterator[Origin]:
    """Go through the outputs that may feed an input without a cycle, what comes after the node left out."""
    fed: dict[str, list[str]] = {name: [] for name in body.nodes}
    for end, connection in body.connections.items():
        fed.setdefault(split_endpoint(connection.source)[0], []).append(split_endpoint(end)[0])
    after = reachable(fed, [node_id])
    for name in body.nodes:
        if name not in after:
            for port in outputs_of(pipeline, body, name):
                fit = how_it_fits(port, target)
                if fit in {"direct", "each"}:
                    yield Origin(name, port, fit)


def connection_from(source: str, fit: Fit) -> Connection:
    """Return the connection that hands an output over in this way."""
    return Connection(source, each=Each()) if fit == "each" else Connection(source)
