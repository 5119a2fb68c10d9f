"""One array of 500 MB that eight tasks read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import shapes
from . import array_chain
from .scenario import Bench, Figure, timed

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS = array_chain.PEERS
TITLES = {"readers": "500 MB read by 8 tasks, s"}
TARGETS = {"readers": 0.9}
DEADLINE = 240.0


def measure(bench: Bench) -> Iterator[Figure]:
    peer = bench.make()
    peer.start()
    peer.values(peer.run(peer.prepare(shapes.readers(1))))
    peer.forget()
    megabytes = bench.of(500, 50)
    done = timed(peer, shapes.readers(megabytes))
    if done.values != {f"r{number}": megabytes * 125_000.0 + number for number in range(8)}:
        raise RuntimeError(f"wrong results: {done.values}")
    yield Figure("readers", done.seconds, parts=done.parts)
    peer.stop()
