"""What a run may be told, and what the machine has to give."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.run.scheduler import OnError


@dataclass(frozen=True)
class Options:
    """The same for the command line, Python and the window.

    ``n_procs`` cores and ``memory_gb`` are what the run may use, by default what the machine has. ``until``
    names the nodes to run to. ``keep_all`` keeps the results of every node, not only of the last ones.
    ``cache`` is a folder, or whether to use the user's own. With ``resume`` what the last run of the same pipeline has
    finished is not done again, not even by modules whose results are not kept otherwise.
    """

    scheme: str = "auto"
    n_procs: int | None = None
    memory_gb: float | None = None
    on_error: OnError = "continue"
    order: str = "critical-path"
    retries: int = 0
    until: tuple[str, ...] = ()
    keep_all: bool = True
    cache: bool | Path = True
    resume: bool = False


def resources_of(options: Options) -> tuple[int, float]:
    """Return the cores and the GB of memory that a run may use: what it was told, or what the machine has."""
    return (
        cores() if options.n_procs is None else options.n_procs,
        memory_gb() if options.memory_gb is None else options.memory_gb,
    )


def cores() -> int:
    """Return the cores this process may use; a container's limit counts."""
    present = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min(present, _cpu_limit())))


def memory_gb() -> float:
    """Return 90 % of the machine's memory, in GB; a container's limit counts."""
    import psutil

    return min(float(psutil.virtual_memory().total), _memory_limit()) * 0.9 / 1e9


_GROUPS = Path("/sys/fs/cgroup")
_NO_LIMIT = float("inf")


def _cpu_limit() -> float:
    """Return how many cores the control groups of this process allow."""
    return min((_quota(folder) for folder in _own_groups()), default=_NO_LIMIT)


def _quota(folder: Path) -> float:
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        return _NO_LIMIT if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        return _NO_LIMIT


def _memory_limit() -> float:
    return min((_bytes(folder) for folder in _own_groups()), default=_NO_LIMIT)


def _bytes(folder: Path) -> float:
    try:
        text = (folder / "memory.max").read_text().strip()
        return _NO_LIMIT if text == "max" else float(text)
    except (OSError, ValueError):
        return _NO_LIMIT


def _own_groups() -> list[Path]:
    """Return the folder of this process's control group and those above it; empty where there are none."""
    try:
        line = next(line for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return []
    own = _GROUPS / line[3:].lstrip("/")
    return [folder for folder in (own, *own.parents) if folder.is_relative_to(_GROUPS)]
