"""The document model: what a pipeline is made of, as a person edits and saves it."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct, field

from .errors import UsageError, suggestion
from .modules import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .authoring import NodeHandle, Zipped
    from .validation.validate import Problem

_ID = "[A-Za-z_][A-Za-z0-9_-]"
NODE_ID = re.compile(f"{_ID}{{0,99}}")
"""What a node may be called, to be matched in full."""

NodeId = Annotated[str, Meta(pattern=rf"^{_ID}*\Z", max_length=100)]
EndpointText = Annotated[str, Meta(pattern=rf"^{_ID}*\.(?s:.+)\Z", max_length=300)]
AxisLabel = Annotated[str, Meta(min_length=1, max_length=100)]
NonNegative = Annotated[float, Meta(ge=0)]

Where = tuple[str, ...]
"""The ids of the group nodes that lead from the top of a pipeline to one of its bodies."""


class Sweep(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The values that a parameter takes, one after the other: a new axis."""

    values: tuple[Any, ...]
    axis: AxisLabel | None = None


class Zip(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Input ports that step through their lists together: one new axis."""

    ports: Annotated[tuple[str, ...], Meta(min_length=1)]
    axis: AxisLabel | None = None


class Fold(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A node that walks along an axis in order and hands ``output`` of one item to ``port`` of the next.

    The value of ``port`` is the start; its output outside is that of the last item.
    """

    port: str
    output: str = "out"
    axis: AxisLabel | None = None


class Repeat(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A node that runs again, its ``feedback`` outputs becoming inputs, while output ``again`` is true.

    ``feedback`` maps an input port to the output that feeds it; at most ``bound`` rounds are run.
    """

    feedback: dict[str, str]
    again: str
    bound: Annotated[int, Meta(ge=1)] = 1000


class Each(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A connection that hands over the items of a list one at a time."""

    axis: AxisLabel | None = None


class Join(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A connection that collects the items of axes into one list; no axis named means the innermost."""

    axes: tuple[AxisLabel, ...] = ()
    on_failure: Literal["fail", "skip"] = "fail"
    nested: bool = False
    with_labels: bool = False


class Connection(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """What feeds one input port: an output, how its items are handed over, and a function on the way.

    ``apply`` is a key of the pipeline's modules.
    """

    source: EndpointText
    each: Each | None = None
    join: Join | None = None
    apply: str = ""

    @property
    def direct(self) -> bool:
        """Whether the value is handed over as it is."""
        return self.each is None and self.join is None and not self.apply


class Placement(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where the tasks of a node may run: on named hosts or engines, on the host an input names, or once on each."""

    hosts: tuple[str, ...] = ()
    engines: tuple[int, ...] = ()
    host_from: str = ""
    once_on: Literal["", "engine", "host"] = ""


class Frame(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A titled rectangle behind nodes."""

    title: str = ""
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (200.0, 120.0)
    colour: str = ""


class Comment(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A note on the canvas."""

    text: str = ""
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (160.0, 80.0)


class Node(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One placed module: its parameters, settings and position. A node with a group holds nodes of its own.

    ``n_procs`` and ``mem_gb`` replace what the module asks for; ``timeout`` is in seconds.
    """

    module: str = ""
    title: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    sweeps: dict[str, Sweep] = field(default_factory=dict)
    zips: tuple[Zip, ...] = ()
    fold: Fold | None = None
    repeat: Repeat | None = None
    n_procs: Annotated[int, Meta(ge=0)] | None = None
    mem_gb: NonNegative | None = None
    retries: Annotated[int, Meta(ge=0, le=1000)] = 0
    timeout: Annotated[float, Meta(gt=0)] | None = None
    scheme: str = "auto"
    placement: Placement | None = None
    cache: bool | None = None
    mode: Literal["normal", "bypassed", "disabled"] = "normal"
    breakpoint: bool = False
    position: tuple[float, float] = (0.0, 0.0)
    group: Group | None = None


class Body(Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Nodes and what connects them; connections are kept by the input they feed, ``node.port``."""

    nodes: dict[NodeId, Node] = field(default_factory=dict)
    connections: dict[EndpointText, Connection] = field(default_factory=dict)
    frames: dict[NodeId, Frame] = field(default_factory=dict)
    comments: dict[NodeId, Comment] = field(default_factory=dict)


class Group(Body, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The inside of a group node: a body with ports of its own.

    An input feeds the inner ports it lists, an output shows an inner output. A ``unit`` is run as one task.
    """

    inputs: dict[str, tuple[EndpointText, ...]] = field(default_factory=dict)
    outputs: dict[str, EndpointText] = field(default_factory=dict)
    unit: bool = False


class Pipeline(Body, omit_defaults=True, forbid_unknown_fields=True, dict=True):
    """A document: a body, the modules its nodes are of, and a title.

    ``functions`` holds live functions placed from Python, by module key; they are no part of the file.
    """

    title: str = ""
    description: str = ""
    modules: dict[str, Module] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.functions: dict[str, Callable[..., Any]] = {}
        self.file: Path | None = None

    def body(self, where: Where = ()) -> Body:
        """Return the body inside the group nodes ``where``; UsageError if one of them is no group."""
        body: Body = self
        for depth, node_id in enumerate(where):
            node = body.nodes.get(node_id)
            if node is None or node.group is None:
                raise UsageError(f"there is no group {'/'.join(where[: depth + 1])!r} in this pipeline")
            body = node.group
        return body

    def walk(self) -> Iterator[tuple[Where, Body]]:
        """Go through all bodies, the outermost first."""
        waiting: list[tuple[Where, Body]] = [((), self)]
        while waiting:
            where, body = waiting.pop()
            yield where, body
            inner = [((*where, node_id), n.group) for node_id, n in body.nodes.items() if n.group is not None]
            waiting.extend(reversed(inner))

    def node(self, path: str) -> Node:
        """Return the node with the id ``path``, inside groups ``group/node``; UsageError with a suggestion."""
        *where, node_id = path.split("/")
        try:
            return self.body(tuple(where)).nodes[node_id]
        except (KeyError, UsageError):
            known = ["/".join((*place, name)) for place, body in self.walk() for name in body.nodes]
            raise UsageError(f"there is no node {path!r}", remedy=suggestion(path, known)) from None

    def copy(self) -> Pipeline:
        """Return a snapshot that no later edit of this pipeline changes."""
        copied = Pipeline(self.title, description=self.description, modules=dict(self.modules), **_parts(self))
        copied.functions = dict(self.functions)
        copied.file = self.file
        return copied

    def add(self, what: str | Callable[..., Any], /, *zips: Zipped, id: str = "", **inputs: Any) -> NodeHandle:  # noqa: A002
        """Place a function, or what an import path names, and wire its inputs; see *core/authoring.py*."""
        from .authoring import add_node

        return add_node(self, what, zips, node_id=id, inputs=inputs)

    def add_group(self, group: Pipeline, /, *, id: str, unit: bool = False, **inputs: Any) -> NodeHandle:  # noqa: A002
        """Place a pipeline as a group, its open inputs and outputs as ports; see *core/authoring.py*."""
        from .authoring import add_group

        return add_group(self, group, node_id=id, unit=unit, inputs=inputs)

    def save(self, path: str | Path) -> Path:
        """Write the pipeline to a file, all of it or nothing; the file is trusted on this machine."""
        from .document import save
        from .trust import TrustStore

        saved = save(self, Path(path))
        # Without a place to keep the key the file is saved all the same; running it will then ask.
        with suppress(UsageError):
            TrustStore().trust(self)
        return saved

    @classmethod
    def load(cls, path: str | Path) -> Pipeline:
        """Read a pipeline file, executing and importing nothing that it names; FileError if it is not valid."""
        from .document import load

        return load(Path(path))

    def check(self) -> list[Problem]:
        """Return what is wrong with the pipeline, errors first; an empty list if it can run."""
        from .validation.validate import validate

        return validate(self)


def _parts(body: Body) -> dict[str, Any]:
    groups = {node_id: _copied(node) for node_id, node in body.nodes.items() if node.group is not None}
    return {
        "nodes": {**body.nodes, **groups},
        "connections": dict(body.connections),
        "frames": dict(body.frames),
        "comments": dict(body.comments),
    }


def _copied(node: Node) -> Node:
    from msgspec.structs import replace

    group = node.group
    assert group is not None
    inside = Group(inputs=dict(group.inputs), outputs=dict(group.outputs), unit=group.unit, **_parts(group))
    return replace(node, group=inside)


def split_endpoint(endpoint: str) -> tuple[str, str]:
    """Split ``node.port``; a node id has no dot."""
    node_id, _, port = endpoint.partition(".")
    return node_id, port
