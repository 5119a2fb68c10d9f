"""Checks a pipeline: what is wrong, where, and what to do, without importing what it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import PipelineError
from ..graph import find_cycle
from ..pipeline import NODE_ID, Body, Group, Node, Pipeline, Where, split_endpoint
from .bodies import BodyCheck
from .faces import Entry, Face, face_of_each, face_of_module, unknown_face
from .module_checks import check_module
from .problems import Problem, Report, fault_in_name

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Problem", "validate"]


def validate(pipeline: Pipeline) -> list[Problem]:
    """Return what is wrong with a pipeline, errors first; an empty list if it can run.

    The time is linear in the size of the pipeline, and nothing that it names is imported or executed.
    """
    return _Check(pipeline).run()


class _Check:
    """One walk through a pipeline, from the innermost bodies outwards."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.report = Report()
        self.followers: dict[str, list[str]] = {}
        self.groups: dict[Where, Face] = {}
        self.units: set[str] = set()
        self.mapped = False

    def run(self) -> list[Problem]:
        report = self.report
        modules: dict[str, Face] = {}
        for key, module in self.pipeline.modules.items():
            check_module(report, key, module, self.pipeline.functions)
            modules[key] = face_of_module(module)
        for where, body in reversed(list(self.pipeline.walk())):
            self._check_body(where, body, modules)
        self._find_cycles()
        if self.mapped and not report.errors:
            self._plan()
        return [*report.errors, *report.warnings]

    def _check_body(self, where: Where, body: Body, modules: dict[str, Face]) -> None:
        prefix = "".join(f"{part}/" for part in where)
        faces = {node_id: self._face(where, prefix, node_id, node, modules) for node_id, node in body.nodes.items()}
        check = BodyCheck(self.report, prefix, body, faces, self.followers, self.pipeline.modules)
        fed: frozenset[str] = frozenset()
        if isinstance(body, Group):
            border = _Border(self.report, prefix, body, faces)
            self.groups[where] = border.face(where[-1])
            fed = border.fed
            if body.unit:
                self.units.add(prefix)
        check.run(fed)
        self.mapped = self.mapped or check.mapped

    def _face(self, where: Where, prefix: str, node_id: str, node: Node, modules: dict[str, Face]) -> Face:
        if not NODE_ID.fullmatch(node_id):
            self.report.error(
                "name",
                f"nodes.{prefix}{node_id}",
                f"{node_id[:60]!r} cannot be a node's id",
                "Use letters, digits, - and _",
            )
        if node.group is not None:
            self._check_group_node(prefix + node_id, node)
            return self.groups.pop((*where, node_id))
        self.followers[prefix + node_id] = []
        face = modules.get(node.module)
        if face is None:
            return self._no_module(prefix + node_id, node.module, modules)
        return face_of_each(face) if node.placement is not None and node.placement.once_on else face

    def _no_module(self, path: str, key: str, modules: dict[str, Face]) -> Face:
        where = f"nodes.{path}.module"
        if key:
            hint = self.report.suggest(key, modules)
            self.report.error("no-module", where, f"the module {key[:200]!r} is not described in the pipeline", hint)
        else:
            self.report.error("no-module", where, "the node has no module", "Place a module, or delete the node")
        return unknown_face(key)

    def _check_group_node(self, path: str, node: Node) -> None:
        if node.module:
            self.report.error(
                "two-contents",
                f"nodes.{path}.module",
                "a node is of a module or holds a group, not both",
                "Keep one of them",
            )
        if node.mode == "bypassed":
            self.report.warning(
                "bypassed",
                f"nodes.{path}.mode",
                "a group cannot be bypassed and runs as usual",
                "Bypass or disable its nodes",
            )

    def _find_cycles(self) -> None:
        cycle = find_cycle(self.followers)
        if not cycle and self.units:
            cycle = find_cycle(self._with_units_as_one())
        if cycle:
            shown = cycle if len(cycle) <= 12 else [*cycle[:6], "…", *cycle[-5:]]
            path = " → ".join(shown)
            self.report.error(
                "cycle", f"nodes.{cycle[0]}", f"{path} wait for each other", "Remove one of these connections"
            )

    def _with_units_as_one(self) -> dict[str, list[str]]:
        """Return the graph in which a group that runs as one unit is one node."""
        name = {node_id: self._unit_of(node_id) for node_id in self.followers}
        graph: dict[str, list[str]] = {unit: [] for unit in name.values()}
        for node_id, followers in self.followers.items():
            graph[name[node_id]].extend(name[f] for f in followers if name[f] != name[node_id])
        return graph

    def _unit_of(self, node_id: str) -> str:
        position = node_id.find("/")
        while position >= 0:
            if node_id[: position + 1] in self.units:
                return node_id[:position]
            position = node_id.find("/", position + 1)
        return node_id

    def _plan(self) -> None:
        from ..planning.make_plan import make_plan

        try:
            make_plan(self.pipeline)
        except PipelineError as error:
            self.report.error("mapping", error.where, error.message, error.remedy)


