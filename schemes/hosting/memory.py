"""How much of the memory of this machine is for the values of workers."""

from __future__ import annotations

from ...core.worker.machine import memory as machine_memory

__all__ = ["budget", "machine_memory"]

_SHARE = 4


def budget(workers: int, limit: int = 0) -> int:
    """Return how many bytes of values each worker may keep to itself: together a quarter of the memory.

    Of a ``limit`` to what a worker may take, other than 0, a quarter too.
    """
    share = machine_memory() // max(1, workers)
    return min(share, limit or share) // _SHARE
