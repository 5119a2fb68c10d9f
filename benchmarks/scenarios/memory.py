"""How much memory the process that schedules needs for each task."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

from .. import shapes
from .scenario import Bench, Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS = ("treadle", "treadle mapped", "futures", "loky", "pebble", "dask distributed")
TITLES = {"memory": "Memory of the scheduling process at 100,000 tasks, bytes a task"}
TARGETS = {"memory": 2_000.0}
DEADLINE = 240.0


def measure(bench: Bench) -> Iterator[Figure]:
    peer = bench.make()
    peer.start()
    peer.values(peer.run(peer.prepare(shapes.flat(1_000))))
    peer.forget()
    usual = bench.of(100_000, 10_000)
    count = min(usual, peer.most)
    prepared = peer.prepare(shapes.flat(count))
    gc.collect()
    # The highest mark is set back to what is used now.
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    ran = peer.run(prepared)
    after = _status("VmHWM")
    del ran
    yield Figure("memory", (after - before) / count, f"at {count:,} tasks" if count < usual else "")
    peer.stop()


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status does not tell {field}")
