"""A pipeline of one node, for tests of what becomes of a run."""

from __future__ import annotations

from typing import Any

from treadle import Pipeline


def double(x: int = 1) -> int:
    return 2 * x


def one_node(function: Any = double, **inputs: Any) -> tuple[Pipeline, Any]:
    """Return a pipeline and its only node."""
    pipeline = Pipeline("demo")
    return pipeline, pipeline.add(function, **inputs)
