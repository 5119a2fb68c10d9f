"""A slow and simple interpreter of pipelines: nested loops over items, to compare real runs with.

It knows values, mapping, joins, zips, sweeps, branches, filters, groups, and single nodes that fold or repeat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from treadle.core.worker.absent import Absent as AbsentValue
from treadle.core.worker.call import Item
from treadle.core.worker.names import import_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from treadle.core.pipeline import Body, Connection, Node, Pipeline

Places = dict["Axis", int]


@dataclass(frozen=True)
class Failed:
    """There is no value because something failed."""


@dataclass(frozen=True)
class Absent:
    """There is no value because a branch was not taken; ``axes`` are those of the node where that was decided."""

    axes: frozenset[Axis]


@dataclass(frozen=True)
class Axis:
    """Two axes are the same if they have the same key."""

    key: object
    label: str
    where: tuple[str, ...]
    extent: Callable[[Places], Any]

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Axis) and other.key == self.key


@dataclass
class Column:
    """An output: a value for each item of its axes; a shorter key stands for items that are not known."""

    axes: tuple[Axis, ...]
    table: dict[tuple[int, ...], Any]

    def at(self, places: Places) -> Any:
        key = tuple(places[axis] for axis in self.axes if axis in places)
        return next(self.table[key[:n]] for n in range(len(key) + 1) if key[:n] in self.table)


def items_of(axes: tuple[Axis, ...], places: Places) -> Iterator[tuple[Places, Any]]:
    """Go through the items of axes; the second value is not None where they cannot be known."""
    if not axes:
        yield places, None
        return
    extent = axes[0].extent(places)
    if isinstance(extent, Failed | Absent):
        yield places, extent
        return
    for place in range(len(extent)):
        yield from items_of(axes[1:], {**places, axes[0]: place})


def union(groups: Any) -> tuple[Axis, ...]:
    return tuple(dict.fromkeys(axis for group in groups for axis in group))


def labels_of(value: Any) -> Any:
    return value if isinstance(value, Failed | Absent) else [str(place) for place in range(len(value))]


class Interpreter:
    """Evaluates a pipeline node by node; ``outputs`` are its columns by ``node.port``."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.outputs: dict[str, Column] = {}
        self.written = {
            "/".join((*where, connection.source)): connection.each.axis
            for where, body in pipeline.walk()
            for connection in body.connections.values()
            if connection.each and connection.each.axis
        }
        self.body(pipeline, (), {})

    def body(self, body: Body, where: tuple[str, ...], given: dict[str, Column]) -> None:
        waiting = list(body.nodes)
        while waiting:
            for node_id in list(waiting):
                wires = body.connections.items()
                sources = [wire.source.split(".")[0] for end, wire in wires if end.split(".")[0] == node_id]
                if not set(sources) & set(waiting):
                    waiting.remove(node_id)
                    self.node(body, where, node_id, given)

    def node(self, body: Body, where: tuple[str, ...], node_id: str, given: dict[str, Column]) -> None:
        node, name = body.nodes[node_id], "/".join((*where, node_id))
        if node.group is not None:
            self.group(body, where, node_id, given)
            return
        module = self.pipeline.modules[node.module]
        inputs: dict[str, Column] = {}
        wired = [end.split(".")[1] for end in body.connections if end.split(".")[0] == node_id]
        for port in [*[p.name for p in module.inputs], *(w for w in wired if w not in module.input_ports)]:
            column = self.input(body, where, node_id, port, given)
            if column is not None:
                inputs[port] = column
        function = import_function(node.module)
        ports = [port.name for port in module.outputs]
        if node.fold:
            columns = self.fold(node, inputs, function)
        elif node.repeat:
            columns = self.repeat(node, inputs, function, ports)
        else:
            columns = self.plain(inputs, function, ports, merges=module.merges)
        self.outputs.update({f"{name}.{port}": column for port, column in columns.items()})

    def group(self, body: Body, where: tuple[str, ...], node_id: str, given: dict[str, Column]) -> None:
        group = body.nodes[node_id].group
        assert group is not None
        inner = {}
        for port, ends in group.inputs.items():
            column = self.input(body, where, node_id, port, given)
            if column is not None:
                inner.update(dict.fromkeys(ends, column))
        self.body(group, (*where, node_id), inner)
        for port, end in group.outputs.items():
            self.outputs["/".join((*where, f"{node_id}.{port}"))] = self.outputs["/".join((*where, node_id, end))]

    # Inputs

    def input(
        self, body: Body, where: tuple[str, ...], node_id: str, port: str, given: dict[str, Column]
    ) -> Column | None:
        node, end = body.nodes[node_id], f"{node_id}.{port}"
        if end in given:
            return given[end]
        zipping = next((z for z in node.zips if port in z.ports), None)
        if end in body.connections:
            connection = body.connections[end]
            source = self.outputs["/".join((*where, connection.source))]
            if zipping:
                return self.stepped(source, self.zip_axis(body, where, node_id, zipping))
            return self.wired(source, connection, where)
        if port in node.sweeps:
            values = node.sweeps[port].values
            if zipping:
                axis, depends = self.zip_axis(body, where, node_id, zipping)
                return self.stepped(Column((), {(): values}), (axis, depends))
            sweep = node.sweeps[port]
            axis = Axis(("sweep", where, end), sweep.axis or port, where, lambda _: [*map(str, values)])
            return Column((axis,), {(n,): value for n, value in enumerate(values)})
        return Column((), {(): node.params[port]}) if port in node.params else None

    def zip_axis(self, body: Body, where: tuple[str, ...], node_id: str, zipping: Any) -> tuple[Axis, tuple[Axis, ...]]:
        lists: list[Column] = []
        key: list[str] = []
        written: list[tuple[Any, ...]] = []
        for port in zipping.ports:
            end = f"{node_id}.{port}"
            if end in body.connections:
                lists.append(self.outputs["/".join((*where, body.connections[end].source))])
                key.append("/".join((*where, body.connections[end].source)))
            else:
                written.append(body.nodes[node_id].sweeps[port].values)
                key.append("/".join((*where, end)))

        def extent(places: Places) -> Any:
            values = [column.at(places) for column in lists]
            for kind in (Failed, Absent):
                for value in values:
                    if isinstance(value, kind):
                        return value
            if len({len(value) for value in [*values, *written]}) > 1:
                return Failed()
            return labels_of(values[0]) if values else [*map(str, written[0])]

        label = zipping.axis or zipping.ports[0]
        return Axis(("zip", *key, zipping.axis), label, where, extent), union(column.axes for column in lists)

    def stepped(self, source: Column, made: tuple[Axis, tuple[Axis, ...]]) -> Column:
        axis, depends = made
        axes = (*depends, axis)
        table: dict[tuple[int, ...], Any] = {}
        for places, unknown in items_of(axes, {}):
            key = tuple(places[a] for a in axes if a in places)
            table[key] = source.at(places)[places[axis]] if unknown is None else unknown
        return Column(axes, table)

    def wired(self, source: Column, connection: Connection, where: tuple[str, ...]) -> Column:
        if connection.each is not None:
            place = "/".join((*where, connection.source))
            label = self.written.get(place) or connection.source.split(".")[0]
            axis = Axis(("each", place), label, where, lambda places: labels_of(source.at(places)))
            return self.stepped(source, (axis, source.axes))
        if connection.join is None:
            return source
        join = connection.join
        chosen = [axis for axis in source.axes if axis.label in join.axes]
        if not join.axes:
            chosen = [axis for axis in source.axes if axis.where[: len(where)] == where][-1:]
        left = tuple(axis for axis in source.axes if axis not in chosen)
        table: dict[tuple[int, ...], Any] = {}
        for places, unknown in items_of(left, {}):
            key = tuple(places[axis] for axis in left if axis in places)
            table[key] = self.collected(source, chosen, join, places) if unknown is None else unknown
        return Column(left, table)

    def collected(self, source: Column, chosen: list[Axis], join: Any, start: Places) -> Any:
        found = [u or source.at(p) for p, u in items_of(tuple(chosen), start)]
        if any(isinstance(value, Failed) for value in found) and join.on_failure == "fail":
            return Failed()
        absent = [value for value in found if isinstance(value, Absent)]
        if absent and len(absent) == len(found) and not any(value.axes & set(chosen) for value in absent):
            return absent[0]

        def gather(axes: list[Axis], places: Places) -> list[Any]:
            if not axes:
                value = source.at(places)
                if isinstance(value, Failed | Absent):
                    return []
                if join.with_labels:
                    labels = {axis.label: axis.extent(places)[places[axis]] for axis in source.axes}
                    return [Item(labels, value)]
                return [value]
            extent = axes[0].extent(places)
            inner = (
                []
                if isinstance(extent, Failed | Absent)
                else [gather(axes[1:], {**places, axes[0]: place}) for place in range(len(extent))]
            )
            if join.nested and len(axes) > 1:
                return inner
            return [item for part in inner for item in part]

        return gather(chosen, start)

    # Nodes

    def call(self, inputs: dict[str, Any], function: Any, axes: tuple[Axis, ...], *, merges: bool = False) -> Any:
        if any(isinstance(value, Failed) for value in inputs.values()):
            return Failed()
        absent = [value for value in inputs.values() if isinstance(value, Absent)]
        if absent and (not merges or len(absent) == len(inputs)):
            return min(absent, key=lambda value: len(value.axes))
        try:
            found = function(**{port: value for port, value in inputs.items() if not isinstance(value, Absent)})
        except ValueError:
            return Failed()
        return Absent(frozenset(axes)) if isinstance(found, AbsentValue) else found

    def plain(self, inputs: dict[str, Column], function: Any, ports: list[str], *, merges: bool) -> dict[str, Column]:
        axes = union(column.axes for column in inputs.values())
        columns = {port: Column(axes, {}) for port in ports}
        for places, unknown in items_of(axes, {}):
            key = tuple(places[axis] for axis in axes if axis in places)
            found = unknown or self.call(
                {port: column.at(places) for port, column in inputs.items()}, function, axes, merges=merges
            )
            for port in ports:
                columns[port].table[key] = field_of(found, port, axes)
        return columns

    def fold(self, node: Node, inputs: dict[str, Column], function: Any) -> dict[str, Column]:
        assert node.fold is not None
        axes = union(column.axes for column in inputs.values())
        along = axes[-1]
        outer = tuple(axis for axis in axes if axis is not along)
        table: dict[tuple[int, ...], Any] = {}
        for places, unknown in items_of(outer, {}):
            key = tuple(places[axis] for axis in outer if axis in places)
            table[key] = unknown or self.folded(node.fold.port, inputs, function, along, axes, places)
        return {node.fold.output: Column(outer, table)}

    def folded(
        self, port: str, inputs: dict[str, Column], function: Any, along: Axis, axes: tuple[Axis, ...], places: Places
    ) -> Any:
        extent = along.extent(places)
        if isinstance(extent, Failed | Absent):
            return extent
        state = inputs[port].at(places)
        for place in range(len(extent)):
            values = {name: column.at({**places, along: place}) for name, column in inputs.items() if name != port}
            found = self.call({**values, port: state}, function, axes)
            if not (isinstance(found, Absent) and along in found.axes):
                state = found
        return state

    def repeat(self, node: Node, inputs: dict[str, Column], function: Any, ports: list[str]) -> dict[str, Column]:
        assert node.repeat is not None
        axes = union(column.axes for column in inputs.values())
        columns = {port: Column(axes, {}) for port in ports}
        for places, unknown in items_of(axes, {}):
            key = tuple(places[axis] for axis in axes if axis in places)
            values = {} if unknown else {port: column.at(places) for port, column in inputs.items()}
            found = unknown
            for _ in range(0 if unknown else node.repeat.bound):
                found = self.call(values, function, axes)
                if isinstance(found, Failed | Absent) or not getattr(found, node.repeat.again):
                    break
                values |= {port: getattr(found, output) for port, output in node.repeat.feedback.items()}
            for port in ports:
                columns[port].table[key] = field_of(found, port, axes)
        return columns


def field_of(found: Any, port: str, axes: tuple[Axis, ...]) -> Any:
    if isinstance(found, Failed | Absent) or port == "out":
        return found
    value = getattr(found, port)
    return Absent(frozenset(axes)) if isinstance(value, AbsentValue) else value


def nested(column: Column) -> Any:
    """Return what a run gives for a node: lists nested by axis, without absent items; Failed where one failed."""
    if not column.axes:
        return column.table[()]
    known = {key: value for key, value in column.table.items() if not isinstance(value, Absent)}
    if any(isinstance(value, Failed) for value in known.values()):
        return Failed()
    return listed({key: value for key, value in known.items() if len(key) == len(column.axes)}, len(column.axes))


def listed(values: dict[tuple[int, ...], Any], depth: int) -> list[Any]:
    if depth == 1:
        return [values[key] for key in sorted(values)]
    outer = sorted({key[0] for key in values})
    return [listed({key[1:]: v for key, v in values.items() if key[0] == place}, depth - 1) for place in outer]
