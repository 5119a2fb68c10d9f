"""Changes of a pipeline as frozen data: applying one returns the edit that undoes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, structs

from .errors import UsageError
from .free_names import FreeNames
from .pipeline import NODE_ID, Body, Connection, Group, Node, Pipeline, Where, split_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable

Section = Literal["nodes", "connections", "frames", "comments", "modules", "inputs", "outputs"]


class Change(Struct, frozen=True):
    """Puts entries into one section of a body; an entry that is None is taken out.

    All edits are made of this one, which is why each has an inverse. ``order`` is that of the keys
    afterwards, where it matters: the ports of a group are shown and saved in theirs.
    """

    section: Section
    entries: Mapping[str, Any]
    where: Where = ()
    order: tuple[str, ...] = ()


class SetText(Struct, frozen=True):
    """Sets the title or the description of the pipeline."""

    what: Literal["title", "description"]
    text: str


class Steps(Struct, frozen=True):
    """Several edits as one; ``label`` is what a menu shows after *Undo*."""

    edits: tuple[Edit, ...]
    label: str = ""


Edit = Change | SetText | Steps

_ORDERED = frozenset({"inputs", "outputs"})


def apply(pipeline: Pipeline, edit: Edit) -> Edit:
    """Carry out an edit and return its inverse.

    UsageError, with the pipeline unchanged, if the edit names a group or a section that is not there.
    """
    match edit:
        case Change():
            return _apply_change(pipeline, edit)
        case SetText(what, text):
            old = getattr(pipeline, what)
            setattr(pipeline, what, text)
            return SetText(what, old)
        case Steps(edits, label):
            return _apply_steps(pipeline, edits, label)


def _apply_change(pipeline: Pipeline, change: Change) -> Change:
    section = getattr(pipeline.body(change.where), change.section, None)
    if section is None:
        raise UsageError(f"there are no {change.section} in {'/'.join(change.where) or 'the pipeline'}")
    old = {key: section.get(key) for key in change.entries}
    order = tuple(section) if change.section in _ORDERED else ()
    for key, value in change.entries.items():
        if value is None:
            section.pop(key, None)
        else:
            section[key] = value
    if change.order:
        ordered = {key: section[key] for key in change.order if key in section}
        rest = {key: value for key, value in section.items() if key not in ordered}
        section.clear()
        section.update(ordered | rest)
    return structs.replace(change, entries=old, order=order)


def _apply_steps(pipeline: Pipeline, edits: Iterable[Edit], label: str) -> Steps:
    undone: list[Edit] = []
    try:
        for edit in edits:
            undone.append(apply(pipeline, edit))  # noqa: PERF401  what was done before an error is undone
    except UsageError:
        for inverse in reversed(undone):
            apply(pipeline, inverse)
        raise
    return Steps(tuple(reversed(undone)), label)


def update_nodes(body: Body, changes: Mapping[str, Mapping[str, Any]], where: Where = ()) -> Change:
    """Return the edit that replaces fields of nodes, of one or many: ``{"smooth": {"timeout": 60}}``."""
    nodes = {key: structs.replace(body.nodes[key], **new) for key, new in changes.items()}
    return Change("nodes", nodes, where)


def set_parameter(body: Body, node_id: str, name: str, value: Any, where: Where = ()) -> Change:
    """Return the edit that sets one parameter of a node."""
    return update_nodes(body, {node_id: {"params": {**body.nodes[node_id].params, name: value}}}, where)


def clear_parameter(body: Body, node_id: str, name: str, where: Where = ()) -> Change:
    """Return the edit that gives a parameter its default again."""
    kept = {key: value for key, value in body.nodes[node_id].params.items() if key != name}
    return update_nodes(body, {node_id: {"params": kept}}, where)


def connect(target: str, connection: Connection, where: Where = ()) -> Change:
    """Return the edit that feeds the input ``target`` (``node.port``), in place of what fed it before."""
    return Change("connections", {target: connection}, where)


def disconnect(targets: Iterable[str], where: Where = ()) -> Change:
    """Return the edit that removes the connections into ``targets``."""
    return Change("connections", dict.fromkeys(targets), where)


def remove_nodes(body: Body, node_ids: Iterable[str], where: Where = ()) -> Steps:
    """Return the edit that removes nodes, what is connected to them, and the group's ports that show them."""
    gone = set(node_ids)
    cut = [
        target
        for target, connection in body.connections.items()
        if split_endpoint(target)[0] in gone or split_endpoint(connection.source)[0] in gone
    ]
    # In their order: undone, they come back in it.
    nodes = dict.fromkeys(node_id for node_id in body.nodes if node_id in gone)
    steps: list[Edit] = [disconnect(cut, where), Change("nodes", nodes, where)]
    if isinstance(body, Group):
        kept = {
            name: tuple(end for end in ends if split_endpoint(end)[0] not in gone) for name, ends in body.inputs.items()
        }
        steps.append(Change("inputs", kept, where))
        lost = [name for name, end in body.outputs.items() if split_endpoint(end)[0] in gone]
        steps.append(Change("outputs", dict.fromkeys(lost), where))
    return Steps(tuple(steps), "delete")


