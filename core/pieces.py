"""Turns pipelines into plain data and back piece by piece: each piece holds up all other threads of the process."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from .pipeline import Body, Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

AT_ONCE = 500
"""So many nodes or connections take a few milliseconds."""

_LONG = ("nodes", "connections")


def plain_data(pipeline: Pipeline, hook: Callable[[Any], Any] | None = None) -> dict[str, Any]:
    """Return a pipeline as plain data, like ``msgspec.to_builtins``; ``hook`` is called for values it does not know."""
    rest = Pipeline(
        pipeline.title,
        description=pipeline.description,
        modules=pipeline.modules,
        frames=pipeline.frames,
        comments=pipeline.comments,
    )
    tree = msgspec.to_builtins(rest, str_keys=True, enc_hook=hook)
    for name in _LONG:
        entries: dict[str, Any] = {}
        for part in _pieces(getattr(pipeline, name)):
            entries.update(msgspec.to_builtins(Body(**{name: part}), str_keys=True, enc_hook=hook)[name])
        if entries:
            tree[name] = entries
    return {name: tree[name] for name in pipeline.__struct_fields__ if name in tree}


def pipeline_of(tree: Mapping[str, Any]) -> Pipeline:
    """Return the pipeline that plain data stand for, like a strict ``msgspec.convert``, which says what is wrong."""
    if any(not isinstance(tree.get(name, {}), dict) for name in _LONG):
        return msgspec.convert(tree, Pipeline, strict=True)
    rest = {name: value for name, value in tree.items() if name not in _LONG}
    pipeline = msgspec.convert(rest, Pipeline, strict=True)
    for name in _LONG:
        for part in _pieces(tree.get(name, {})):
            getattr(pipeline, name).update(getattr(msgspec.convert({name: part}, Body, strict=True), name))
    return pipeline


def _pieces(entries: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    left = iter(entries.items())
    while part := dict(islice(left, AT_ONCE)):
        yield part
