"""The process that a run belongs to, and whether it still lives."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass
from functools import cache

CLOCK_SECONDS = 3.0
"""By how much the start of one process may be told differently, as the machine's clock is set right."""

SILENT_SECONDS = 60.0
"""A run on another machine that has not been heard of for so long is taken to be over."""


@dataclass(frozen=True)
class Owner:
    """A process: its machine, its number there, and when it started, in seconds since 1970."""

    host: str
    pid: int
    started: float

    @property
    def here(self) -> bool:
        """Whether it is, or was, on this machine."""
        return self.host == host()

    def lives(self, heard: float) -> bool:
        """Say whether the process still is; of another machine's we know only when it was ``heard`` of last."""
        if not self.here:
            return time.time() - heard < SILENT_SECONDS
        import psutil

        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < CLOCK_SECONDS
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.AccessDenied:
            return True
        except psutil.Error:
            return False


@cache
def host() -> str:
    """Return the name of this machine."""
    return platform.node() or "localhost"


def this_process() -> Owner:
    """Return the process that asks."""
    import psutil

    pid = os.getpid()
    return Owner(host(), pid, psutil.Process(pid).create_time())