def rename_node(body: Body, old: str, new: str, where: Where = ()) -> Steps:
    """Return the edit that gives a node another id, a free one; its connections follow."""
    _check_free(body, new)

    def renamed(endpoint: str) -> str:
        node_id, port = split_endpoint(endpoint)
        return f"{new}.{port}" if node_id == old else endpoint

    touched = {t: c for t, c in body.connections.items() if old in _ends(t, c)}
    moved = {renamed(t): structs.replace(c, source=renamed(c.source)) for t, c in touched.items()}
    steps: list[Edit] = [
        Change("nodes", {old: None, new: body.nodes[old]}, where),
        Change("connections", {**dict.fromkeys(touched), **moved}, where),
    ]
    if isinstance(body, Group):
        ports = {name: tuple(map(renamed, ends)) for name, ends in body.inputs.items()}
        steps.append(Change("inputs", ports, where))
        steps.append(Change("outputs", {name: renamed(end) for name, end in body.outputs.items()}, where))
    return Steps(tuple(steps), "rename")


def group_nodes(body: Body, node_ids: Iterable[str], group_id: str, where: Where = ()) -> Steps:
    """Return the edit that moves nodes into a new group node; what crosses its border gets a port."""
    _check_free(body, group_id)
    inside = set(node_ids)
    made = _Grouping(Group(nodes={node_id: node for node_id, node in body.nodes.items() if node_id in inside}))
    rewired: dict[str, Connection | None] = {}
    for target, connection in body.connections.items():
        _sort_connection(made, rewired, target, connection, group_id)
    steps: list[Edit] = [Change("connections", rewired, where)]
    if isinstance(body, Group):
        steps += _border_of_outer(body, made, group_id, where)
    placed = Node(title=group_id, group=made.group, position=_centre(made.group.nodes.values()))
    steps.append(Change("nodes", {**dict.fromkeys(made.group.nodes), group_id: placed}, where))
    return Steps(tuple(steps), "group")


