"""64 tasks of 20 to 400 ms that use the processor: how well the workers are kept busy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import shapes
from .scenario import Bench, Figure, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS = ("treadle", "futures", "pebble", "ray", "loky", "joblib", "dask distributed", "parsl", "ipyparallel", "nipype")
TITLES = {"makespan": "64 tasks of 20–400 ms, map, chain, reduce: makespan over the lower bound"}
TARGETS = {"makespan": 1.05}
DEADLINE = 120.0


def measure(bench: Bench) -> Iterator[Figure]:
    peer = bench.make()
    peer.start()
    peer.values(peer.run(peer.prepare(shapes.flat(16))))
    peer.forget()
    dag, seconds = shapes.unequal(0.2 if bench.quick else 1.0)
    done = timed(peer, dag)
    # All but the last can keep every worker busy; the last runs alone.
    bound = sum(seconds[:-1]) / peer.workers + seconds[-1]
    yield Figure("makespan", done.seconds / bound, parts=done.parts)
    peer.stop()
