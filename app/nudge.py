"""Sees to it that a signal is heard though the main thread was just about to wait."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

from ..core.background import BackgroundThread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

SOON = 0.1
ECHO = 0.5


class Nudge:
    """Sends the main thread a signal again that it has not taken note of.

    Python notes a signal, and calls its handler when the main thread is next at work. If that was between its last
    look and a system call that waits, it is when the call returns: in ten minutes, perhaps. But the number of the
    signal is also written to a descriptor, at once, and who reads that can interrupt the call.

    ``heard`` says how many of these ``signals`` the handler has taken note of. Where somebody else reads the
    descriptor, as an event loop does, nothing is done.
    """

    def __init__(self, signals: Collection[int], heard: Callable[[], int]) -> None:
        self._signals = frozenset(signals)
        self._heard = heard
        self._main = threading.get_ident()
        self._echo_until = 0.0
        self._ours, self._theirs = socket.socketpair()
        self._theirs.setblocking(False)
        before = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._used = before == -1
        if not self._used:
            signal.set_wakeup_fd(before)
        self._thread = BackgroundThread(target=self._serve, name="treadle-signals", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        seen = 0
        while data := self._ours.recv(64):
            for number in filter(self._signals.__contains__, data):
                seen += 1
                end = time.monotonic() + SOON
                while self._heard() < seen and time.monotonic() < end:
                    time.sleep(SOON / 20)
                if self._heard() < seen:
                    self._echo_until = time.monotonic() + ECHO
                    signal.pthread_kill(self._main, number)
                seen = max(seen, self._heard())

    @property
    def echoes(self) -> bool:
        """Whether a signal that is heard again now may be one that was sent again, just too late."""
        return time.monotonic() < self._echo_until

    def close(self) -> None:
        """Let go of the descriptor."""
        if self._used:
            signal.set_wakeup_fd(-1)
        with contextlib.suppress(OSError):
            self._theirs.shutdown(socket.SHUT_RDWR)
        self._thread.join(1.0)
        self._ours.close()
        self._theirs.close()
