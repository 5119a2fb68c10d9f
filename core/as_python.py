"""Writes a pipeline as a Python script that makes the same pipeline, byte for byte, when it is run."""

from __future__ import annotations

import graphlib
import keyword
from typing import TYPE_CHECKING, Any

import msgspec

from .authoring import SETTINGS
from .document import decode, encode
from .pipeline import Connection, Node, Pipeline, split_endpoint
from .python_text import call, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .modules import Module

_TAKEN = frozenset(("p", "Pipeline", "sweep", "zipped", "fold", "run", "convert", "structure", "modules"))
_OF_A_HANDLE = frozenset((*SETTINGS, "id", "outputs", "pipeline", "repeat"))
_DATA = {"Comment": "comments", "Connection": "connections", "Frame": "frames", "Module": "modules", "Node": "nodes"}


def as_python(pipeline: Pipeline, installed: Mapping[str, Module] | None = None) -> str:
    """Return the script. What the Python interface can say is said in it, the rest as the data of the file.

    Modules that ``installed`` describes as the pipeline does are only named, and found when the script runs; the
    others are written down. UsageError names a value that cannot be written.
    """
    return _Script(decode(encode(pipeline)), installed or {}).text()


class _Script:
    """One script in the making."""

    def __init__(self, pipeline: Pipeline, installed: Mapping[str, Module]) -> None:
        self._pipeline = pipeline
        self._modules = {
            key: module
            for key, module in pipeline.modules.items()
            if key not in installed or installed[key].without_help() != module
        }
        self._names: dict[str, str] = {}
        self._written: set[str] = set()
        """The inputs whose connections stand in a call already."""
        self._used: set[str] = {"Pipeline", "run"}
        self._kinds: set[str] = set()

    def text(self) -> str:
        p = self._pipeline
        body = list(self._data("Module", self._modules))
        for node_id in self._order():
            body += self._node(node_id, p.nodes[node_id])
        rest = {target: c for target, c in p.connections.items() if target not in self._written}
        for kind, entries in (("Connection", rest), ("Frame", p.frames), ("Comment", p.comments)):
            body += self._data(kind, entries)
        given = {"description": p.description} if p.description else {}
        start = call("p = Pipeline", [literal(p.title)], {key: literal(value) for key, value in given.items()})
        ending = ["", 'if __name__ == "__main__":', "    print(run(p).state)", ""]
        return "\n".join([*self._imports(p), "", start, *body, *ending])

    def _imports(self, pipeline: Pipeline) -> Iterator[str]:
        title = "".join(c for c in pipeline.title if c.isprintable() and c not in '"\\')
        yield f'"""{title or "A pipeline"}, as a script."""'
        yield ""
        if self._kinds:
            yield "from msgspec import convert"
            yield ""
        yield f"from treadle import {', '.join(sorted(self._used))}"
        homes = {"Module": "treadle.core.modules"}
        for home in sorted({homes.get(kind, "treadle.core.pipeline") for kind in self._kinds}):
            kinds = sorted(kind for kind in self._kinds if homes.get(kind, "treadle.core.pipeline") == home)
            yield f"from {home} import {', '.join(kinds)}"

    def _order(self) -> list[str]:
        """Sources first; where that cannot be, in the order of the pipeline."""
        nodes = self._pipeline.nodes
        before: dict[str, set[str]] = {node_id: set() for node_id in nodes}
        for target, connection in self._pipeline.connections.items():
            source, end = split_endpoint(connection.source)[0], split_endpoint(target)[0]
            if source in nodes and end in nodes:
                before[end].add(source)
        try:
            return list(graphlib.TopologicalSorter(before).static_order())
        except graphlib.CycleError:
            return list(nodes)

    # Data, as the file has it

    def _data(self, kind: str, entries: Mapping[str, Any]) -> Iterator[str]:
        for key, value in entries.items():
            self._kinds.add(kind)
            data = literal(_builtin(value), indent=4)
            yield f"p.{_DATA[kind]}[{literal(key)}] = convert({data}, {kind})"

    # Nodes, as the Python interface has them

    def _node(self, node_id: str, node: Node) -> Iterator[str]:
        inputs, zips = self._inputs(node_id, node), self._zips(node_id, node)
        if not self._can_be_added(node) or inputs is None or zips is None:
            yield from self._data("Node", {node_id: node})
            return
        name = self._name(node_id)
        plain = {key: text for key, text in inputs.items() if key not in {port for z in node.zips for port in z.ports}}
        yield call(f"{name} = p.add", [literal(node.module), *zips], {"id": literal(node_id), **plain})
        self._names[node_id] = name
        connected = (f"{node_id}.{port}" for port in inputs if port not in node.params and port not in node.sweeps)
        self._written |= {target for target in connected if target in self._pipeline.connections}
        kept = _builtin(node)
        yield from (f"{name}.{key} = {literal(kept[key])}" for key in SETTINGS if key in kept)
        if node.repeat is not None:
            again, bound = literal(node.repeat.again), {"bound": literal(node.repeat.bound)}
            feedback = {key: literal(value) for key, value in node.repeat.feedback.items()}
            yield call(f"{name}.repeat", [again], {**bound, **feedback})

    def _can_be_added(self, node: Node) -> bool:
        """Say whether ``add`` gives this node, its inputs left aside."""
        if node.group is not None or node.module not in self._pipeline.modules:
            return False
        repeated = node.repeat.feedback if node.repeat is not None else {}
        if any(key in {"again", "bound", "self"} for key in repeated):
            return False
        return set(node.params).isdisjoint(node.sweeps)

    def _inputs(self, node_id: str, node: Node) -> dict[str, str] | None:
        """Return the expression for each input; None if one of them cannot be given to ``add``."""
        module = self._pipeline.modules.get(node.module)
        if module is None:
            return None
        found = {name: literal(value, indent=4) for name, value in node.params.items()}
        for name, swept in node.sweeps.items():
            self._used.add("sweep")
            axis = {"axis": literal(swept.axis)} if swept.axis else {}
            found[name] = call("sweep", [literal(list(_builtin(swept.values)))], axis)
        for target, connection in self._pipeline.connections.items():
            end, port = split_endpoint(target)
            if end == node_id and port not in found and module.input(port) is not None:
                output = self._output(connection)
                if output is not None:
                    found[port] = output
        if node.fold is not None and not self._folded(node, found):
            return None
        unknown = any(module.input(name) is None or name == "id" for name in found)
        return None if unknown else found

    def _folded(self, node: Node, found: dict[str, str]) -> bool:
        """Wrap the start of a fold; say whether it could be."""
        folding = node.fold
        assert folding is not None
        if folding.port not in found or folding.port in node.sweeps:
            return False
        self._used.add("fold")
        axis = {"axis": literal(folding.axis)} if folding.axis else {}
        output = {"output": literal(folding.output)} if folding.output != "out" else {}
        found[folding.port] = call("fold", [found[folding.port]], {**output, **axis})
        return True

    def _zips(self, node_id: str, node: Node) -> list[str] | None:
        """Return the expressions for what is stepped through together; None if they cannot be written so."""
        made = []
        ports = [port for one in node.zips for port in one.ports]
        swept = [name for name in node.sweeps if name not in ports] + [name for name in ports if name in node.sweeps]
        if len(set(ports)) != len(ports) or swept != list(node.sweeps):
            return None
        for one in node.zips:
            inputs = {port: self._zipped(node_id, node, port) for port in one.ports}
            texts = {port: text for port, text in inputs.items() if text is not None and port != "axis"}
            if len(texts) < len(inputs):
                return None
            self._used.add("zipped")
            axis = {"axis": literal(one.axis)} if one.axis else {}
            made.append(call("zipped", [], {**axis, **texts}))
        return made

    def _zipped(self, node_id: str, node: Node, port: str) -> str | None:
        if node.fold is not None and node.fold.port == port:
            return None
        if port in node.sweeps:
            return literal(list(_builtin(node.sweeps[port].values))) if node.sweeps[port].axis is None else None
        connection = self._pipeline.connections.get(f"{node_id}.{port}")
        return self._output(connection) if connection is not None and port not in node.params else None

    def _output(self, connection: Connection) -> str | None:
        """Return the expression for what comes along a connection; None if there is none."""
        source, port = split_endpoint(connection.source)
        name, node = self._names.get(source), self._pipeline.nodes.get(source)
        module = self._pipeline.modules.get(node.module) if node is not None else None
        if name is None or module is None or port not in module.output_ports:
            return None
        if connection.each is not None and connection.join is not None:
            return None
        if connection.apply and connection.apply not in self._pipeline.modules:
            return None
        plain = port.isidentifier() and not keyword.iskeyword(port) and not port.startswith("__")
        text = f"{name}.{port}" if plain and port not in _OF_A_HANDLE else f"{name}[{literal(port)}]"
        if connection.each is not None:
            text += f".each({literal(connection.each.axis) if connection.each.axis else ''})"
        if connection.apply:
            text += f".apply({literal(connection.apply)})"
        return text + (_joined(connection) if connection.join is not None else "")

    def _name(self, node_id: str) -> str:
        name = wanted = node_id.replace("-", "_")
        number = 2
        while keyword.iskeyword(name) or name in _TAKEN or name in self._names.values() or name.startswith("__"):
            name, number = f"{wanted.strip('_') or 'node'}_{number}", number + 1
        return name


def _joined(connection: Connection) -> str:
    join = connection.join
    assert join is not None
    options = {"on_failure": "fail", "nested": False, "with_labels": False}
    given = {name: getattr(join, name) for name, default in options.items() if getattr(join, name) != default}
    return call(".joined", [literal(axis) for axis in join.axes], {key: literal(v) for key, v in given.items()})


def _builtin(value: Any) -> Any:
    return msgspec.to_builtins(value, str_keys=True)
