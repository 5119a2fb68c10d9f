"""1,000 tasks of 5 ms, in one of which the worker is killed: are all results delivered, and what does it cost?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import shapes
from .scenario import Bench, Figure, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS = ("treadle", "ray", "dask distributed", "futures", "loky", "pebble", "joblib", "parsl", "ipyparallel")
TITLES = {"kill": "SIGKILL of a worker in 1,000 tasks of 5 ms: extra time, s"}
TARGETS = {"kill": 0.1}
DEADLINE = 60.0
NEVER = -1


def measure(bench: Bench) -> Iterator[Figure]:
    peer = bench.make()
    peer.start()
    mark = str(bench.folder / "killed")
    count = bench.of(1_000, 200)
    peer.values(peer.run(peer.prepare(shapes.flat(16))))
    calm = timed(peer, shapes.shorts(count, NEVER, mark))
    peer.forget()
    hit = timed(peer, shapes.shorts(count, count * 3 // 10, mark))
    if hit.values != {f"s{number}": number for number in range(count)}:
        raise RuntimeError(f"only {len(hit.values)} of {count} results")
    if not (bench.folder / "killed").exists():
        raise RuntimeError("no worker was killed")
    yield Figure("kill", hit.seconds - calm.seconds, "all delivered", {"calm": calm.seconds, "hit": hit.seconds})
    peer.stop()
