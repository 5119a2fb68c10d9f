"""Building a pipeline from Python: placing functions, connecting outputs, mapping, joining, folding."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import structs

from .edits import Change, apply, update_nodes
from .errors import UsageError, suggestion
from .pipeline import (
    NODE_ID,
    Body,
    Connection,
    Each,
    Fold,
    Group,
    Join,
    Node,
    Pipeline,
    Repeat,
    Sweep,
    Zip,
    split_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from .modules import Module

SETTINGS = (
    "breakpoint", "cache", "mem_gb", "mode", "n_procs", "placement",
    "position", "retries", "scheme", "timeout", "title",
)  # fmt: skip
"""The fields of a node that can be set through its handle."""


@dataclass(frozen=True)
class Output:
    """An output of a placed node, to be passed as an input of another; each method returns a new one."""

    pipeline: Pipeline
    endpoint: str
    mapped: Each | None = None
    join: Join | None = None
    function: Callable[..., Any] | str | None = None

    def each(self, axis: str | None = None) -> Output:
        """Hand over the items of this list one at a time: a new axis, called ``axis``."""
        self._refuse("each", "mapped", "join", "function")
        return replace(self, mapped=Each(axis))

    def joined(
        self,
        *axes: str,
        on_failure: Literal["fail", "skip"] = "fail",
        nested: bool = False,
        with_labels: bool = False,
    ) -> Output:
        """Collect the items of the innermost axis, or of the ``axes`` named, into a list in item order.

        With ``on_failure="skip"`` the successes are passed on; ``nested`` gives lists of lists, one level an
        axis; ``with_labels`` gives ``Item(labels, value)``.
        """
        self._refuse("joined", "mapped", "join")
        return replace(self, join=Join(axes, on_failure, nested, with_labels))

    def apply(self, function: Callable[..., Any] | str) -> Output:
        """Pass each value through a small function on the way; to be saved it needs a name or a source.

        With ``each()`` before it, it gets one item at a time; with ``joined()`` after it, each collected value.
        """
        self._refuse("apply", "join", "function")
        return replace(self, function=function)

    def _refuse(self, step: str, *earlier: str) -> None:
        """A connection does each of these once, in one order: each, apply, joined."""
        names = {"mapped": "each", "join": "joined", "function": "apply"}
        for field in earlier:
            if getattr(self, field) is not None:
                raise UsageError(
                    f"{self.endpoint}: {step}() cannot come after {names[field]}()",
                    remedy="Place a node between them",
                )


@dataclass(frozen=True)
class Swept:
    """The marker that ``sweep`` returns."""

    values: tuple[Any, ...]
    axis: str | None


def sweep(values: Iterable[Any], axis: str | None = None) -> Swept:
    """Let a parameter take these values one after the other: a new axis."""
    return Swept(tuple(values), axis)


@dataclass(frozen=True)
class Zipped:
    """The marker that ``zipped`` returns."""

    inputs: Mapping[str, Any]
    axis: str | None


def zipped(axis: str | None = None, **inputs: Any) -> Zipped:
    """Step through several lists together, outputs or plain lists: one new axis. Their lengths must agree."""
    if not inputs:
        raise UsageError("zipped() needs the lists to step through", remedy="Write zipped(x=a.out, y=b.out)")
    return Zipped(inputs, axis)


@dataclass(frozen=True)
class Folded:
    """The marker that ``fold`` returns."""

    start: Any
    output: str
    axis: str | None


def fold(start: Any, output: str = "out", axis: str | None = None) -> Folded:
    """Feed a port with the node's own ``output`` for the item before, the first time with ``start``."""
    return Folded(start, output, axis)