class _Grouping:
    """A group that gets ports, each under a name of its own; one output for all that read the same."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self._inputs, self._outputs = FreeNames(), FreeNames()
        self._shown: dict[str, str] = {}

    def holds(self, endpoint: str) -> bool:
        """Say whether a port is of a node inside."""
        return split_endpoint(endpoint)[0] in self.group.nodes

    def input(self, wanted: str, ends: tuple[str, ...]) -> str:
        """Return the name of a new port that feeds inner ports."""
        name = self._inputs.take(wanted)
        self.group.inputs[name] = ends
        return name

    def output(self, source: str) -> str:
        """Return the name of the port that shows an inner one."""
        if source not in self._shown:
            name = self._shown[source] = self._outputs.take(split_endpoint(source)[1])
            self.group.outputs[name] = source
        return self._shown[source]


def _border_of_outer(outer: Group, made: _Grouping, group_id: str, where: Where) -> list[Edit]:
    """Lead the ports of the group around a new group through the ports of the new one."""
    inputs, outputs = {}, {}
    for name, ends in outer.inputs.items():
        moved = tuple(filter(made.holds, ends))
        if moved:
            port = made.input(name, moved)
            inputs[name] = (*(end for end in ends if end not in moved), f"{group_id}.{port}")
    for name, end in outer.outputs.items():
        if made.holds(end):
            outputs[name] = f"{group_id}.{made.output(end)}"
    return [Change("inputs", inputs, where), Change("outputs", outputs, where)]


def _sort_connection(
    made: _Grouping, rewired: dict[str, Connection | None], target: str, connection: Connection, group_id: str
) -> None:
    source_in, target_in = made.holds(connection.source), made.holds(target)
    if source_in and target_in:
        made.group.connections[target] = connection
        rewired[target] = None
    elif target_in:
        port = made.input(split_endpoint(target)[1], (target,))
        rewired[target] = None
        rewired[f"{group_id}.{port}"] = connection
    elif source_in:
        rewired[target] = structs.replace(connection, source=f"{group_id}.{made.output(connection.source)}")


def ungroup(body: Body, group_id: str, where: Where = ()) -> Steps:
    """Return the edit that puts the inside of a group in its place.

    UsageError if an inner node's id is taken outside, or the group has settings that its nodes cannot carry.
    """
    node = body.nodes[group_id]
    group = node.group
    if group is None:
        raise UsageError(f"{group_id!r} is no group")
    if any((node.fold, node.repeat, node.sweeps, node.zips, node.params, group.unit, node.mode != "normal")):
        raise UsageError(f"the group {group_id!r} has settings of its own", remedy="Remove them before ungrouping")
    taken = (set(body.nodes) - {group_id}) & set(group.nodes)
    if taken:
        raise UsageError(f"the ids {', '.join(sorted(taken))} are taken outside the group", remedy="Rename them first")
    steps: list[Edit] = [
        Change("connections", _without_border(body, group, group_id), where),
        Change("nodes", {group_id: None, **group.nodes}, where),
        Change("frames", _renamed_apart(group.frames, body.frames), where),
        Change("comments", _renamed_apart(group.comments, body.comments), where),
    ]
    if isinstance(body, Group):
        steps += _border_without(body, group, group_id, where)
    return Steps(tuple(steps), "ungroup")


def _border_without(outer: Group, group: Group, group_id: str, where: Where) -> list[Edit]:
    """Lead the ports of the group around to the inner ports of ``group``; dead ends are left out."""
    inputs: dict[str, tuple[str, ...]] = {}
    for name, ends in outer.inputs.items():
        found: list[str] = []
        for end in ends:
            node_id, port = split_endpoint(end)
            found += group.inputs.get(port, ()) if node_id == group_id else (end,)
        inputs[name] = tuple(found)
    outputs = {
        name: group.outputs.get(split_endpoint(end)[1]) if split_endpoint(end)[0] == group_id else end
        for name, end in outer.outputs.items()
    }
    return [Change("inputs", inputs, where), Change("outputs", outputs, where)]


def _renamed_apart(entries: Mapping[str, Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    names = FreeNames(taken)
    return {names.take(key): value for key, value in entries.items()}


def _without_border(body: Body, group: Group, group_id: str) -> dict[str, Connection | None]:
    rewired: dict[str, Connection | None] = dict(group.connections)
    for target, connection in body.connections.items():
        source_id, source_port = split_endpoint(connection.source)
        target_id, target_port = split_endpoint(target)
        ends: tuple[str, ...] = (target,)
        handed_on = connection
        if target_id == group_id:
            rewired[target] = None
            ends = group.inputs.get(target_port, ())
        if source_id == group_id:
            if source_port not in group.outputs:
                raise UsageError(
                    f"{target!r} is connected to {connection.source!r}, which is not there",
                    remedy="Disconnect it first",
                )
            handed_on = structs.replace(connection, source=group.outputs[source_port])
        if group_id in (source_id, target_id):
            rewired.update(dict.fromkeys(ends, handed_on))
    return rewired


def _check_free(body: Body, node_id: str) -> None:
    if node_id in body.nodes:
        raise UsageError(f"there is a node {node_id!r} already")
    if not NODE_ID.fullmatch(node_id):
        raise UsageError(f"{node_id[:60]!r} cannot be a node's id", remedy="Use letters, digits, - and _")


def _ends(target: str, connection: Connection) -> tuple[str, str]:
    return split_endpoint(target)[0], split_endpoint(connection.source)[0]


def _centre(nodes: Iterable[Node]) -> tuple[float, float]:
    places = [node.position for node in nodes] or [(0.0, 0.0)]
    return sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)
