"""Ends a run in order at the first Ctrl-C, hang-up or termination, and at once at the second."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING, NoReturn, Self

from ..core.worker.execute import execute
from .nudge import Nudge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

INTERRUPTED = 130
ALL_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Hears signals while it is entered; in another thread than the main one it hears none.

    ``cancel`` is set while a run goes on: it asks to end it, from anywhere. Before that the first signal raises
    KeyboardInterrupt. At the second a process that is Treadle's own ends at once, after ``clean``; in somebody else's,
    KeyboardInterrupt is raised.
    """

    def __init__(self, signals: Iterable[signal.Signals] = ALL_SIGNALS, *, own_process: bool = True) -> None:
        self._signals = tuple(signals)
        self._own_process = own_process
        self.cancel: Callable[[], None] | None = None
        self.clean: Callable[[], None] = lambda: None
        self._heard = 0
        self._nudge: Nudge | None = None
        self._before: dict[int, object] = {}

    def hold(self) -> None:
        """Take note of a first signal, and no more, until ``cancels``: while a run is prepared.

        An import that is interrupted may leave the lock of all imports taken, and whoever imports waits for ever.
        """
        self.cancel = lambda: None

    def cancels(self, cancel: Callable[[], None]) -> None:
        """Cancel a run at the first signal, also if that came already."""
        self.cancel = cancel
        if self.heard:
            cancel()

    @property
    def heard(self) -> bool:
        """Whether there was a signal."""
        return self._heard > 0

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in self._signals:
            # What the caller ignores (nohup, a shell's background) stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._hear)
        self._nudge = Nudge(self._before, lambda: self._heard)
        return self

    def __exit__(self, *reason: object) -> None:
        if self._nudge is not None:
            self._nudge.close()
            self._nudge = None
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]

    def _hear(self, _number: int, frame: FrameType | None) -> None:
        if self._heard and self._nudge is not None and self._nudge.echoes:
            return
        self._heard += 1
        if self._heard > 1 and self._own_process:
            self._end_at_once()
        if self._heard > 1 or self.cancel is None:
            raise KeyboardInterrupt
        self.cancel()
        # A module that runs in this thread is interrupted; the bookkeeping of the run is told instead.
        if runs_module(frame):
            raise KeyboardInterrupt

    def _end_at_once(self) -> NoReturn:
        try:
            with contextlib.suppress(Exception):
                self.clean()
            end_children()
            os.write(2, b"treadle: interrupted\n")
        finally:
            os._exit(INTERRUPTED)


def runs_module(frame: FrameType | None) -> bool:
    """Say whether a module runs in the thread that is at this frame."""
    while frame is not None and frame.f_code is not execute.__code__:
        frame = frame.f_back
    return frame is not None


def end_children() -> None:
    """Kill the processes that modules started in this one and left."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
            child.wait(2)