def _outputs_there_are(wanted: str, outputs: Sequence[str]) -> str:
    """Return what to write in place of an output that a node does not have, or of a setting that no node has."""
    close = difflib.get_close_matches(wanted, [*outputs, *SETTINGS], n=1, cutoff=0.6) if wanted != "out" else []
    if close and close[0] not in outputs:
        return f"Did you mean its setting {close[0]!r}?"
    if close:
        return f"Did you mean .{close[0]}?"
    listed = ", ".join(f".{name}" for name in outputs[:8]) + (", …" if len(outputs) > 8 else "")
    return f"Its outputs are {listed}" if outputs else "It has none"


class NodeHandle:
    """A placed node: its outputs are attributes, and so are its settings (``n_procs``, ``timeout``, …)."""

    def __init__(self, pipeline: Pipeline, node_id: str, outputs: Iterable[str]) -> None:
        super().__setattr__("pipeline", pipeline)
        super().__setattr__("id", node_id)
        super().__setattr__("outputs", tuple(outputs))

    def __getitem__(self, port: str) -> Output:
        """Return the output called ``port``, also where its name is that of a setting."""
        if port not in self.outputs:
            raise UsageError(f"{self.id!r} has no output {port!r}", remedy=_outputs_there_are(port, self.outputs))
        return Output(self.pipeline, f"{self.id}.{port}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in SETTINGS:
            return getattr(self.pipeline.nodes[self.id], name)
        if name in self.outputs:
            return self[name]
        raise AttributeError(f"{self.id!r} has no output or setting {name!r}. {_outputs_there_are(name, self.outputs)}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in SETTINGS:
            raise AttributeError(f"a node has no setting {name!r}. {suggestion(name, SETTINGS)}")
        apply(self.pipeline, update_nodes(self.pipeline, {self.id: {name: checked_setting(name, value)}}))

    def repeat(self, again: str, bound: int = 1000, **feedback: str) -> NodeHandle:
        """Run the node again while its output ``again`` is true; ``state="out"`` feeds output to input."""
        repeated = {"repeat": Repeat(feedback, again, bound)}
        apply(self.pipeline, update_nodes(self.pipeline, {self.id: repeated}))
        return self

    def __repr__(self) -> str:
        return f"<node {self.id}>"


def checked_setting(name: str, value: Any) -> Any:
    """Return the value of a node's setting as a file would have it; UsageError if it can have no such value."""
    try:
        return getattr(msgspec.convert({name: msgspec.to_builtins(value)}, Node), name)
    except (msgspec.ValidationError, TypeError) as error:
        problem = str(error).partition(" - at ")[0]
        raise UsageError(f"{name} = {value!r}: {problem[:1].lower()}{problem[1:]}") from None


def add_node(
    pipeline: Pipeline,
    what: str | Callable[..., Any],
    zips: Iterable[Zipped],
    *,
    node_id: str,
    inputs: Mapping[str, Any],
) -> NodeHandle:
    """Place a function or an import path; UsageError for an input it does not have."""
    key, module = register(pipeline, what)
    known = module.input_ports
    for name in [*inputs, *(n for z in zips for n in z.inputs)]:
        if module.input(name) is None:
            raise UsageError(f"{module.label!r} has no input {name!r}", remedy=suggestion(name, known))
    chosen = _new_id(pipeline, node_id, module.path.rpartition(":")[2].rpartition(".")[2] or module.name)
    _place(pipeline, chosen, Node(module=key), zips, inputs)
    return NodeHandle(pipeline, chosen, module.output_ports)


def add_group(
    pipeline: Pipeline, inner: Pipeline, *, node_id: str, unit: bool, inputs: Mapping[str, Any]
) -> NodeHandle:
    """Place a pipeline as a group node.

    An input of the group is an input of an inner node, called by its port's name where that is unique and not
    fed inside, else ``node_port``; its outputs are those that nothing inside consumes, named the same way.
    """
    snapshot = inner.copy()
    _tell_modules_apart(snapshot, pipeline)
    pipeline.modules.update(snapshot.modules)
    pipeline.functions.update(snapshot.functions)
    group_inputs, group_outputs = _open_ports(snapshot)
    for name in inputs:
        if name not in group_inputs:
            raise UsageError(f"the group {node_id!r} has no input {name!r}", remedy=suggestion(name, group_inputs))
    group = Group(
        nodes=snapshot.nodes,
        connections=snapshot.connections,
        frames=snapshot.frames,
        comments=snapshot.comments,
        inputs={name: (end,) for name, end in group_inputs.items() if name in inputs or _is_needed(snapshot, end)},
        outputs=group_outputs,
        unit=unit,
    )
    chosen = _new_id(pipeline, node_id, "group")
    _place(pipeline, chosen, Node(title=inner.title, group=group), (), inputs)
    return NodeHandle(pipeline, chosen, group_outputs)


def _tell_modules_apart(inner: Pipeline, outer: Pipeline) -> None:
    """Give the modules of ``inner`` that are called like others of ``outer`` keys of their own."""
    renamed: dict[str, str] = {}
    for key in inner.modules:
        if key in outer.modules and _identity(inner, key) != _identity(outer, key):
            renamed[key] = _free(key, {*outer.modules, *inner.modules, *renamed.values()})
    for old, new in renamed.items():
        inner.modules[new] = inner.modules.pop(old)
        if old in inner.functions:
            inner.functions[new] = inner.functions.pop(old)
    for _, body in inner.walk() if renamed else ():
        for node_id, node in body.nodes.items():
            body.nodes[node_id] = structs.replace(node, module=renamed.get(node.module, node.module))
        for target, connection in body.connections.items():
            key = renamed.get(connection.apply, connection.apply)
            body.connections[target] = structs.replace(connection, apply=key)


def _identity(pipeline: Pipeline, key: str) -> tuple[object, ...]:
    module = pipeline.modules[key]
    return (module.path,) if module.path else (module.source, module.name, id(pipeline.functions.get(key)))


def _is_needed(inner: Pipeline, endpoint: str) -> bool:
    """Say whether an open input must get its value from outside the group."""
    node_id, name = split_endpoint(endpoint)
    node = inner.nodes[node_id]
    module = inner.modules.get(node.module)
    port = module.input_ports.get(name) if module is not None else None
    wanted = port is None or not port.optional
    return wanted and name not in node.params and name not in node.sweeps


def _open_ports(inner: Pipeline) -> tuple[dict[str, str], dict[str, str]]:
    used = {connection.source for connection in inner.connections.values()}
    inputs, outputs = [], []
    for node_id, node in inner.nodes.items():
        module = inner.modules.get(node.module)
        group = node.group
        ins: Iterable[str] = group.inputs if group else module.input_ports if module else ()
        outs: Iterable[str] = group.outputs if group else module.output_ports if module else ()
        inputs += [f"{node_id}.{port}" for port in ins if f"{node_id}.{port}" not in inner.connections]
        outputs += [f"{node_id}.{port}" for port in outs if f"{node_id}.{port}" not in used]
    return _named(inputs), _named(outputs)


def _named(endpoints: Iterable[str]) -> dict[str, str]:
    ends = list(endpoints)
    ports = [split_endpoint(end)[1] for end in ends]
    return {
        port if ports.count(port) == 1 else end.replace(".", "_", 1): end for end, port in zip(ends, ports, strict=True)
    }


def register(pipeline: Pipeline, what: str | Callable[..., Any]) -> tuple[str, Module]:
    """Make sure the pipeline has the module of a function or import path; return its key and the module."""
    from .describing.describe import describe, describe_path, import_path_of

    if isinstance(what, str):
        if what not in pipeline.modules:
            pipeline.modules[what] = describe_path(what)
        return what, pipeline.modules[what]
    path = import_path_of(what)
    for key, function in pipeline.functions.items():
        if function is what:
            return key, pipeline.modules[key]
    described = describe(what, path or "")
    key = path or _free(described.name or "function", pipeline.modules)
    pipeline.modules.setdefault(key, described)
    pipeline.functions[key] = what
    return key, pipeline.modules[key]


def _new_id(body: Body, wanted: str, fallback: str) -> str:
    if wanted:
        if wanted in body.nodes:
            raise UsageError(f"there is a node {wanted!r} already")
        if not NODE_ID.fullmatch(wanted):
            raise UsageError(f"{wanted!r} cannot be a node's id", remedy="Use letters, digits, - and _")
        return wanted
    slug = re.sub(r"[^A-Za-z0-9_-]+", "_", fallback).strip("_") or "node"
    return _free(slug if not slug[0].isdigit() else f"n{slug}", body.nodes)


def _free(wanted: str, taken: Container[str]) -> str:
    if wanted not in taken:
        return wanted
    # The numbers before were mostly given in order: look from the far end, or adding many would take for ever.
    number = 2
    while f"{wanted}_{number}" in taken:
        number *= 2
    low = number // 2
    while number - low > 1:
        middle = (low + number) // 2
        low, number = (middle, number) if f"{wanted}_{middle}" in taken else (low, middle)
    return f"{wanted}_{number}"


def _place(pipeline: Pipeline, node_id: str, node: Node, zips: Iterable[Zipped], inputs: Mapping[str, Any]) -> None:
    wiring = _Wiring(pipeline, node_id)
    for name, value in inputs.items():
        wiring.put(name, value)
    for one in zips:
        wiring.put_zip(one)
    placed = structs.replace(
        node, params=wiring.params, sweeps=wiring.sweeps, zips=tuple(wiring.zips), fold=wiring.fold
    )
    apply(pipeline, Change("nodes", {node_id: placed}))
    apply(pipeline, Change("connections", wiring.connections))


class _Wiring:
    """Sorts the inputs given to ``add`` into parameters, sweeps, zips and connections."""

    def __init__(self, pipeline: Pipeline, node_id: str) -> None:
        self.pipeline = pipeline
        self.node_id = node_id
        self.params: dict[str, Any] = {}
        self.sweeps: dict[str, Sweep] = {}
        self.zips: list[Zip] = []
        self.fold: Fold | None = None
        self.connections: dict[str, Connection] = {}

    def put(self, name: str, value: Any) -> None:
        match value:
            case NodeHandle():
                self.put(name, value[value.outputs[0]] if len(value.outputs) == 1 else value["out"])
            case Output():
                self.connections[f"{self.node_id}.{name}"] = self._connection(value)
            case Swept(values, axis):
                self.sweeps[name] = Sweep(values, axis)
            case Folded(start, output, axis):
                self.fold = Fold(name, output, axis)
                self.put(name, start)
            case _:
                self.params[name] = value

    def put_zip(self, zipping: Zipped) -> None:
        for name, value in zipping.inputs.items():
            if isinstance(value, Output | NodeHandle):
                self.put(name, value)
            else:
                swept = value.values if isinstance(value, Swept) else tuple(value)
                self.sweeps[name] = Sweep(swept)
        self.zips.append(Zip(tuple(zipping.inputs), zipping.axis))

    def _connection(self, output: Output) -> Connection:
        if output.pipeline is not self.pipeline:
            raise UsageError(f"{output.endpoint!r} belongs to another pipeline", remedy="Place it in this one first")
        key = "" if output.function is None else register(self.pipeline, output.function)[0]
        return Connection(output.endpoint, output.mapped, output.join, key)


def savable(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline as a file keeps it: modules in use, without prose, functions of scripts as source.

    UsageError names the function whose source cannot be kept.
    """
    from .portable import portable_source

    used = {node.module for _, body in pipeline.walk() for node in body.nodes.values()}
    used |= {connection.apply for _, body in pipeline.walk() for connection in body.connections.values()}
    modules = {}
    for key in sorted(used & set(pipeline.modules)):
        module = pipeline.modules[key].without_help()
        if not module.path and not module.source:
            module = structs.replace(module, source=portable_source(pipeline.functions[key]), runs_code=True)
        modules[key] = module
    return structs.replace(pipeline, modules=modules)
