"""Takes in all that happens to the workers of a scheme: in a thread of its own, or in that of who waits for them."""

from __future__ import annotations

import logging
import os
import selectors
import threading
import time
from typing import TYPE_CHECKING, Protocol

from ...core.background import BackgroundThread

if TYPE_CHECKING:
    from threading import RLock

_RELIEF = 1.0
"""Seconds within which the thread leaves the seat to who attends; else it goes on itself."""


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
    apart, and nothing waits while it holds the lock. Who waits for the scheme anyway may do the thread's work meanwhile
    (``attend``): to hand each answer from one thread to another costs more than a short call.
    """

    def __init__(self, scheme: str, watched: Watched, lock: RLock, wake: int) -> None:
        self._scheme, self._watched, self._lock, self._wake = scheme, watched, lock, wake
        self._closing = self._rests = self._waits = self._failed = False
        # Who looks after the workers has the seat meanwhile; the thread takes it only while nobody attends.
        self._seat, self._alone = threading.Lock(), threading.Event()
        self._alone.set()
        watched.selector.register(wake, selectors.EVENT_READ, "wake")
        self._thread = BackgroundThread(target=self._serve, name=f"treadle-{scheme}", daemon=True)
        self._thread.start()

    def stir(self, *, anyway: bool = False) -> None:
        """Have the workers looked after, if one waits for them without end, or ``anyway``: there is something now."""
        if (self._rests or anyway) and not self._closing:
            self._rests = False
            os.eventfd_write(self._wake, 1)

    def attend(self, seconds: float | None) -> bool:
        """Look after the workers in the calling thread, for up to so many seconds, until something has happened.

        The thread rests from then on until ``leave``. False, soon, if this cannot be: the scheme has failed, or
        is being closed.
        """
        if self._is_over():
            return False
        if self._alone.is_set():
            self._alone.clear()
            os.eventfd_write(self._wake, 1)
            # What was to stir who attends may have stirred the thread until now.
            seconds = 0.0
        if not self._seat.acquire(timeout=_RELIEF):
            return False
        try:
            self._take(seconds)
        except Exception as error:
            if self._waits:
                # A handler of signals raised it, in the thread that waits: no fault of the scheme.
                raise
            self._fail(error)
        finally:
            self._seat.release()
        return not self._is_over()

    def leave(self) -> None:
        """Let the thread look after the workers again, until somebody attends; may be called from any thread."""
        self._alone.set()

    def close(self, end: float) -> None:
        """End the thread, and let nobody attend any more; wait for that until ``end``, but half a second in any case.

        May be called from any thread.
        """
        self._closing = True
        self._alone.set()
        os.eventfd_write(self._wake, 1)
        self._thread.join(max(0.5, end - time.monotonic()))

    def _serve(self) -> None:
        while True:
            self._alone.wait()
            with self._seat:
                if self._is_over():
                    return
                # Somebody may have come to attend while it waited for the seat.
                if self._alone.is_set():
                    self._serve_once()

    def _serve_once(self) -> None:
        try:
            self._rest()
            self._take(None)
        except Exception as error:  # noqa: BLE001 - it is logged
            self._fail(error)

    def _is_over(self) -> bool:
        return self._closing or self._failed

    def _rest(self) -> None:
        """Let answers gather: to take in each one of a very short call by itself would cost more than the call."""
        with self._lock:
            shortest = self._watched.nap()
        if shortest:
            time.sleep(shortest)

    def _fail(self, error: Exception) -> None:
        logging.getLogger(__name__).error("the scheme %s has failed", self._scheme, exc_info=error)
        self._failed = True
        with self._lock:
            self._watched.abandon(f"a bug in Treadle, please report it: {type(error).__name__}: {error}")

    def _take(self, seconds: float | None) -> None:
        """Wait until something happens, but only so long, and take it in."""
        watched, self._waits = self._watched, False
        with self._lock:
            longest = watched.patience()
            self._rests = longest is None
        if longest is None or (seconds is not None and seconds < longest):
            longest = seconds
        self._waits = True
        events = watched.selector.select(longest)
        self._waits = False
        with self._lock:
            self._rests = False
            for key, _ in events:
                if key.data == "wake":
                    os.eventfd_read(self._wake)
            watched.ready(events)
