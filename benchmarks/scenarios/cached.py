"""1,000 nodes whose results are kept, run again in a fresh process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import shapes
from .scenario import Bench, Figure, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS = ("treadle", "sqlite", "joblib memory", "nipype linear", "pydra")
TITLES = {"cached": "1,000 nodes again, all cached, s"}
TARGETS = {"cached": 0.1}
DEADLINE = 240.0
TASKS, QUICK = 1_000, 100


def measure(bench: Bench) -> Iterator[Figure]:
    usual = bench.of(TASKS, QUICK)
    first = bench.make(cache=True)
    first.start()
    dag = shapes.chains(min(usual, first.most), 10)
    count = len(dag.steps)
    filled = timed(first, dag)
    first.stop()
    again = bench.make(cache=True)
    again.start()
    done = timed(again, dag)
    if done.values != filled.values:
        raise RuntimeError("wrong results")
    parts = {**done.parts, "first time": filled.seconds}
    yield Figure("cached", done.seconds * usual / count, f"from {count:,} nodes" if count < usual else "", parts)
    again.stop()
