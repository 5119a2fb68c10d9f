"""Keeps Ctrl-C back while what a run has made is let go of."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
import weakref
from typing import TYPE_CHECKING, Self

from ..core.background import BackgroundThread

if TYPE_CHECKING:
    from types import FrameType

LATEST = 1.0
"""Seconds after which it is handed on wherever the main thread is."""

_PAUSE = 0.001


class Postponed:
    """While it is entered, the first Ctrl-C is only noted; it comes when the finalizer that this is used in has ended.

    What a finalizer raises is lost, and what it had not done yet would be left undone. A second Ctrl-C is not kept
    back. A program that handles the signal in its own way, and threads that hear none, are not concerned.
    """

    def __init__(self) -> None:
        self._concerned = False
        self._noted = 0

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._note)
            self._concerned = True
        return self

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._noted += 1
        if self._noted > 1:
            raise KeyboardInterrupt

    def __exit__(self, *reason: object) -> None:
        if self._concerned:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._noted == 1:
            # When the interpreter itself ends there is nobody left to be interrupted, and no thread begins any more.
            with contextlib.suppress(RuntimeError):
                thread = BackgroundThread(
                    target=_hand_on, args=(threading.get_ident(),), name="treadle-signals", daemon=True
                )
                thread.start()


def _hand_on(thread: int) -> None:
    end = time.monotonic() + LATEST
    while _in_finalizer(sys._current_frames().get(thread)) and time.monotonic() < end:
        time.sleep(_PAUSE)
    signal.pthread_kill(thread, signal.SIGINT)


def _in_finalizer(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code is not weakref.finalize.__call__.__code__:
        frame = frame.f_back
    return frame is not None
