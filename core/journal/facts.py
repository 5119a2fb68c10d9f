"""What is known of a run before it begins: its pipeline, its nodes, how it was asked for, and by which process."""

from __future__ import annotations

import json
import math
import os
import platform
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from ..errors import UsageError
from ..planning.plan import Constant, FedBack, Input, Swept, Wired, sources_of
from ..run.events import NOTHING
from ..worker.preview import preview
from .owners import Owner, this_process

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..pipeline import Pipeline
    from ..planning.plan import Plan

MAX_VALUE = 2000
SHORT_TEXT = 300
"""Text so short takes less than ``MAX_VALUE`` characters, however many of its own must be written out."""
SHOWN_ITEMS = 20

_DISTRIBUTIONS = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
"""Packages whose distribution has another name."""

_SHORT = frozenset({int, bool, type(None)})
_ALWAYS = ("cloudpickle", "ipyparallel", "msgspec", "numpy")


class NodeFacts(Struct, frozen=True, array_like=True, gc=False):
    """A node of the plan as the journal keeps it: what it calls, what it asks for, and where its inputs come from.

    ``inputs`` say for each port, as JSON has it, its value or which output feeds it; ``sources`` are the nodes that
    feed it.
    """

    id: str
    title: str = ""
    module: str = ""
    n_procs: int = 1
    mem_gb: float = 0.25
    inputs: Mapping[str, Any] = NOTHING
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunFacts:
    """A run as it was asked for. ``pipeline`` is the text of the file it would be saved as, empty if it cannot be."""

    name: str
    nodes: tuple[NodeFacts, ...] = ()
    pipeline: str = ""
    file: str = ""
    scheme: str = "auto"
    options: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.time)
    owner: Owner = field(default_factory=this_process)


def facts_of(plan: Plan, pipeline: Pipeline, scheme: str, options: Mapping[str, Any]) -> RunFacts:
    """Return the facts of a run of ``pipeline`` that this process is about to begin."""
    return RunFacts(
        plan.title,
        _nodes(plan),
        _text(pipeline),
        str(pipeline.file or ""),
        scheme,
        options,
        versions({node.module.path for node in plan.unlike}),
    )


def _text(pipeline: Pipeline) -> str:
    from ..authoring import savable
    from ..document import VERSION

    try:
        # As a file would hold it, but for the line ends: a fiftieth of the time, where there are thousands of nodes.
        body = msgspec.json.encode(savable(pipeline), enc_hook=_path_text).decode()
        return f'{{"treadle":{VERSION}{"," if body != "{}" else ""}{body[1:]}'
    except (UsageError, TypeError, ValueError, RecursionError):
        return ""  # it holds a live function or value, which no file can keep


def _path_text(value: Any) -> str:
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    raise TypeError(type(value).__name__)


def versions(paths: Iterable[str] = ()) -> dict[str, str]:
    """Return the versions of Python, of Treadle, and of the packages that import paths name."""
    from ... import __version__

    found = {"python": platform.python_version(), "treadle": __version__}
    packages = {path.partition(":")[0].partition(".")[0] for path in paths} - {"", "treadle"}
    for name in sorted({*packages, *_ALWAYS} - sys.stdlib_module_names):
        if version := _version(_DISTRIBUTIONS.get(name, name)):
            found[_DISTRIBUTIONS.get(name, name)] = version
    return found


@cache
def _version(distribution: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except (PackageNotFoundError, ValueError):
        return ""


def _nodes(plan: Plan) -> tuple[NodeFacts, ...]:
    """Return what is known of each node."""
    found = []
    ids = [node.id for node in plan.nodes]
    asked: dict[int, tuple[str, str, int, float]] = {}
    for node, kind in zip(plan.nodes, plan.alike, strict=True):
        inputs: dict[str, Any] = {}
        fed_by: list[str] = []
        for entry in node.inputs:
            # Nearly all inputs of nearly all pipelines are of the first two kinds.
            if type(entry) is Wired and entry.join is None and (source := entry.source).start is None:
                fed_by.append(ids[source.node])
                inputs[entry.port] = {"from": f"{fed_by[-1]}.{source.output}"}
            elif type(entry) is Constant:
                value = entry.value
                inputs[entry.port] = {"value": value if type(value) in _SHORT else plain(value)}
            else:
                inputs[entry.port] = _described(plan, entry)
                fed_by += [ids[source.node] for source in sources_of(entry)]
        if kind not in asked:
            module = node.module
            asked[kind] = module.label, module.path or module.name, node.n_procs, node.mem_gb
        label, path, n_procs, mem_gb = asked[kind]
        sources = tuple(fed_by if len(fed_by) < 2 else dict.fromkeys(fed_by))
        found.append(NodeFacts(node.id, node.settings.title or label, path, n_procs, mem_gb, inputs, sources))
    return tuple(found)


def _described(plan: Plan, entry: Input) -> Any:
    match entry:
        case Constant(value=value):
            return {"value": plain(value)}
        case Swept(values=values):
            return {"sweep": [plain(value) for value in values[:SHOWN_ITEMS]], "length": len(values)}
        case Wired(source=source, join=join):
            told = {"from": f"{plan.nodes[source.node].id}.{source.output}"}
            return told if join is None else {**told, "joined": [plan.axes[axis].label for axis in join.axes]}
        case FedBack(source=source, start=start):
            again = f"{plan.nodes[source.node].id}.{source.output}"
            return {"fed back from": again, "start": _described(plan, start)}


def plain(value: Any) -> Any:
    """Return a value as JSON has it; of what JSON has not, or what is long, a preview."""
    kind = type(value)
    if kind in _SHORT or (kind is str and len(value) < SHORT_TEXT):
        return value
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return {"preview": preview(value)}
    return value if len(text) <= MAX_VALUE else {"preview": preview(value)}
