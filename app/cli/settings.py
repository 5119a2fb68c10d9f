"""`--set NODE.PARAM=VALUE`: parameters given on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.edits import apply, disconnect, update_nodes
from ...core.errors import UsageError, suggestion
from ...core.pipeline import Group

if TYPE_CHECKING:
    from ...core.modules import Module
    from ...core.pipeline import Body, Node, Pipeline, Where


def set_parameters(pipeline: Pipeline, settings: list[str]) -> None:
    """Set parameters, in place of what a connection or sweep gave; UsageError suggests what was meant."""
    for setting in settings:
        target, equals, text = setting.partition("=")
        path, dot, name = target.rpartition(".")
        if not equals or not dot:
            raise UsageError(f"--set {setting}: this is not NODE.PARAM=VALUE")
        _set(pipeline, path, name, text)


def _set(pipeline: Pipeline, path: str, name: str, text: str) -> None:
    node = pipeline.node(path)
    *groups, node_id = path.split("/")
    where = tuple(groups)
    known = _inputs(pipeline, node)
    module = pipeline.modules.get(node.module)
    if name not in known and not (module is not None and module.open_inputs):
        raise UsageError(f"--set: {path!r} has no parameter {name!r}", remedy=suggestion(name, known))
    _refuse_fed_by_group(pipeline, where, f"{node_id}.{name}")
    value = _value(module, name, text)
    sweeps = {key: sweep for key, sweep in node.sweeps.items() if key != name}
    changed = {node_id: {"params": {**node.params, name: value}, "sweeps": sweeps}}
    apply(pipeline, update_nodes(pipeline.body(where), changed, where))
    apply(pipeline, disconnect([f"{node_id}.{name}"], where))


def _refuse_fed_by_group(pipeline: Pipeline, where: Where, end: str) -> None:
    """Raise UsageError if a value set here would give way to that of an input of a group around it."""
    inner = end
    for depth in reversed(range(len(where))):
        group = pipeline.body(where[: depth + 1])
        assert isinstance(group, Group)
        name = next((name for name, ends in group.inputs.items() if inner in ends), None)
        if name is None:
            return
        inner = f"{where[depth]}.{name}"
        if _is_given(pipeline.body(where[:depth]), where[depth], name):
            given, path = "/".join((*where, end)), "/".join((*where[:depth], inner))
            raise UsageError(f"--set {given}: it is fed by the group's input {name!r}: set {path}")


def _is_given(body: Body, node_id: str, name: str) -> bool:
    node = body.nodes[node_id]
    return name in node.params or name in node.sweeps or f"{node_id}.{name}" in body.connections


def _inputs(pipeline: Pipeline, node: Node) -> list[str]:
    if node.group is not None:
        return list(node.group.inputs)
    module = pipeline.modules.get(node.module)
    return list(module.input_ports) if module is not None else []


def _value(module: Module | None, name: str, text: str) -> Any:
    kind = module.coercions.get(name, "") if module is not None else ""
    if kind == "text":
        return text
    if kind == "path":
        # What is typed in a terminal counts from there; what is written in the file counts from the file.
        return text if text.startswith("${env:") else str(Path(text).expanduser().absolute())
    try:
        return json.loads(text)
    except ValueError:
        return text
