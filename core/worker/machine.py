"""What this machine has for us: cores and memory, as far as the container that we are in may use them."""

from __future__ import annotations

import math
import os
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_OLD_MEMORY = _GROUPS / "memory" / "memory.limit_in_bytes"
_OLD_CORES = _GROUPS / "cpu"
_NO_LIMIT = math.inf


def cores() -> int:
    """Return how many cores this process may use; at least one."""
    present = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limits = [_quota(folder) for folder in own_groups()]
    return max(1, int(min([present, _old_quota(), *limits])))


def memory() -> int:
    """Return how many bytes of memory there are."""
    present = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [_number(folder / "memory.max") for folder in own_groups()]
    return int(min([present, _number(_OLD_MEMORY), *limits]))


def own_groups() -> list[Path]:
    """Return the folder of this process's control group and those above it; empty where there are none."""
    try:
        line = next(line for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return []
    own = _GROUPS / line[3:].lstrip("/")
    return [folder for folder in (own, *own.parents) if folder.is_relative_to(_GROUPS)]


def _quota(folder: Path) -> float:
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        return _NO_LIMIT if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        return _NO_LIMIT


def _old_quota() -> float:
    quota = _number(_OLD_CORES / "cpu.cfs_quota_us")
    # It is -1 where there is no limit, which is no number here.
    return quota / _number(_OLD_CORES / "cpu.cfs_period_us") if quota < _NO_LIMIT else _NO_LIMIT


def _number(file: Path) -> float:
    try:
        text = file.read_text().strip()
    except OSError:
        return _NO_LIMIT
    return float(text) if text.isdecimal() else _NO_LIMIT
