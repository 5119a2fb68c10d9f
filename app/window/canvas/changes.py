"""Edits that the canvas makes of a body: pure functions, so that each can be tried without a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

from ....core.edits import Change, Edit, Steps, connect, disconnect, ungroup, update_nodes
from ....core.free_names import FreeNames
from ....core.pipeline import Connection, Node, Pipeline
from .fitting import connection_for, converter_module
from .naming import as_id, free_id
from .snapping import on_grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ....core.modules import Module
    from ....core.pipeline import Body, Where
    from .fitting import Verdict

Place = tuple[float, float]
NOTES = ("frames", "comments")


def moved(
    body: Body, nodes: Mapping[str, Place], where: Where, notes: Mapping[tuple[str, str], Place] | None = None
) -> Steps:
    """Return the one edit that puts nodes and notes elsewhere; those that stay are not in it."""
    gone = {n: {"position": place} for n, place in nodes.items() if body.nodes[n].position != place}
    steps: list[Edit] = [update_nodes(body, gone, where)] if gone else []
    for section in NOTES:
        kept = getattr(body, section)
        entries = {
            key: structs.replace(kept[key], position=place)
            for (of, key), place in (notes or {}).items()
            if of == section and kept[key].position != place
        }
        if entries:
            steps.append(Change(section, entries, where))  # type: ignore[arg-type]  # one of NOTES
    return Steps(tuple(steps), "move")


def removed(notes: Iterable[tuple[str, str]], where: Where) -> list[Edit]:
    """Return the edits that take notes away."""
    found = []
    for section in NOTES:
        keys = [key for of, key in notes if of == section]
        if keys:
            found.append(Change(section, dict.fromkeys(keys), where))  # type: ignore[arg-type]  # one of NOTES
    return list(found)


def connected(pipeline: Pipeline, source: str, target: str, judged: Verdict, where: Where, old: str = "") -> Edit:
    """Return the edit that feeds ``target``, in place of what fed it, and lets go of the input ``old``."""
    steps: list[Edit] = []
    if judged.apply and judged.apply not in pipeline.modules:
        steps.append(Change("modules", {judged.apply: converter_module(judged.apply)}))
    if old and old != target:
        steps.append(disconnect([old], where))
    body = pipeline.body(where)
    before = body.connections.get(old or target)
    made = connection_for(source, judged)
    if before is not None and before.source == source and old:
        # Led to another input it is handed over as it was, where that still fits.
        made = structs.replace(before, source=source) if judged.how == "direct" and not before.direct else made
    steps.append(connect(target, made, where))
    return Steps(tuple(steps), "connect") if len(steps) > 1 else steps[0]


def module_key(pipeline: Pipeline, module: Module, wanted: str = "") -> tuple[str, list[Edit]]:
    """Return under which key a pipeline has a module, and the edit that puts it there if it has not."""
    key = wanted or module.path or module.name or "function"
    known = pipeline.modules.get(key)
    if known is not None and (known.path, known.source, known.name) == (module.path, module.source, module.name):
        return key, []
    name = FreeNames(pipeline.modules).take(key)
    return name, [Change("modules", {name: module})]


def placed(
    pipeline: Pipeline, module: Module, at: Place, where: Where, *, params: Mapping[str, Any] | None = None
) -> tuple[str, Steps]:
    """Return the id of a new node of a module, and the edit that places it."""
    key, steps = module_key(pipeline, module)
    wanted = module.path.rpartition(":")[2].rpartition(".")[2] or module.name or "node"
    node_id = free_id(wanted, pipeline.body(where).nodes)
    node = Node(module=key, position=at, params=dict(params or {}))
    return node_id, Steps((*steps, Change("nodes", {node_id: node}, where)), "add")


def excerpt(pipeline: Pipeline, where: Where, nodes: set[str], notes: Iterable[tuple[str, str]] = ()) -> Pipeline:
    """Return a pipeline of the chosen nodes and notes, what connects them, and their modules."""
    body = pipeline.body(where)
    copied = Pipeline("", modules=dict(pipeline.modules))
    copied.functions = dict(pipeline.functions)
    copied.nodes.update({n: body.nodes[n] for n in body.nodes if n in nodes})
    for target, connection in body.connections.items():
        if target.partition(".")[0] in nodes and connection.source.partition(".")[0] in nodes:
            copied.connections[target] = connection
    for section, key in notes:
        getattr(copied, section)[key] = getattr(body, section)[key]
    # A copy of its own: groups hold their nodes in dicts that edits change.
    return copied.copy()


class Pasted:
    """The edit that puts a pipeline's nodes and notes into a body under free ids, and those ids."""

    def __init__(self, pipeline: Pipeline, where: Where, pasted: Pipeline, shift: Place) -> None:
        self._pipeline, self._pasted = pipeline, pasted
        self._modules: dict[str, Module] = {}
        self._keys: dict[str, str] = {}
        body = pipeline.body(where)
        ids = FreeNames(body.nodes)
        self.nodes = {node_id: ids.take(*as_id(node_id)) for node_id in pasted.nodes}
        nodes = {self.nodes[n]: self._placed(node, shift) for n, node in pasted.nodes.items()}
        wires = {self.end(t): self._wired(c) for t, c in pasted.connections.items()}
        notes = {section: self._notes(body, section, shift) for section in NOTES}
        self.notes = {(section, key) for section, found in notes.items() for key in found}
        changes: list[Edit] = [Change("nodes", nodes, where), Change("connections", wires, where)]
        changes += [Change(s, found, where) for s, found in notes.items() if found]  # type: ignore[arg-type]
        modules: list[Edit] = [Change("modules", self._modules)] if self._modules else []
        self.edit = Steps((*modules, *changes), "paste")

    def _placed(self, node: Node, shift: Place) -> Node:
        return self._rekeyed(node, position=_shifted(node.position, shift))

    def _rekeyed(self, node: Node, **changed: Any) -> Node:
        group = node.group
        if group is not None:
            inner = {n: self._rekeyed(one) for n, one in group.nodes.items()}
            wires = {t: structs.replace(c, apply=self._key(c.apply)) for t, c in group.connections.items()}
            return structs.replace(node, group=structs.replace(group, nodes=inner, connections=wires), **changed)
        return structs.replace(node, module=self._key(node.module), **changed)

    def _key(self, key: str) -> str:
        module = self._pasted.modules.get(key) if key else None
        if module is None:
            return key
        if key not in self._keys:
            self._keys[key], steps = module_key(self._pipeline, module, key)
            if steps:
                self._modules[self._keys[key]] = module
            function = self._pasted.functions.get(key)
            if function is not None:
                self._pipeline.functions.setdefault(self._keys[key], function)
        return self._keys[key]

    def end(self, endpoint: str) -> str:
        """Return what a port of a pasted node is called here."""
        node_id, _, port = endpoint.partition(".")
        return f"{self.nodes.get(node_id, node_id)}.{port}"

    def _wired(self, connection: Connection) -> Connection:
        return structs.replace(connection, source=self.end(connection.source), apply=self._key(connection.apply))

    def _notes(self, body: Body, section: str, shift: Place) -> dict[str, Any]:
        ids = FreeNames(getattr(body, section))
        return {
            ids.take(*as_id(key)): structs.replace(note, position=_shifted(note.position, shift))
            for key, note in getattr(self._pasted, section).items()
        }


