"""Takes the groups out of a pipeline: plain nodes, the wires between them, and the loops they stand in."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, structs

from ..modules import Module, Port
from ..pipeline import Body, Connection, Fold, Group, Node, Pipeline, Repeat, Sweep, Where, Zip, split_endpoint

Endpoint = tuple[str, str]
"""A flat node's id (``group/node``) and one of its ports."""

IDENTITY = "treadle.core.worker.names:pass_on"
RUN_UNIT = "treadle.core.worker.unit:run_unit"
PROGRAM = "program"
"""The port of a unit where it is told what its members are."""


class FlatNode(Struct, frozen=True):
    """A plain node with the groups that hold it; ``constants`` are the parameters that reach it."""

    id: str
    where: Where
    node: Node
    module: Module
    constants: dict[str, Any]


class Wire(Struct, frozen=True):
    """A connection between plain nodes; ``direct`` if it hands a value over as it is.

    ``where`` is the body in which it was drawn.
    """

    source: Endpoint
    connection: Connection
    where: Where
    direct: bool


class FlatSweep(Struct, frozen=True):
    """A swept parameter; ``origin`` is the node and parameter that it was written at."""

    origin: str
    sweep: Sweep
    where: Where


class FlatZip(Struct, frozen=True):
    """Ports that step together; ``origin`` names the node, ``ports`` the flat ports by their written names."""

    origin: str
    zip: Zip
    where: Where
    ports: dict[str, tuple[Endpoint, ...]]


class Loop(Struct, frozen=True):
    """Nodes that run item after item (``fold``) or round after round (``repeat``).

    ``feedback`` pairs the inputs that are fed back with the output that feeds them; ``again`` is the output
    that says whether another round follows.
    """

    origin: str
    where: Where
    members: frozenset[str]
    feedback: tuple[tuple[tuple[Endpoint, ...], Endpoint], ...]
    fold: Fold | None
    repeat: Repeat | None
    again: Endpoint | None


class FlatGraph(Struct):
    """All of a pipeline on one level."""

    nodes: dict[str, FlatNode]
    wires: dict[Endpoint, Wire]
    sweeps: dict[Endpoint, FlatSweep]
    zips: list[FlatZip]
    loops: list[Loop]


def flatten(pipeline: Pipeline) -> FlatGraph:
    """Flatten a pipeline that has passed validation; what is disabled, and what depends on it, is left out."""
    return _Flattener(pipeline).run()


def output_of(pipeline: Pipeline, endpoint: str) -> Endpoint:
    """Return the output of a flat node that an output at the top of a pipeline shows."""
    return _Flattener(pipeline).output((), endpoint)


