"""Works out the axes of every node: which items its tasks run over, and how each input reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ..errors import PipelineError
from .axis_table import AxisTable
from .loop_axes import LoopState, check_feedback, fold_axis, rounds_axis
from .plan import Axis, Constant, FedBack, Function, Input, Source, Start, Swept, Wired

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..pipeline import Pipeline
    from .flatten import Endpoint, FlatGraph, FlatNode, FlatZip, Loop, Wire

_NONE: dict[str, None] = {}


class AxisBuilder:
    """Builds the inputs of each node, in topological order, and collects the axes that they make."""

    def __init__(self, pipeline: Pipeline, flat: FlatGraph, numbers: dict[str, int]) -> None:
        self.pipeline = pipeline
        self.flat = flat
        self.numbers = numbers
        self._ids = list(numbers)
        self._table = AxisTable()
        self.axes = self._table.axes
        self.node_axes: dict[str, tuple[int, ...]] = {}
        self.split: dict[str, set[str]] = {}
        self.flags: dict[str, set[str]] = {}
        self._functions: dict[str, Function] = {}
        # Ports that the module may not declare: wires lead to such only where it is open.
        self._fed_ports: dict[str, dict[str, None]] = {}
        has_open = any(node.module.open_inputs for node in flat.nodes.values())
        for node_id, port in (*(flat.wires if has_open else ()), *flat.sweeps):
            self._fed_ports.setdefault(node_id, {})[port] = None
        self._zips: dict[Endpoint, FlatZip] = {
            end: zipping for zipping in flat.zips for ends in zipping.ports.values() for end in ends
        }
        self._loops: dict[str, LoopState] = {}
        self._fed: dict[Endpoint, tuple[Loop, Endpoint]] = {
            end: (loop, output) for loop in flat.loops for ends, output in loop.feedback for end in ends
        }
        # Used in several places it is the same axis, and has the name that somebody wrote in one of them.
        self._written: dict[Endpoint, dict[str, None]] = {}
        for wire in flat.wires.values():
            if wire.connection.each is not None and wire.connection.each.axis:
                self._written.setdefault(wire.source, {})[wire.connection.each.axis] = None
        self._simple = not flat.loops and not flat.zips
        self._unswept = self._simple and not flat.sweeps
        self._holding: dict[str, list[Loop]] = {}
        for loop in sorted(flat.loops, key=lambda one: len(one.where)):
            for member in loop.members:
                self._holding.setdefault(member, []).append(loop)

    def inputs(self, node: FlatNode) -> tuple[Input, ...]:
        """Return the inputs of a node, all before it being done, and record its axes."""
        entries: list[Input] = []
        axes: tuple[int, ...] = ()
        node_id, wires, simple, unswept = node.id, self.flat.wires, self._simple, self._unswept
        for port in self._ports(node):
            wire = wires.get((node_id, port)) if simple else None
            if wire is None and unswept:
                if port in node.constants:
                    entries.append(Constant(port, node.constants[port]))
                continue
            if wire is not None and wire.direct:
                # Nearly all are fed so: with whole values, and not in or after a loop.
                source_id, output = wire.source
                more = self.node_axes[source_id]
                entries.append(Wired(port, Source(self.numbers[source_id], output, more), more))
            elif (entry := self._input(node, port)) is not None:
                entries.append(entry)
                more = self._table.of(entry)
            else:
                continue
            axes = _union((axes, more)) if more else axes
        self.node_axes[node_id] = axes
        return tuple(entries)

    def _ports(self, node: FlatNode) -> Iterable[str]:
        declared = node.module.input_ports
        fed = self._fed_ports.get(node.id, _NONE)
        written = node.constants
        if (not written or declared.keys() >= written.keys()) and (not fed or declared.keys() >= fed.keys()):
            return declared
        return [*dict.fromkeys((*declared, *fed, *node.constants))]

    def _input(self, node: FlatNode, port: str) -> Input | None:
        end = (node.id, port)
        if not self._fed or end not in self._fed:
            return self._start(node, port)
        loop, output = self._fed[end]
        state = self._loop_state(loop)
        start = state.starts[end]
        source = Source(self.numbers[output[0]], output[1], ())
        return FedBack(port, source, state.axis, state.axes, start)

    def _start(self, node: FlatNode, port: str) -> Start | None:
        end = (node.id, port)
        if (wire := self.flat.wires.get(end)) is not None:
            return self._wired(end, wire)
        if end in self.flat.sweeps:
            return Swept(port, self._sweep_axis(end), self.flat.sweeps[end].sweep.values)
        if port in node.constants:
            return Constant(port, node.constants[port])
        return None

    # Wires

    def _wired(self, end: Endpoint, wire: Wire) -> Wired:
        source = self.source(wire.source, end[0])
        connection = wire.connection
        apply = self.function(connection.apply) if connection.apply else None
        if self._zips and end in self._zips:
            self._hand_over_items(source)
            axis = self._zip_axis(self._zips[end])
            return Wired(end[1], source, (*self.axes[axis].depends, axis), axis, None, apply)
        if connection.each is not None:
            self._hand_over_items(source)
            axis = self._each_axis(wire, source)
            return Wired(end[1], source, (*source.axes, axis), axis, None, apply)
        if connection.join is not None:
            joining = self._table.joining(wire, source, connection.join)
            left = tuple(axis for axis in source.axes if axis not in joining.axes)
            return Wired(end[1], source, left, None, joining, apply)
        return Wired(end[1], source, source.axes, None, None, apply)

    def _hand_over_items(self, source: Source) -> None:
        """Have an output kept item by item, and what a loop gives in its place if it has nothing to do."""
        node_id = self._ids[source.node]
        self.split.setdefault(node_id, set()).add(source.output)
        match source.start:
            case None:
                return
            case Constant(value=value):
                known = isinstance(value, list | tuple)
            case Swept(values=values):
                known = all(isinstance(value, list | tuple) for value in values)
            case Wired(item=item, join=join, apply=apply) as start:
                known = item is None and join is None and apply is None
                if known:
                    self._hand_over_items(start.source)
        if not known:
            raise PipelineError(
                f"{node_id}.{source.output} cannot be mapped: if the loop has nothing to do it gives what it "
                "started with, and the items of that are not known",
                remedy="Start with a list, or pass the result through a node of its own before it is mapped",
            )

    def source(self, output: Endpoint, reader: str) -> Source:
        """Return an output as ``reader`` sees it: from outside a loop, only its last item."""
        axes = self.node_axes[output[0]]
        if not self._loops:
            return Source(self.numbers[output[0]], output[1], axes)
        left = [
            self._loops[loop.origin]
            for loop in self._holding.get(output[0], ())
            if reader not in loop.members and loop.origin in self._loops
        ]
        last = tuple(state.axis for state in left if state.axis in axes)
        # Out of two loops at once there is no one start: that of the inner one is made in the outer one.
        starts = [
            state.starts[ends[0]]
            for state in left
            for ends, fed in state.loop.feedback
            if fed == output and ends and len(last) == 1
        ]
        remaining = tuple(axis for axis in axes if axis not in last)
        return Source(self.numbers[output[0]], output[1], remaining, last, starts[0] if starts else None)

    def function(self, key: str) -> Function:
        """Return what the module called ``key`` calls."""
        module = self.pipeline.modules[key]
        live = self.pipeline.functions.get(key)
        if not (module.path or module.source) and live is None:
            raise PipelineError(f"the function {key!r} is not in the file, and was not given")
        return Function(module.path, module.source, module.name, live)

    def function_of(self, node: FlatNode) -> Function:
        """Return what a node calls."""
        if node.node.mode == "bypassed" or node.node.group is not None:
            return Function(node.module.path)
        key = node.node.module
        found = self._functions.get(key)
        if found is None:
            found = self._functions[key] = self.function(key)
        return found

    # Axes

    def _each_axis(self, wire: Wire, source: Source) -> int:
        node_id, output = wire.source
        names = self._written.get(wire.source, {})
        if len(names) > 1:
            first, second, *_ = names
            raise PipelineError(
                f"the items of {node_id}.{output} are called {first!r} in one place and {second!r} in another",
                remedy="One output makes one axis: give it one name",
            )
        label = next(iter(names), node_id.rpartition("/")[2])
        axis = Axis(len(self.axes), label, "each", f"{node_id}.{output}", source.axes, (source,))
        return self._table.add(("each", wire.source, source.last), wire.where, axis)

    def _sweep_axis(self, end: Endpoint) -> int:
        if end in self._zips:
            return self._zip_axis(self._zips[end])
        swept = self.flat.sweeps[end]
        label = swept.sweep.axis or swept.origin.rpartition(".")[2]
        axis = Axis(len(self.axes), label, "sweep", swept.origin, values=swept.sweep.values)
        return self._table.add(("sweep", swept.origin), swept.where, axis)

    def _zip_axis(self, zipping: FlatZip) -> int:
        lists: dict[str, Source] = {}
        sizes: dict[str, int] = {}
        identity: list[object] = []
        for name, ends in zipping.ports.items():
            for end in ends[:1]:
                if end in self.flat.wires:
                    output = self.flat.wires[end].source
                    lists[name] = self.source(output, end[0])
                    identity.append(output)
                elif end in self.flat.sweeps:
                    sizes[name] = len(self.flat.sweeps[end].sweep.values)
                    identity.append(self.flat.sweeps[end].origin)
        first_ends = [ends[0] for ends in zipping.ports.values()]
        values = next((self.flat.sweeps[end].sweep.values for end in first_ends if end in self.flat.sweeps), ())
        label = zipping.zip.axis or next(iter(zipping.ports))
        depends = _union(source.axes for source in lists.values())
        axis = Axis(
            len(self.axes), label, "zip", zipping.origin, depends, tuple(lists.values()), values, tuple(sizes.items())
        )
        return self._table.add(("zip", tuple(identity), zipping.zip.axis), zipping.where, axis)

    # Loops

    def _loop_state(self, loop: Loop) -> LoopState:
        if loop.origin not in self._loops:
            starts, axes = self._entering(loop)
            axis = fold_axis(self._table, loop, axes, starts) if loop.fold else rounds_axis(self._table, loop, axes)
            state_axes = axes if loop.fold else (*axes, axis)
            self._loops[loop.origin] = LoopState(loop, axis, state_axes, starts)
        return self._loops[loop.origin]

    def _entering(self, loop: Loop) -> tuple[dict[Endpoint, Start], tuple[int, ...]]:
        """Return how the loop's feedback starts, and the axes of all that enters it."""
        starts: dict[Endpoint, Start] = {}
        groups: list[tuple[int, ...]] = []
        for member in (node for node in self.flat.nodes.values() if node.id in loop.members):
            for port in self._ports(member):
                end = (member.id, port)
                entry = self._start(member, port) if self._enters(end, loop) else None
                if entry is not None:
                    groups.append(self._table.of(entry))
                if end in self._fed and self._fed[end][0] is loop:
                    if entry is None:
                        raise PipelineError(
                            f"{loop.origin}: {port!r} has no value to start with", remedy="Set it or connect it"
                        )
                    starts[end] = entry
        return starts, _union(groups)

    def _enters(self, end: Endpoint, loop: Loop) -> bool:
        if end in self.flat.wires:
            return self.flat.wires[end].source[0] not in loop.members
        if end in self.flat.sweeps:
            return not self.flat.sweeps[end].origin.startswith(f"{loop.origin}/")
        return True

    def finish_loops(self) -> None:
        """Fill in what is known only when all nodes of a loop are planned, and check it."""
        for state in self._loops.values():
            loop = state.loop
            for _, output in loop.feedback:
                check_feedback(self._table, state, output, self.node_axes[output[0]])
            if loop.again is not None:
                axes = self.node_axes[loop.again[0]]
                if state.axis not in axes or not set(axes) <= set(state.axes):
                    raise PipelineError(
                        f"{loop.origin}: {'.'.join(loop.again)} does not have one answer for each round",
                        remedy="Let it depend on what is fed back, and join what is mapped inside the loop",
                    )
                again = Source(self.numbers[loop.again[0]], loop.again[1], axes)
                self.flags.setdefault(loop.again[0], set()).add(loop.again[1])
                self.axes[state.axis] = structs.replace(self.axes[state.axis], again=again)

    def complete(self, entry: Input) -> Input:
        """Give a fed-back input the axes of its source, known once the whole loop is planned."""
        if type(entry) is not FedBack:
            return entry
        axes = self.node_axes[self._ids[entry.source.node]]
        return structs.replace(entry, source=structs.replace(entry.source, axes=axes))


def _union(groups: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(axis for group in groups for axis in group))
