"""The plan: the immutable, flat, checked graph of one run, in which every input says where its value comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct

from ..modules import Module
from ..pipeline import Node, Placement

# A plan is a tree without cycles: with ``gc=False`` the collector need not walk through it again and again.


class Axis(Struct, frozen=True, gc=False):
    """A direction along which a node has many tasks.

    ``depends`` are the axes whose items may each have a different number of items here; they stand before it
    in every node. ``lists`` are the outputs whose items these are; ``values`` those of a list written in the
    pipeline, ``sizes`` the lengths of the written lists of a zip. Of a loop, ``again`` is the output that says
    whether another round follows, ``bound`` the most rounds.
    """

    number: int
    label: str
    kind: Literal["each", "sweep", "zip", "rounds"]
    origin: str
    depends: tuple[int, ...] = ()
    lists: tuple[Source, ...] = ()
    values: tuple[Any, ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()
    again: Source | None = None
    bound: int = 0


class Source(Struct, frozen=True, gc=False):
    """An output of a node, seen from where it is read.

    ``axes`` are those of the node less the ``last`` ones, of which only the last item is handed over; where
    such an axis has no item, ``start`` takes its place.
    """

    node: int
    output: str
    axes: tuple[int, ...]
    last: tuple[int, ...] = ()
    start: Start | None = None


class Constant(Struct, frozen=True, gc=False):
    """An input with a fixed value."""

    port: str
    value: Any


class Swept(Struct, frozen=True, gc=False):
    """An input that takes the item of a list written in the pipeline, by its place along ``axis``."""

    port: str
    axis: int
    values: tuple[Any, ...]


class Joining(Struct, frozen=True, gc=False):
    """Which axes of the source are collected, outer to inner, and how."""

    axes: tuple[int, ...]
    tolerant: bool = False
    nested: bool = False
    with_labels: bool = False


class Wired(Struct, frozen=True, gc=False):
    """An input fed by the output of a node.

    ``axes`` are those of the port: the source's less the joined ones; ``item`` is the axis by whose place an item
    of the output is taken. ``apply`` is called on each value, on each collected one where there is a join.
    """

    port: str
    source: Source
    axes: tuple[int, ...]
    item: int | None = None
    join: Joining | None = None
    apply: Function | None = None


class FedBack(Struct, frozen=True, gc=False):
    """An input fed by the item or round before along ``axis``, the first time by ``start``."""

    port: str
    source: Source
    axis: int
    axes: tuple[int, ...]
    start: Start


Start = Constant | Swept | Wired
Input = Constant | Swept | Wired | FedBack


class Function(Struct, frozen=True, gc=False):
    """What to call: an import path, Python source that defines ``name``, or a live function."""

    path: str = ""
    source: str = ""
    name: str = ""
    live: Callable[..., Any] | None = None


class PlanNode(Struct, frozen=True, kw_only=True, gc=False):
    """A node of the plan: what its tasks call, along which axes, with which inputs and settings.

    ``split`` are the outputs that are handed over item by item, ``flags`` those whose truth the scheduler needs.
    """

    number: int
    id: str
    module: Module
    function: Function
    settings: Node
    axes: tuple[int, ...]
    inputs: tuple[Input, ...]
    split: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()

    @property
    def n_procs(self) -> int:
        """Cores one task takes."""
        return self.module.n_procs if self.settings.n_procs is None else self.settings.n_procs

    @property
    def mem_gb(self) -> float:
        """Memory one task takes, in GB."""
        return self.module.mem_gb if self.settings.mem_gb is None else self.settings.mem_gb

    @property
    def placement(self) -> Placement | None:
        """Where its tasks may run, if not anywhere."""
        return self.settings.placement


class Plan(Struct, frozen=True, dict=True):
    """The nodes in topological order, and the axes, both by number."""

    title: str
    nodes: tuple[PlanNode, ...]
    axes: tuple[Axis, ...]

    def node(self, node_id: str) -> PlanNode | None:
        """Return the node with this id, if the plan has it."""
        return self._by_id.get(node_id)

    @cached_property
    def _by_id(self) -> dict[str, PlanNode]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def mapped(self) -> Sequence[PlanNode]:
        """The nodes that have a task for each item of their axes; each of the others has one task."""
        return [node for node in self.nodes if node.axes] if self.axes else ()

    @cached_property
    def alike(self) -> Sequence[int]:
        """For each node the number of the first that calls the same in the same way, and asks for the same."""
        first: dict[object, int] = {}
        return [first.setdefault(_calls_and_asks(node), node.number) for node in self.nodes]

    @cached_property
    def unlike(self) -> Sequence[PlanNode]:
        """The first of all nodes that are alike: what holds for these holds for all."""
        return [self.nodes[number] for number in dict.fromkeys(self.alike)]

    def consumers(self) -> Sequence[Sequence[tuple[int, Source]]]:
        """Return for each node number the (node, source) pairs that read its outputs; not to be changed."""
        return self._consumers

    @cached_property
    def _consumers(self) -> Sequence[Sequence[tuple[int, Source]]]:
        readers: dict[int, list[tuple[int, Source]]] = {}
        for node in self.nodes:
            for entry in node.inputs:
                # Most are one of these two.
                if type(entry) is Wired and entry.source.start is None:
                    readers.setdefault(entry.source.node, []).append((node.number, entry.source))
                elif type(entry) is not Constant:
                    for source in sources_of(entry):
                        readers.setdefault(source.node, []).append((node.number, source))
        return [readers.get(number, ()) for number in range(len(self.nodes))] if readers else [()] * len(self.nodes)

    def tolerances(self) -> list[list[tuple[int, bool]]]:
        """Return for each node the (node, whether it passes over failed items) that read it later in the plan."""
        readers: list[list[tuple[int, bool]]] = [[] for _ in self.nodes]
        for node in self.nodes:
            for entry in node.inputs:
                tolerant = isinstance(entry, Wired) and entry.join is not None and entry.join.tolerant
                for source in sources_of(entry):
                    if source.node < node.number:
                        readers[source.node].append((node.number, tolerant))
        return readers

    @cached_property
    def is_read(self) -> Sequence[bool]:
        """For each node whether another one reads its outputs."""
        # Only a loop has nodes that read their own outputs.
        return [
            bool(readers) and (readers[0][0] != number or any(reader != number for reader, _ in readers))
            for number, readers in enumerate(self._consumers)
        ]

    def sinks(self) -> list[PlanNode]:
        """Return the nodes whose outputs no other node reads."""
        return [node for node, read in zip(self.nodes, self.is_read, strict=True) if not read]


def _calls_and_asks(node: PlanNode) -> object:
    asked = node.settings
    calls = id(node.module), id(node.function), node.split, node.flags
    # What is told here by its identity, the plan keeps.
    return *calls, asked.n_procs, asked.mem_gb, asked.scheme, asked.timeout, id(asked.placement)


def sources_of(entry: Input) -> list[Source]:
    """Return the outputs an input may read: its own, and those of the start of a loop."""
    if isinstance(entry, Wired) and entry.source.start is None:
        return [entry.source]
    found: list[Source] = []
    waiting: list[Input] = [entry]
    while waiting:
        match waiting.pop():
            case Wired(source=source):
                found.append(source)
                if source.start is not None:
                    waiting.append(source.start)
            case FedBack(source=source, start=start):
                found.append(source)
                waiting.append(start)
    return found
