"""How much memory this machine has, and how much of it is for the values of workers."""

from __future__ import annotations

import os
from pathlib import Path

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_SHARE = 4


def budget(workers: int) -> int:
    """Return how many bytes of values each worker may keep to itself: together a quarter of the memory."""
    return machine_memory() // _SHARE // max(1, workers)


def machine_memory() -> int:
    """Return the bytes of memory of this machine, or of the container we are in."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for file in _LIMITS:
        try:
            text = file.read_text().strip()
        except OSError:
            continue
        if text.isdecimal():
            found = min(found, int(text))
    return found
