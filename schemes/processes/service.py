"""The second thread of a worker: writes and frees values for others while a call runs."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
from typing import TYPE_CHECKING, Any

from ...core.background import BackgroundThread
from ..hosting import channel as ch
from ..hosting.keeping import Keeping

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from ...core.worker.handing import Handed

WRITE, FORGET, WRITTEN = range(3)
"""What the owner asks: to write a value, to forget values; and what it is told: that one was written, or why not."""


class Service:
    """Answers what the owner asks of the values of a worker, through a channel of its own.

    The thread starts when there is a first value to be asked for: most workers never need it.
    """

    def __init__(self, channel: socket.socket, memory: Path, disk: Path, budget: int) -> None:
        self._channel = channel
        self._pid = os.getpid()
        self.keeping = Keeping(memory, disk, budget, self._tell, self._start)

    def _start(self) -> None:
        # A module may fork: the child has no such thread, and must not take the owner's words from the worker.
        if os.getpid() == self._pid:
            BackgroundThread(target=self._serve, name="treadle-values", daemon=True).start()

    def _serve(self) -> None:
        # What a signal is to interrupt is the module.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        inbox = ch.Inbox(self._channel)
        with contextlib.suppress(OSError):
            while (message := inbox.next()) is not None:
                self._heed(message)

    def _heed(self, message: tuple[Any, ...]) -> None:
        match message:
            case (0, key):
                self.keeping.write(key)
            case (1, keys, paths):
                self.keeping.forget(keys, paths)

    def _tell(self, key: int, handed: Handed | None, why: str) -> None:
        with contextlib.suppress(OSError):
            self._channel.send(pickle.dumps((WRITTEN, key, handed, why), 5))
