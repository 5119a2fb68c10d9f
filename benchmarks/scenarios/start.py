"""From the start of Python to the result of the last of three nodes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .. import shapes
from .scenario import Bench, Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS = (
    "treadle", "treadle threads", "treadle serial", "futures", "pebble", "loky", "joblib", "pydra", "dask distributed",
    "nipype", "ray", "parsl", "ipyparallel",
)  # fmt: skip
TITLES = {"start": "From the start of Python to the last result of three nodes, s"}
TARGETS = {"start": 0.3}
DEADLINE = 60.0


def measure(bench: Bench) -> Iterator[Figure]:
    loaded = time.monotonic()
    peer = bench.make()
    peer.start()
    started = time.monotonic()
    values = peer.values(peer.run(peer.prepare(shapes.chains(3, 3))))
    done = time.monotonic()
    if values["s2"] != 3:
        raise RuntimeError(f"wrong results: {values}")
    parts = {"python": loaded - bench.born, "start": started - loaded, "run": done - started}
    yield Figure("start", done - bench.born, parts=parts)
    peer.stop()
