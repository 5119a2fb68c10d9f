"""Refuses parameters that a file would give back as something else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .errors import UsageError

if TYPE_CHECKING:
    from .pipeline import Pipeline

_AS_THEY_ARE = frozenset({type(None), bool, int, float, str})
_HOLDERS = frozenset({list, tuple})


def refuse_unfaithful(pipeline: Pipeline) -> None:
    """Raise UsageError for a parameter that JSON cannot keep: bytes, a set, a date, keys that are no text.

    A tuple is kept as a list and a path as text: an input that declares them gets them back as they were.
    """
    for where, body in pipeline.walk():
        for node_id, node in body.nodes.items():
            place = "/".join((*where, node_id))
            for name, value in node.params.items():
                _check(value, f"{place}.{name}")
            for name, sweep in node.sweeps.items():
                for value in sweep.values:
                    _check(value, f"{place}.{name}")


def _check(value: Any, place: str) -> None:
    waiting = [value]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        kind = type(one)
        if kind in _AS_THEY_ARE or isinstance(one, os.PathLike):
            continue
        if id(one) in seen:
            continue
        seen.add(id(one))
        if kind in _HOLDERS:
            waiting.extend(one)
        elif kind is dict and all(type(key) is str for key in one):
            waiting.extend(one.values())
        else:
            raise UsageError(
                f"a {kind.__name__} cannot be written to a pipeline file",
                where=place,
                remedy=_remedy(one),
            )


def _remedy(value: Any) -> str:
    if isinstance(value, dict):
        return "Use text for the keys of a mapping"
    return "Make it in a node, or read it from a file"
