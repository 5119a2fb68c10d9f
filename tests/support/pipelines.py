"""Random documents: valid pipelines with nested groups, mapped connections, frames and notes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from treadle.core.modules import Module, Port
from treadle.core.pipeline import (
    Body,
    Comment,
    Connection,
    Each,
    Frame,
    Group,
    Join,
    Node,
    Pipeline,
    Sweep,
    Zip,
)
from treadle.core.worker.declare import Schemes

MODULES: dict[str, Module] = {
    "demo:number": Module(path="demo:number", outputs=(Port(name="out", type="float"),)),
    "demo:numbers": Module(path="demo:numbers", outputs=(Port(name="out", type="list[float]"),)),
    "demo:add": Module(
        path="demo:add",
        inputs=(
            Port(name="a", type="float"),
            Port(name="b", type="float", optional=True, default=0.0, low=-1e6, high=1e6),
            Port(name="how", type="str", optional=True, default="plain", choices=("plain", "fast")),
        ),
        outputs=(Port(name="out", type="float"),),
    ),
    "demo:total": Module(
        path="demo:total",
        inputs=(Port(name="rows", type="list[float]"),),
        outputs=(Port(name="out", type="float"), Port(name="count", type="int")),
    ),
    "demo:negate": Module(
        path="demo:negate",
        inputs=(Port(name="x", type="float", passing="positional"),),
        outputs=(Port(name="out", type="float"),),
    ),
}

ODD_MODULES: dict[str, Module] = {
    "demo:typed": Module(
        path="demo:typed",
        inputs=(
            Port(name="i", type="int", optional=True, default=1),
            Port(name="f", type="float", optional=True, default=1.0, low=0, high=10, unit="px"),
            Port(name="s", type="str", optional=True, default="a"),
            Port(name="p", type="pathlib.Path", optional=True, default="."),
            Port(name="t", type="tuple[int, ...]", optional=True, default=()),
            Port(name="many", type="list[int]", optional=True, default=()),
            Port(name="maybe", type="int | None", optional=True, default=None),
            Port(name="c", type="str", optional=True, default="a", choices=("a", "b")),
            Port(name="cs", type="list[str]", optional=True, default=(), choices=("a", "b")),
            Port(name="low", type="int", optional=True, default=1, low=1),
            Port(name="high", type="int", optional=True, default=1, high=9),
            Port(name="u", optional=True),
        ),
        outputs=(Port(name="out", type="str"), Port(name="again", type="bool")),
    ),
    "demo:open": Module(path="demo:open", open_inputs=True, outputs=(Port(name="out"),)),
    "demo:sink": Module(path="demo:sink", inputs=(Port(name="x"),)),
    "demo:text": Module(path="demo:text", outputs=(Port(name="out", type="str"),)),
    "demo:threads": Module(path="demo:threads", schemes=Schemes(threads=False), outputs=(Port(name="out"),)),
}

numbers = st.integers(-1000, 1000) | st.floats(-1e5, 1e5)
places = st.tuples(st.integers(-999, 999).map(float), st.integers(-999, 999).map(float))
titles = st.text(max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


class _Builder:
    """Grows one body; ``plain`` are its outputs without an axis, ``lists`` those that can be mapped."""

    def __init__(self, draw: Any, depth: int, *, units: bool) -> None:
        self.draw = draw
        self.depth = depth
        self.units = units
        self.nodes: dict[str, Node] = {}
        self.connections: dict[str, Connection] = {}
        self.plain: list[str] = []
        self.mapped: list[str] = []
        self.lists: list[str] = []

    def settings(self) -> dict[str, Any]:
        draw = self.draw
        chosen: dict[str, Any] = {"position": draw(places)}
        if draw(st.booleans()):
            chosen["title"] = draw(titles)
        if draw(st.integers(0, 3)) == 0:
            chosen |= {"retries": draw(st.integers(0, 3)), "timeout": 2.5, "n_procs": 2, "cache": False}
        return chosen

    def new_id(self) -> str:
        prefix = self.draw(st.sampled_from(["n", "Load", "_x", "a-b"]))
        return f"{prefix}{len(self.nodes)}"

    def value_of(self, pool: list[str]) -> Connection | None:
        if not pool or self.draw(st.integers(0, 3)) == 0:
            return None
        apply = self.draw(st.sampled_from(["", "", "demo:negate"]))
        return Connection(self.draw(st.sampled_from(pool)), apply=apply)

    def add(self) -> None:
        kinds = ["number", "numbers", "add", "add", "sweep", "zip", "each", "join"]
        kind = self.draw(st.sampled_from([*kinds, "group"] if self.depth else kinds))
        getattr(self, f"add_{kind}")(self.new_id())

    def add_number(self, node_id: str) -> None:
        self.nodes[node_id] = Node(module="demo:number", **self.settings())
        self.plain.append(f"{node_id}.out")

    def add_numbers(self, node_id: str) -> None:
        self.nodes[node_id] = Node(module="demo:numbers", **self.settings())
        self.lists.append(f"{node_id}.out")

    def add_add(self, node_id: str) -> None:
        params: dict[str, Any] = {"how": self.draw(st.sampled_from(["plain", "fast", "${env:HOW}"]))}
        for port in ("a", "b"):
            connection = self.value_of(self.plain)
            if connection is None:
                params[port] = self.draw(numbers)
            else:
                self.connections[f"{node_id}.{port}"] = connection
        self.nodes[node_id] = Node(module="demo:add", params=params, **self.settings())
        self.plain.append(f"{node_id}.out")

    def add_sweep(self, node_id: str) -> None:
        values = tuple(self.draw(st.lists(numbers, min_size=1, max_size=4)))
        sweeps = {"a": Sweep(values, self.draw(st.none() | st.just(f"axis {node_id}")))}
        self.nodes[node_id] = Node(module="demo:add", sweeps=sweeps, **self.settings())
        self.mapped.append(f"{node_id}.out")

    def add_zip(self, node_id: str) -> None:
        values = tuple(self.draw(st.lists(numbers, min_size=1, max_size=3)))
        sweeps = {"b": Sweep(values)}
        if self.lists:
            self.connections[f"{node_id}.a"] = Connection(self.draw(st.sampled_from(self.lists)))
        else:
            sweeps["a"] = Sweep(values)
        self.nodes[node_id] = Node(module="demo:add", sweeps=sweeps, zips=(Zip(("a", "b"), "pair"),), **self.settings())
        self.mapped.append(f"{node_id}.out")

    def add_each(self, node_id: str) -> None:
        if not self.lists:
            return self.add_numbers(node_id)
        self.nodes[node_id] = Node(module="demo:add", params={"b": 1}, **self.settings())
        self.connections[f"{node_id}.a"] = Connection(self.draw(st.sampled_from(self.lists)), each=Each())
        self.mapped.append(f"{node_id}.out")
        return None

    def add_join(self, node_id: str) -> None:
        if not self.mapped:
            return self.add_sweep(node_id)
        join = Join(on_failure=self.draw(st.sampled_from(["fail", "skip"])))
        self.nodes[node_id] = Node(module="demo:total", **self.settings())
        self.connections[f"{node_id}.rows"] = Connection(self.draw(st.sampled_from(self.mapped)), join=join)
        self.plain.append(f"{node_id}.out")
        return None

    def add_group(self, node_id: str) -> None:
        inner = self.draw(groups(depth=self.depth - 1, units=self.units))
        self.nodes[node_id] = Node(group=inner, **self.settings())
        for name in inner.inputs:
            connection = self.value_of(self.plain)
            if connection is not None:
                self.connections[f"{node_id}.{name}"] = connection
            else:
                params = self.nodes[node_id].params | {name: self.draw(numbers)}
                self.nodes[node_id] = Node(group=inner, params=params, title=self.nodes[node_id].title)
        self.plain += [f"{node_id}.{name}" for name in inner.outputs]

    def fill(self, size: int) -> dict[str, Any]:
        for _ in range(size):
            self.add()
        draw = self.draw
        frames = {f"f{i}": Frame(draw(titles), draw(places)) for i in range(draw(st.integers(0, 2)))}
        comments = {f"c{i}": Comment(draw(st.text(max_size=20)), draw(places)) for i in range(draw(st.integers(0, 2)))}
        return {"nodes": self.nodes, "connections": self.connections, "frames": frames, "comments": comments}


@st.composite
def groups(draw: Any, depth: int = 1, *, units: bool = True) -> Group:
    """Make a group of which each input feeds one or two inner inputs."""
    builder = _Builder(draw, depth, units=units)
    parts = builder.fill(draw(st.integers(1, 3)))
    inputs = {}
    for number, node_id in enumerate(_entrances(parts["nodes"], parts["connections"])):
        inputs[f"in {number}"] = (f"{node_id}.a",)
        node = parts["nodes"][node_id]
        kept = {name: value for name, value in node.params.items() if name != "a"}
        parts["nodes"][node_id] = Node(module=node.module, params=kept, position=node.position)
    outputs = {f"out{number}": end for number, end in enumerate(builder.plain)}
    return Group(inputs=inputs, outputs=outputs, unit=units and draw(st.booleans()), **parts)


def _entrances(nodes: dict[str, Node], connections: dict[str, Connection]) -> list[str]:
    return [
        key
        for key, node in nodes.items()
        if node.module == "demo:add" and not node.sweeps and f"{key}.a" not in connections
    ][:2]


@st.composite
def pipelines(draw: Any, depth: int = 2, max_nodes: int = 6, *, units: bool = True) -> Pipeline:
    """Make a pipeline without errors, all modules of which are in use."""
    parts = _Builder(draw, depth, units=units).fill(draw(st.integers(0, max_nodes)))
    used = set(_modules_used(parts))
    modules = {key: module for key, module in MODULES.items() if key in used}
    return Pipeline(draw(titles), description=draw(titles), modules=modules, **parts)


def _modules_used(parts: dict[str, Any]) -> list[str]:
    found = [connection.apply for connection in parts["connections"].values()]
    for node in parts["nodes"].values():
        found.append(node.module)
        if node.group is not None:
            found += _modules_used({"nodes": node.group.nodes, "connections": node.group.connections})
    return found


def bodies(pipeline: Pipeline) -> list[tuple[tuple[str, ...], Body]]:
    """Return the bodies of a pipeline, the outermost first."""
    return list(pipeline.walk())


def chain(length: int) -> Pipeline:
    """Return a pipeline of nodes each of which feeds the next."""
    nodes = {f"n{i}": Node(module="demo:add", params={} if i else {"a": 1.0}) for i in range(length)}
    connections = {f"n{i}.a": Connection(f"n{i - 1}.out") for i in range(1, length)}
    return Pipeline(nodes=nodes, connections=connections, modules={"demo:add": MODULES["demo:add"]})
