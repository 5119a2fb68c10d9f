"""Finds workers that take more memory than they may."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import kin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOOK_SECONDS = 0.1
"""How often few workers are looked at; of many more seldom, so that looking never takes much time itself."""

FEW = 8
_KILOBYTE = 1024


class Appetite:
    """Looks at workers now and then, by their numbers and processes; ``limit`` in bytes is that of each, 0: none."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._next = 0.0

    def patience(self, workers: int) -> float | None:
        """Return after how many seconds to look again at the latest; None if never."""
        if not self._limit or not workers:
            return None
        return max(0.0, min(self._next - time.monotonic(), _pause(workers)))

    def too_large(self, workers: Mapping[int, int]) -> Iterator[tuple[int, int]]:
        """Yield the workers that take too much, with the bytes, if it is time to look."""
        now = time.monotonic()
        if not self._limit or now < self._next:
            return
        for number, process in workers.items():
            if (taken := memory_of(process, self._limit)) > self._limit:
                yield number, taken
        self._next = time.monotonic() + _pause(len(workers))


def _pause(workers: int) -> float:
    return LOOK_SECONDS * max(1.0, workers / FEW)


def memory_of(process: int, enough: int = 0) -> int:
    """Return the bytes of memory that a process and all it started have for themselves, swapped out or not.

    What they read from files, and memory that is shared by name, is not theirs alone. What forked processes still have
    in common is counted once if it would be more than ``enough``: to find that out takes longer.
    """
    family = list(_family(process))
    taken = sum(_sum(Path(f"/proc/{one}/status"), ("RssAnon:", "VmSwap:")) for one in family)
    if taken <= enough or len(family) == 1:
        return taken
    return sum(_sum(Path(f"/proc/{one}/smaps_rollup"), ("Pss_Anon:", "SwapPss:")) for one in family)


def _family(process: int) -> Iterator[int]:
    yield process
    for child in kin.children(process):
        yield from _family(child)


def _sum(file: Path, names: tuple[str, ...]) -> int:
    try:
        lines = file.read_text().splitlines()
    except OSError:
        # It is gone.
        return 0
    return sum(int(line.split()[1]) * _KILOBYTE for line in lines if line.startswith(names))
