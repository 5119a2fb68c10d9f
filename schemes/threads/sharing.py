"""Shares the cores of a thread host: numeric libraries have one limit for all calls that run there."""

from __future__ import annotations

import os
import threading

from ...core.worker.limits import LIMIT_THREADS, ThreadLimits


class SharedCores:
    """How many threads numeric libraries may use in this process: as many as the call with the most cores has.

    While no call with more cores than that runs, it is what the environment says when this is made. To be told of a
    call costs about a millisecond; any thread may do so, at its own begin and end.
    """

    def __init__(self) -> None:
        self._limits = ThreadLimits(os.environ.__setitem__)
        value = os.environ.get(LIMIT_THREADS[0], "")
        self.each = int(value) if value.isdecimal() else 1
        self._more: dict[int, int] = {}
        self._lock = threading.Lock()

    def begin(self, place: int, cores: int) -> None:
        """Take note that the thread at this place begins a call that has more cores than ``each``."""
        with self._lock:
            self._more[place] = cores
            self._limits.share(max(self._more.values()), cores)

    def end(self, place: int) -> None:
        """Take note that the thread at this place is done with its call. Costs nothing unless that had more cores."""
        if place in self._more:
            with self._lock:
                del self._more[place]
                self._limits.share(max(self._more.values(), default=self.each), self.each)
