"""Threads that work beside the one that hears signals."""

from __future__ import annotations

import signal
import threading

_HEARD = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


class BackgroundThread(threading.Thread):
    """A thread that takes no signals meant for the process.

    Python handles signals in the main thread. If the system hands one to another thread, a main thread that waits is
    not woken, and Ctrl-C has no effect. Processes started here inherit that: they must undo it (``hear_signals``).
    """

    def start(self) -> None:
        """Start to work; the mask is inherited, so that there is no moment in which a signal could be taken."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear_signals() -> None:
    """Let this process be interrupted and ended by signals, from whatever thread it was started."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
