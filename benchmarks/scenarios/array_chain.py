"""A chain of ten tasks over an array of 100 MB: what it costs to hand a value on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import shapes
from .scenario import Bench, Figure, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS = (
    "treadle", "one process", "dask distributed", "ray", "ipyparallel", "joblib", "futures", "loky", "pebble", "pipes",
    "parsl",
)  # fmt: skip
TITLES = {"array chain": "10 tasks over 100 MB, one after the other, s"}
TARGETS = {"array chain": 0.32}
DEADLINE = 240.0


def measure(bench: Bench) -> Iterator[Figure]:
    peer = bench.make()
    peer.start()
    # The workers import numpy before the clock runs.
    peer.values(peer.run(peer.prepare(shapes.array_chain(1))))
    peer.forget()
    done = timed(peer, shapes.array_chain(bench.of(100, 10)))
    if done.values != {"first": 10.0}:
        raise RuntimeError(f"wrong results: {done.values}")
    yield Figure("array chain", done.seconds, parts=done.parts)
    peer.stop()
