"""The thread in which a scheme takes in all that happens to its workers."""

from __future__ import annotations

import logging
import os
import selectors
import time
from typing import TYPE_CHECKING, Protocol

from ...core.background import BackgroundThread

if TYPE_CHECKING:
    from threading import RLock


class Watched(Protocol):
    """What is looked after; all but ``selector`` is used while the lock is held."""

    @property
    def selector(self) -> selectors.BaseSelector:
        """What finds out that something has happened."""

    def patience(self) -> float | None:
        """Return after how many seconds to look after it though nothing has happened; None if that is not needed."""

    def nap(self) -> float:
        """Return for how many seconds nothing needs to be taken in, whatever happens."""

    def ready(self, events: list[tuple[selectors.SelectorKey, int]]) -> None:
        """Take what the selector found."""

    def abandon(self, why: str) -> None:
        """End all calls, and those that are still to come: the scheme itself has failed."""


class Watch:
    """Looks after the workers of a scheme until it is closed; ``wake`` is an event that the thread looks up at.

    The scheme acts at once, in the threads of those who ask, without a detour through this one; ``lock`` keeps them
    apart, and nothing waits while it holds the lock.
    """

    def __init__(self, scheme: str, watched: Watched, lock: RLock, wake: int) -> None:
        self._scheme, self._watched, self._lock, self._wake = scheme, watched, lock, wake
        self._closing = self._rests = False
        watched.selector.register(wake, selectors.EVENT_READ, "wake")
        self._thread = BackgroundThread(target=self._serve, name=f"treadle-{scheme}", daemon=True)
        self._thread.start()

    def stir(self, *, anyway: bool = False) -> None:
        """Have the thread look up if it waits without end, or ``anyway``: there is something to be looked after now."""
        if self._rests or anyway:
            self._rests = False
            os.eventfd_write(self._wake, 1)

    def close(self, end: float) -> None:
        """End the thread; wait for it until ``end``, but half a second in any case."""
        self._closing = True
        os.eventfd_write(self._wake, 1)
        self._thread.join(max(0.5, end - time.monotonic()))

    def _serve(self) -> None:
        try:
            while not self._closing:
                self._take()
        except Exception as error:
            logging.getLogger(__name__).exception("the scheme %s has failed", self._scheme)
            with self._lock:
                self._watched.abandon(f"a bug in Treadle, please report it: {type(error).__name__}: {error}")

    def _take(self) -> None:
        watched = self._watched
        with self._lock:
            longest, shortest = watched.patience(), watched.nap()
            self._rests = longest is None
        if shortest:
            # To take in each answer of a very short call by itself would cost more than the call.
            time.sleep(shortest)
        events = watched.selector.select(longest)
        with self._lock:
            self._rests = False
            for key, _ in events:
                if key.data == "wake":
                    os.eventfd_read(self._wake)
            watched.ready(events)
