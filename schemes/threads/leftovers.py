"""Ends the processes that calls leave behind in a thread host, though all calls share that."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from ..hosting import kin

if TYPE_CHECKING:
    from collections.abc import Callable

    from .board import RunningBoard

GRACE = 1.0
"""Seconds that a call which was told to stop has to end its processes by itself."""

PAUSE = 0.25
"""Seconds after which it is looked again whether a call that was told to stop has processes."""

_PATIENCE = 1.0
_HURRY = 0.2
"""Seconds that a killed process has to end: those of the first thread are short, since it has to answer its owner."""


class Leftovers:
    """Processes belong to the call whose thread has started them, and are ended with it.

    Those whose parents have ended (daemons) have become children of the host's first thread, and any call may have
    left them: they are ended as soon as no call runs, and laid to the last one. ``tell`` is called with the number of a
    call and the command of what it left.
    """

    def __init__(self, board: RunningBoard, tell: Callable[[int, str], None]) -> None:
        self._board, self._tell = board, tell
        self._lock = threading.Lock()
        self._doubtful = False

    def end(self, place: int, number: int, seconds: float) -> None:
        """Take note that the calling thread is done with a call that took so long; end what that left."""
        if (seconds > kin.QUICKEST or self._doubtful) and kin.has_children():
            # One at a time: else two that end together would both leave the rest to the other.
            with self._lock:
                ended = kin.end_families(kin.children_of(threading.get_native_id()), _PATIENCE)
                ended += self._end_rest([number], _PATIENCE)
                self._board.end(place, number)
            for command in ended:
                self._tell(number, command)
        else:
            self._board.end(place, number)

    def look_after(self) -> None:
        """End what is left if no call runs any more."""
        if self._doubtful and not self._board.running():
            with self._lock:
                self._end_rest([], _HURRY)

    def _end_rest(self, alone: list[int], seconds: float) -> list[str]:
        """End all children if nothing runs but these calls; return their commands."""
        ended: list[str] = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            # First what is there, and then who runs: what a call starts that begins meanwhile is not among it.
            found = kin.children()
            if self._board.running() != alone:
                self._doubtful = any(not kin.is_spared(child) for child in kin.children_of(os.getpid()))
                return ended
            more = kin.end_families(found, end - time.monotonic())
            if not more:
                break
            ended += more
        self._doubtful = False
        return ended


class Stopped:
    """Calls that were told to stop: processes that they have after a while are ended, and they can see how.

    ``thread_of`` returns the thread that runs a call, 0 if none does.
    """

    def __init__(self, thread_of: Callable[[int], int]) -> None:
        self._thread_of = thread_of
        self._due: dict[int, float] = {}

    def __bool__(self) -> bool:
        return bool(self._due)

    def add(self, number: int, now: float) -> None:
        """Take a call that was just told to stop."""
        if self._thread_of(number):
            self._due[number] = now + GRACE

    def look_after(self, now: float) -> None:
        """End the processes of calls that had time enough; what they start from then on, too."""
        for number, due in list(self._due.items()):
            if now < due:
                continue
            self._due[number] = now + PAUSE
            thread = self._thread_of(number)
            found = kin.children_of(thread) if thread else []
            # First what is there, and then who runs, as above.
            if self._thread_of(number) != thread or not thread:
                del self._due[number]
            elif found:
                kin.end_families(found, _HURRY, reap=False)
