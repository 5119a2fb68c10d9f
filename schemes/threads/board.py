"""Tells which calls run in a thread host, in memory that its owner reads whatever the host does."""

from __future__ import annotations

import mmap
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CELL = 8


class RunningBoard:
    """One place per thread: the number of the call that it began last, and whether that still runs.

    The thread writes, the owner reads; both have the same memory, which outlives the host. Writing costs much less
    than a message, so that even the shortest call can be told to have begun, and no death leaves a doubt about which
    calls ran.
    """

    def __init__(self, path: Path, places: int) -> None:
        """Open the board in this file, and make it if it is not there."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(descriptor, places * _CELL)
            self._memory = mmap.mmap(descriptor, places * _CELL)
        finally:
            os.close(descriptor)
        self._cells = memoryview(self._memory).cast("Q")
        self.places = places

    def begin(self, place: int, number: int) -> None:
        """Tell that a thread begins a call."""
        self._cells[place] = number << 1 | 1

    def end(self, place: int, number: int) -> None:
        """Tell that a thread is done with a call."""
        self._cells[place] = number << 1

    def running(self) -> list[int]:
        """Return the numbers of the calls that run now."""
        return [cell >> 1 for cell in self._cells if cell & 1]

    def latest(self) -> int:
        """Return the highest number of a call that has begun; 0 if none has. Calls begin in their order."""
        return max(self._cells) >> 1

    def close(self) -> None:
        """Let go of the memory."""
        self._cells.release()
        self._memory.close()