class _Flattener:
    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.flat = FlatGraph({}, {}, {}, [], [])
        self.disabled: set[str] = set()
        self.hidden: set[Where] = set()

    def run(self) -> FlatGraph:
        bodies = [(where, body) for where, body in self.pipeline.walk() if not self._in_unit(where)]
        for where, body in bodies:
            for node_id, node in body.nodes.items():
                self._add_node(where, node_id, node, body)
        for where, body in bodies:
            self._add_wires(where, body)
            for node_id, node in body.nodes.items():
                if node.group is not None or node.sweeps or node.zips or node.fold or node.repeat:
                    self._add_settings(where, node_id, node)
        self._leave_out_disabled()
        self._finish_units()
        return self.flat

    def _in_unit(self, where: Where) -> bool:
        """Say whether a body is inside a group that runs as one task, and is no concern of this level."""
        if where in self.hidden:
            return True
        group = self.pipeline.body(where) if where else None
        if where and (where[:-1] in self.hidden or (isinstance(group, Group) and group.unit)):
            self.hidden.add(where)
        return where in self.hidden

    def _finish_units(self) -> None:
        from .units import make_unit

        for flat_id, node in self.flat.nodes.items():
            if node.node.group is not None:
                ends = (*self.flat.wires, *self.flat.sweeps)
                fed = {port for owner, port in ends if owner == flat_id} | node.constants.keys()
                module, program = make_unit(self.pipeline, node, fed)
                constants = {**node.constants, PROGRAM: program}
                self.flat.nodes[flat_id] = structs.replace(node, module=module, constants=constants)

    def _add_node(self, where: Where, node_id: str, node: Node, body: Body) -> None:
        flat_id = "/".join((*where, node_id)) if where else node_id
        if node.mode == "disabled":
            self.disabled.add(flat_id)
        if node.group is not None:
            if node.group.unit:
                module = border_of(self.pipeline, node.group)
                self.flat.nodes[flat_id] = FlatNode(flat_id, where, node, module, dict(node.params))
            return
        module = self.pipeline.modules[node.module]
        if node.mode == "bypassed":
            module = bypassing(module, node_id, body)
            node = structs.replace(node, zips=(), fold=None, repeat=None, params=_kept(node.params, module))
        self.flat.nodes[flat_id] = FlatNode(flat_id, where, node, module, dict(node.params))

    def _add_wires(self, where: Where, body: Body) -> None:
        prefix = "".join(f"{part}/" for part in where)
        grouped = {node_id for node_id, node in body.nodes.items() if node.group is not None}
        for target, connection in body.connections.items():
            node_id, _, port = target.partition(".")
            source_id, _, output = connection.source.partition(".")
            source = self.output(where, connection.source) if source_id in grouped else (prefix + source_id, output)
            ends = self.inputs(where, target) if node_id in grouped else ((prefix + node_id, port),)
            wire = Wire(source, connection, where, connection.direct)
            for end in ends:
                self._add_wire(end, wire)

    def _add_wire(self, end: Endpoint, wire: Wire) -> None:
        node = self.flat.nodes[end[0]]
        if end[1] in node.module.input_ports or node.module.open_inputs:
            self.flat.wires[end] = wire
            if node.constants:
                node.constants.pop(end[1], None)

    def _add_settings(self, where: Where, node_id: str, node: Node) -> None:
        flat_id = "/".join((*where, node_id))
        if node.group is not None and not node.group.unit:
            for name, value in node.params.items():
                for inner, port in self.inputs(where, f"{node_id}.{name}"):
                    self.flat.nodes[inner].constants[port] = value
        elif flat_id in self.flat.nodes:
            node = self.flat.nodes[flat_id].node
        for name, sweep in node.sweeps.items():
            for end in self.inputs(where, f"{node_id}.{name}"):
                self.flat.sweeps[end] = FlatSweep(f"{flat_id}.{name}", sweep, where)
        for zipping in node.zips:
            ports = {name: self.inputs(where, f"{node_id}.{name}") for name in zipping.ports}
            self.flat.zips.append(FlatZip(flat_id, zipping, where, ports))
        if node.fold or node.repeat:
            self.flat.loops.append(self._loop(where, node_id, node))

    def _loop(self, where: Where, node_id: str, node: Node) -> Loop:
        flat_id = "/".join((*where, node_id))
        repeated = node.repeat.feedback if node.repeat else {}
        pairs = {node.fold.port: node.fold.output} if node.fold else repeated
        feedback = tuple(
            (self.inputs(where, f"{node_id}.{port}"), self.output(where, f"{node_id}.{output}"))
            for port, output in pairs.items()
        )
        inside = f"{flat_id}/"
        members = frozenset(n for n in self.flat.nodes if n == flat_id or n.startswith(inside))
        again = self.output(where, f"{node_id}.{node.repeat.again}") if node.repeat else None
        return Loop(flat_id, where, members, feedback, node.fold, node.repeat, again)

    def output(self, where: Where, endpoint: str) -> Endpoint:
        """Follow the output of a group to the plain node that makes it."""
        node_id, port = split_endpoint(endpoint)
        group = self.pipeline.body(where).nodes[node_id].group
        while group is not None and not group.unit:
            where = (*where, node_id)
            node_id, port = split_endpoint(group.outputs[port])
            group = group.nodes[node_id].group
        return "/".join((*where, node_id)), port

    def inputs(self, where: Where, endpoint: str) -> tuple[Endpoint, ...]:
        """Follow the input of a group to the plain nodes it feeds."""
        found: list[Endpoint] = []
        waiting = [(where, endpoint)]
        while waiting:
            place, end = waiting.pop(0)
            node_id, port = split_endpoint(end)
            group = self.pipeline.body(place).nodes[node_id].group
            if group is None or group.unit:
                found.append(("/".join((*place, node_id)), port))
            else:
                waiting += [((*place, node_id), inner) for inner in group.inputs.get(port, ())]
        return tuple(found)

    def _leave_out_disabled(self) -> None:
        if not self.disabled:
            return
        from ..graph import reachable

        gone = {n for n in self.flat.nodes if any(n == d or n.startswith(f"{d}/") for d in self.disabled)}
        flat = self.flat
        gone = reachable(followers(flat), gone)
        flat.nodes = {key: node for key, node in flat.nodes.items() if key not in gone}
        flat.wires = {end: wire for end, wire in flat.wires.items() if end[0] not in gone}
        flat.sweeps = {end: sweep for end, sweep in flat.sweeps.items() if end[0] not in gone}
        flat.zips = [left for zipping in flat.zips if (left := _without(zipping, gone)).ports]
        flat.loops = [loop for loop in flat.loops if not loop.members & gone]


def _without(zipping: FlatZip, gone: set[str]) -> FlatZip:
    left = {name: tuple(end for end in ends if end[0] not in gone) for name, ends in zipping.ports.items()}
    return structs.replace(zipping, ports={name: ends for name, ends in left.items() if ends})


def bypassing(module: Module, node_id: str, body: Body) -> Module:
    """Return the module of a bypassed node: it hands its first connected input on as its first output."""
    fed = (port for port in module.inputs if f"{node_id}.{port.name}" in body.connections)
    first = next(fed, module.inputs[0] if module.inputs else Port(name="value"))
    entry = Port(name=first.name, type=first.type, bases=first.bases, passing="positional")
    return Module(path=IDENTITY, title=module.label, inputs=(entry,), outputs=module.outputs[:1])


def border_of(pipeline: Pipeline, group: Group) -> Module:
    """Return the module of a group that runs as one task: its ports, and a function that runs its members."""
    inputs = tuple(_inner_port(pipeline, group, name, ends) for name, ends in group.inputs.items())
    return Module(
        path=RUN_UNIT,
        inputs=(*inputs, Port(name=PROGRAM, optional=True)),
        outputs=tuple(Port(name=name) for name in group.outputs),
        returns="fields",
    )


def _inner_port(pipeline: Pipeline, group: Group, name: str, ends: tuple[str, ...]) -> Port:
    """Return a port of a group with the type of the first inner port that it feeds."""
    for node_id, port in map(split_endpoint, ends):
        inner = group.nodes[node_id]
        if inner.group is not None:
            found: Port | None = _inner_port(pipeline, inner.group, port, inner.group.inputs.get(port, ()))
        else:
            found = pipeline.modules[inner.module].input(port)
        if found is not None:
            return Port(name=name, type=found.type, bases=found.bases, optional=True)
    return Port(name=name, optional=True)


def _kept(params: dict[str, Any], module: Module) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name in module.input_ports}


def followers(flat: FlatGraph) -> dict[str, list[str]]:
    """Return for each flat node those that its outputs feed."""
    graph: dict[str, list[str]] = {node_id: [] for node_id in flat.nodes}
    for (target, _), wire in flat.wires.items():
        graph[wire.source[0]].append(target)
    return graph
