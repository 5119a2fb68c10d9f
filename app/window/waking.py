"""Hears SIGINT, SIGTERM and SIGHUP while Qt waits: Python notes them on a descriptor that Qt watches."""

from __future__ import annotations

import contextlib
import signal
import socket

from PyQt6.QtCore import QObject, QSocketNotifier, pyqtSignal

HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals(QObject):
    """``heard`` tells the number of a signal, in the window's thread. What the caller ignores stays ignored."""

    heard = pyqtSignal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._fd_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._before = {
            number: signal.signal(number, lambda _number, _frame: None)
            for number in HEARD
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)  # type: ignore[call-overload]
        self._notifier.activated.connect(self._woken)

    def close(self) -> None:
        """Hear no more."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._fd_before)
        for number, before in self._before.items():
            signal.signal(number, before)
        self._read.close()
        self._write.close()

    def _woken(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for number in self._read.recv(4096):
                if number in self._before:
                    self.heard.emit(number)