def _shifted(place: Place, shift: Place) -> Place:
    return place[0] + shift[0], place[1] + shift[1]


def duplicated(pipeline: Pipeline, where: Where, nodes: set[str], notes: set[tuple[str, str]], shift: Place) -> Pasted:
    """Return the paste of copies beside their originals; what fed the originals feeds the copies too."""
    inner = excerpt(pipeline, where, nodes, notes)
    made = Pasted(pipeline, where, inner, shift)
    outer = {
        made.end(target): connection
        for target, connection in pipeline.body(where).connections.items()
        if target not in inner.connections and target.partition(".")[0] in nodes
    }
    made.edit = Steps((*made.edit.edits, Change("connections", outer, where)), "duplicate")
    return made


def ungrouped(body: Body, group_id: str, where: Where) -> Steps:
    """Return the edit that puts what a group holds where the group is now; UsageError as ``ungroup`` has it."""
    edit = ungroup(body, group_id, where)
    node = body.nodes[group_id]
    group = node.group
    if group is None or not group.nodes:
        return edit
    count = len(group.nodes)
    middle = [sum(inner.position[axis] for inner in group.nodes.values()) / count for axis in (0, 1)]
    dx, dy = (on_grid(node.position[axis] - middle[axis]) for axis in (0, 1))
    if not dx and not dy:
        return edit
    moved_on: dict[str, Any] = {
        name: structs.replace(inner, position=(inner.position[0] + dx, inner.position[1] + dy))
        for name, inner in group.nodes.items()
    }
    return Steps((*edit.edits, Change("nodes", moved_on, where)), "ungroup")


def in_mode(body: Body, nodes: Iterable[str], mode: str, where: Where) -> Change:
    """Return the edit that bypasses or disables nodes, or brings them back if all of them are so already."""
    chosen = list(nodes)
    back = all(body.nodes[n].mode == mode for n in chosen)
    return update_nodes(body, {n: {"mode": "normal" if back else mode} for n in chosen}, where)


def inserted(
    body: Body, node_id: str, wire: str, entry: tuple[str, Verdict], exit_: tuple[str, Verdict], where: Where
) -> Steps:
    """Return the edit that leads a connection through a node, in by one port and out by another."""
    old = body.connections[wire]
    first = connection_for(old.source, entry[1])
    if entry[1].how == "direct" and not old.direct:
        first = structs.replace(old)
    return Steps(
        (
            connect(f"{node_id}.{entry[0]}", first, where),
            connect(wire, connection_for(f"{node_id}.{exit_[0]}", exit_[1]), where),
        ),
        "insert",
    )
