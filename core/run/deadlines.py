"""What is to happen at some moment, unless something else happens before."""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


class Deadlines:
    """Moments by name, in seconds of ``clock``. What is due is called for, in order, by ``due``."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, Hashable]] = []
        self._set: dict[Hashable, tuple[int, Callable[[], None]]] = {}
        self._numbers = itertools.count()

    def set(self, name: Hashable, seconds: float, action: Callable[[], None]) -> None:
        """Have ``action`` done in so many seconds; what was set by this name before is not."""
        number = next(self._numbers)
        self._set[name] = number, action
        heapq.heappush(self._heap, (self._clock() + seconds, number, name))

    def clear(self, name: Hashable) -> None:
        """Let nothing happen by this name."""
        self._set.pop(name, None)

    def remaining(self) -> float | None:
        """Return the seconds until the next moment, 0 if it has come; None if there is none."""
        while self._heap:
            when, number, name = self._heap[0]
            if self._set.get(name, (-1,))[0] == number:
                return max(0.0, when - self._clock())
            heapq.heappop(self._heap)
        return None

    def due(self, by: float | None = None) -> None:
        """Do what is due, or only what was ``by`` that moment of the clock."""
        while self.remaining() is not None and self._heap[0][0] <= (self._clock() if by is None else by):
            _, _, name = heapq.heappop(self._heap)
            self._set.pop(name)[1]()
