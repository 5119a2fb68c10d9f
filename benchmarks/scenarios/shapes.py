"""10,000 trivial tasks in four shapes, on processes: what a task costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import shapes
from .scenario import Bench, Figure, right_values, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..peers.peer import Peer

PEERS = (
    "treadle", "treadle mapped", "pipes batched", "pipes", "pebble", "futures", "loky", "joblib", "ray",
    "dask distributed", "parsl", "ipyparallel", "pydra", "nipype",
)  # fmt: skip
TITLES = {
    "flat": "10,000 trivial tasks, flat, µs a task",
    "chains": "10,000 trivial tasks, 100 chains of 100, µs a task",
    "layered": "10,000 trivial tasks, in layers with 20,000 edges, µs a task",
    "tree": "10,000 trivial tasks, a tree, µs a task",
}
TARGETS = dict.fromkeys(TITLES, 33.0)
DEADLINE = 240.0
TASKS, QUICK = 10_000, 1_000


def measure(bench: Bench) -> Iterator[Figure]:
    peer = bench.make()
    peer.start()
    peer.values(peer.run(peer.prepare(shapes.flat(16))))
    # Where each run has workers of its own, their start is part of every figure below: this says how much.
    empty = timed(peer, shapes.flat(16)).seconds
    usual = bench.of(TASKS, QUICK)
    for name in ("flat",) if peer.only_flat else tuple(TITLES):
        peer.forget()
        yield _figure(peer, name, usual, empty)
    peer.stop()


def _figure(peer: Peer, name: str, usual: int, empty: float) -> Figure:
    dag = shapes.SHAPES[name](min(usual, peer.most))
    done = timed(peer, dag)
    if done.values != right_values(dag):
        raise RuntimeError(f"{name}: wrong results")
    count = len(dag.steps)
    micro = {part: seconds / count * 1e6 for part, seconds in {**done.parts, "empty": empty}.items()}
    return Figure(name, done.seconds / count * 1e6, f"{count:,} tasks" if count < 0.9 * usual else "", micro)