class _Border:
    """The ports of a group, and the inner ports behind them."""

    def __init__(self, report: Report, prefix: str, group: Group, faces: dict[str, Face]) -> None:
        self.report = report
        self.prefix = prefix
        self.group = group
        self.faces = faces
        self.fed = frozenset(end for ends in group.inputs.values() for end in ends)

    def face(self, label: str) -> Face:
        """Return the face of the group, noting ports that lead nowhere."""
        face = Face(label, {}, {}, is_group=True)
        required = []
        taken: set[str] = set()
        for name, ends in self.group.inputs.items():
            self._check_name("inputs", name)
            entries: list[Entry] = []
            for end in ends:
                if end in taken:
                    self._fed_twice(name, end, "another input of the group")
                taken.add(end)
                entries += self._inner_input(name, end)
            face.inputs[name] = tuple(entries)
            face.ends[name] = tuple(flat for end in ends for flat in self._flat_ends(end))
            if any(self._needs(end) for end in ends):
                required.append(name)
        for name, end in self.group.outputs.items():
            self._check_name("outputs", name)
            self._add_output(face, name, end)
        return Face(
            label,
            face.inputs,
            face.outputs,
            tuple(required),
            is_group=True,
            ends=face.ends,
            origins=face.origins,
        )

    def _check_name(self, side: str, name: str) -> None:
        fault = fault_in_name(name)
        if fault:
            self.report.error(
                "name",
                self._place(side, name),
                f"the name {name[:60]!r} {fault}",
                "Give the port another name",
            )

    def _place(self, side: str, name: str) -> str:
        return f"nodes.{self.prefix.removesuffix('/')}.group.{side}.{name}"

    def _fed_twice(self, name: str, end: str, other: str) -> None:
        self.report.error(
            "fed-twice",
            self._place("inputs", name),
            f"{end!r} is fed by {other} as well",
            "Remove one of the two",
        )

    def _inner_input(self, name: str, end: str) -> Iterable[Entry]:
        node_id, port = split_endpoint(end)
        face = self.faces.get(node_id)
        found = face.input(port) if face is not None else None
        if found is None:
            self._leads_nowhere("inputs", name, end, face, face.inputs if face else {})
            return ()
        if end in self.group.connections:
            self._fed_twice(name, end, "a connection inside")
        return found

    def _flat_ends(self, end: str) -> tuple[str, ...]:
        node_id, port = split_endpoint(end)
        face = self.faces.get(node_id)
        if face is None:
            return ()
        return face.ends.get(port, ()) if face.is_group else (self.prefix + node_id,)

    def _needs(self, end: str) -> bool:
        node_id, port = split_endpoint(end)
        face, node = self.faces.get(node_id), self.group.nodes.get(node_id)
        if face is None or node is None or node.mode != "normal" or port not in face.required:
            return False
        return port not in node.params and port not in node.sweeps

    def _add_output(self, face: Face, name: str, end: str) -> None:
        node_id, port = split_endpoint(end)
        inner = self.faces.get(node_id)
        entry = inner.output(port) if inner is not None else None
        if inner is None or entry is None:
            self._leads_nowhere("outputs", name, end, inner, inner.outputs if inner else {})
            return
        face.outputs[name] = entry
        origin = inner.origins.get(port) if inner.is_group else self.prefix + node_id
        if origin is not None:
            face.origins[name] = origin

    def _leads_nowhere(self, side: str, name: str, end: str, face: Face | None, ports: Iterable[str]) -> None:
        node_id, port = split_endpoint(end)
        kind = side.removesuffix("s")
        if face is None:
            message, hint = (
                f"there is no node {node_id[:100]!r} in the group",
                self.report.suggest(node_id, self.faces),
            )
        else:
            message, hint = (
                f"{node_id!r} has no {kind} {port[:100]!r}",
                self.report.suggest(port, list(ports)),
            )
        self.report.error("dangling", self._place(side, name), message, hint)
