"""New results of which the values come one by one; large ones are held open, for their run may remove them."""

from __future__ import annotations

import errno
import os
import resource
import threading
from typing import TYPE_CHECKING

from .entries import Held, Keeping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..scheme import Ended
    from ..worker.call import ValueId
    from ..worker.execute import Result
    from ..worker.handing import Handed
    from .entries import Key, ValuePlace

HELD_SHARE = 4
"""One in so many of the files that this process may open is for values that wait to be written."""


class Arrival:
    """A result that is to be kept under ``key``, with those of its values that have come."""

    def __init__(self, key: Key, result: Result, report: Ended, wanted: Iterable[ValuePlace], *, forced: bool) -> None:
        self.key = key
        self.task = report.task
        self.wanted = set(wanted)
        self.values: dict[ValuePlace, Handed | Held] = {}
        self.doubtful = False
        """Whether it may not be what its key stands for."""
        self._result = result
        self._seconds = report.seconds
        self._forced = forced

    def keeping(self) -> Keeping:
        """Return the result as the cache keeps it."""
        found = self._result
        return Keeping(
            self.values, found.items, found.flags, found.absent, found.previews, found.files, found.digests,
            self._seconds, self.task, self._forced,
        )  # fmt: skip


class Arriving:
    """The results of one run that have not come in full. Used by the executor's thread, ``let_go`` by any."""

    def __init__(self) -> None:
        self._arrivals: dict[str, Arrival] = {}
        self._held = 0
        self.most_held = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // HELD_SHARE
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._arrivals)

    @property
    def crowded(self) -> bool:
        """Whether no more files may be held open."""
        return self._held >= self.most_held

    def expect(self, arrival: Arrival) -> None:
        """Wait for the values of a result."""
        if (before := self._arrivals.pop(arrival.task, None)) is not None:
            # It was made again before all values of the first time had come.
            self.let_go(before)
        self._arrivals[arrival.task] = arrival

    def add(self, value: ValueId, handed: Handed | None) -> tuple[Arrival | None, bool]:
        """Take a value; None says that it cannot be had.

        Return the result that nothing more is to come of, if any, and whether all of it has come.
        """
        task, output, number = value
        place = (output, number)
        arrival = self._arrivals.get(task)
        if arrival is None or place not in arrival.wanted:
            return None, False
        try:
            if handed is None:
                raise FileNotFoundError(errno.ENOENT, "the value is gone")
            arrival.values[place] = handed if isinstance(handed, bytes) else self._hold(handed)
        except OSError:
            # It is gone already, or there are too many open files.
            del self._arrivals[task]
            self.let_go(arrival)
            return arrival, False
        arrival.wanted.discard(place)
        if arrival.wanted:
            return None, False
        del self._arrivals[task]
        return arrival, True

    def _hold(self, handed: tuple[str, int]) -> Held:
        if self.crowded:
            raise OSError(errno.EMFILE, "too many values wait to be written")
        held = Held(os.open(handed[0], os.O_RDONLY | os.O_CLOEXEC), handed[1])
        with self._lock:
            self._held += 1
        return held

    def let_go(self, arrival: Arrival) -> None:
        """Close what was held open."""
        for value in arrival.values.values():
            if isinstance(value, Held):
                os.close(value.descriptor)
                with self._lock:
                    self._held -= 1

    def close(self) -> None:
        """Let go of values that came without the others of their result."""
        while self._arrivals:
            self.let_go(self._arrivals.popitem()[1])
