"""Checks the nodes and connections of one body of a pipeline against the faces of its nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import ANY, PortType, converter, fits, item_type, list_of
from .faces import Entry, Face, face_of_module
from .node_checks import KnownValues, check_parameters, check_settings
from .problems import Report, fault_in_name
from .resource_checks import asks, check_node

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ..modules import Module
    from ..pipeline import Body, Connection, Node


class BodyCheck:
    """Checks one body; ``followers`` is the graph of plain nodes, to which its connections are added."""

    def __init__(
        self,
        report: Report,
        prefix: str,
        body: Body,
        faces: Mapping[str, Face],
        followers: dict[str, list[str]],
        modules: Mapping[str, Module],
    ) -> None:
        self.report = report
        self.prefix = prefix
        self.body = body
        self.faces = faces
        self.followers = followers
        self.modules = modules
        self.mapped = False
        self._zipped: set[str] = set()
        # Outputs and inputs that were found to fit, with the identities of their faces: most connections join the
        # same few modules.
        self._fitting: set[tuple[int, str, int, str]] = set()
        self._known: KnownValues = set()

    def run(self, fed: Collection[str]) -> None:
        """Check everything; ``fed`` are the inputs that the ports of the group around feed."""
        for node_id, node in self.body.nodes.items():
            self._check_node(node_id, node, fed)
        for target, connection in self.body.connections.items():
            self._check_connection(target, connection)

    def _check_node(self, node_id: str, node: Node, fed: Collection[str]) -> None:
        face = self.faces[node_id]
        if face.required and node.mode == "normal":
            self._check_required(node_id, node, face, fed)
        if node.params or node.sweeps:
            path, connected = f"{self.prefix}{node_id}", self._connected(node_id, node)
            check_parameters(self.report, path, node, face, connected, self._known)
        if node.sweeps or node.zips or node.fold or node.repeat:
            self.mapped = True
            self._zipped.update(f"{node_id}.{port}" for zipping in node.zips for port in zipping.ports)
        if node.zips or node.fold or node.repeat or node.placement:
            connections = self.body.connections
            lists = {p for z in node.zips for p in z.ports if f"{node_id}.{p}" in connections or p in node.sweeps}
            check_settings(self.report, f"{self.prefix}{node_id}", node, face, lists)
        if asks(node):
            check_node(self.report, f"nodes.{self.prefix}{node_id}", node, self.modules.get(node.module))

    def _connected(self, node_id: str, node: Node) -> Collection[str]:
        if not self.body.connections:
            return ()
        return {name for name in (*node.params, *node.sweeps) if f"{node_id}.{name}" in self.body.connections}

    def _check_required(self, node_id: str, node: Node, face: Face, fed: Collection[str]) -> None:
        connections = self.body.connections
        for name in face.required:
            if name in node.params or name in node.sweeps:
                continue
            end = f"{node_id}.{name}"
            if end not in connections and end not in fed:
                where = f"nodes.{self.prefix}{node_id}.params.{name}"
                self.report.error("unset", where, f"the input {name!r} has no value", "Set it, or connect it")

    def _check_connection(self, target: str, connection: Connection) -> None:
        node_id, _, port = target.partition(".")
        source_id, _, output = connection.source.partition(".")
        face, source_face = self.faces.get(node_id), self.faces.get(source_id)
        if face is None or source_face is None:
            missing = node_id if face is None else source_id
            self._dangling(target, f"there is no node {missing[:100]!r}", missing, self.faces)
            return
        mapped = connection.each or connection.join or connection.apply or target in self._zipped
        ends = (id(source_face), output, id(face), port)
        if ends in self._fitting and not mapped:
            self._add_edges(target, node_id, face, port, source_id, source_face, output)
            return
        entries, origin = face.input(port), source_face.output(output)
        if entries is None:
            self._dangling(target, f"{node_id!r} has no input {port[:100]!r}", port, face.inputs)
        elif origin is None:
            self._dangling(target, f"{source_id!r} has no output {output[:100]!r}", output, source_face.outputs)
        else:
            self._add_edges(target, node_id, face, port, source_id, source_face, output)
            if mapped:
                self._check_mapped(target, connection, origin, entries)
            elif self._check_types(target, origin.type, origin.port.bases, entries):
                self._fitting.add(ends)

    def _dangling(self, target: str, message: str, word: str, known: Collection[str]) -> None:
        where = f"connections.{self.prefix}{target}"
        self.report.error("dangling", where, message, self.report.suggest(word, known) or "Remove the connection")

    def _add_edges(
        self, target: str, node_id: str, face: Face, port: str, source_id: str, source_face: Face, output: str
    ) -> None:
        if node_id == source_id and not face.is_group:
            where = f"connections.{self.prefix}{target}"
            self.report.error(
                "self-loop",
                where,
                f"{node_id!r} is connected to itself",
                "Remove the connection, or use fold or repeat",
            )
            return
        if self.body.nodes[source_id].mode == "bypassed":
            self._check_bypassed(target, source_id, source_face, output)
        start = source_face.origins.get(output) if source_face.is_group else self.prefix + source_id
        if start is not None:
            self.followers[start].extend(face.ends.get(port, ()) if face.is_group else (self.prefix + node_id,))

    def _check_bypassed(self, target: str, source_id: str, source: Face, output: str) -> None:
        if source.certain and not source.is_group and output != next(iter(source.outputs)):
            self.report.error(
                "bypassed",
                f"connections.{self.prefix}{target}",
                f"{source_id!r} is bypassed, so it has no output {output!r}",
                "Only the first output of a bypassed node carries a value",
            )

    def _check_mapped(self, target: str, connection: Connection, origin: Entry, entries: tuple[Entry, ...]) -> None:
        where = f"connections.{self.prefix}{target}"
        self.mapped = self.mapped or bool(connection.each or connection.join)
        if connection.each and connection.join:
            self.report.error(
                "each-and-join",
                where,
                "a connection either maps or joins",
                "Remove one of the two, or put a node between",
            )
            return
        label = connection.each.axis if connection.each else None
        if label is not None and fault_in_name(label):
            self.report.error(
                "name",
                f"{where}.each.axis",
                f"the name {label[:60]!r} {fault_in_name(label)}",
                "Rename the axis",
            )
        handed, bases = self._handed_over(where, target, connection, origin)
        if handed is not None:
            self._check_types(target, handed, bases, entries)

    def _handed_over(
        self, where: str, target: str, connection: Connection, origin: Entry
    ) -> tuple[PortType | None, tuple[str, ...]]:
        """Return the type of what arrives, None where a problem was noted."""
        handed: PortType | None = origin.type
        bases = origin.port.bases
        if connection.each or (target in self._zipped and not connection.join):
            handed, bases = item_type(origin.type), ()
            if handed is None:
                self.report.error(
                    "no-list",
                    where,
                    f"{connection.source!r} gives {origin.type}, which has no items",
                    "Map a list instead",
                )
        if handed is not None and connection.apply:
            handed, bases = self._applied(where, connection.apply, handed, bases)
        if handed is not None and connection.join:
            handed, bases = (
                list_of(ANY if connection.join.nested or connection.join.with_labels else handed),
                (),
            )
        return handed, bases

    def _applied(
        self, where: str, key: str, given: PortType, bases: tuple[str, ...]
    ) -> tuple[PortType | None, tuple[str, ...]]:
        """Return the type that the function on a connection gives, None where a problem was noted."""
        module = self.modules.get(key)
        if module is None:
            message = f"the module {key[:200]!r} is not described in the pipeline"
            self.report.error("no-module", f"{where}.apply", message, self.report.suggest(key, self.modules))
            return None, ()
        face = face_of_module(module)
        if len(face.outputs) != 1 or len(face.required) > 1 or not (face.inputs or face.open_inputs):
            message = f"{module.label[:100]!r} does not turn one value into one value"
            self.report.error("apply", f"{where}.apply", message, "Choose a function of one argument")
            return None, ()
        for (entry,) in list(face.inputs.values())[:1]:
            if not fits(given, entry.type, bases):
                message = f"{given} does not fit {module.label[:100]!r}, which takes {entry.type}"
                self.report.error("type", f"{where}.apply", message, "Choose another function")
                return None, ()
        given_back = next(iter(face.outputs.values()))
        return given_back.type, given_back.port.bases

    def _check_types(self, target: str, given: PortType, bases: tuple[str, ...], entries: tuple[Entry, ...]) -> bool:
        """Say whether a value of the type ``given`` may enter, and note it if not."""
        for entry in entries:
            if not fits(given, entry.type, bases):
                message = f"{given} does not fit {entry.port.name[:100]!r}, which takes {entry.type}"
                where = f"connections.{self.prefix}{target}"
                self.report.error("type", where, message, _way_out(given, entry.type))
                return False
        return True


def _way_out(given: PortType, wanted: PortType) -> str:
    path = converter(given, wanted)
    if path:
        return f"Put {path} between them"
    item, wanted_item = item_type(given), item_type(wanted)
    if item is not None and wanted_item is None and fits(item, wanted):
        return "Hand over its items one by one: map the connection"
    if item is None and wanted_item is not None and fits(given, wanted_item):
        return "If it is mapped, join it; else insert a conversion between them"
    return "Insert a conversion between them"
