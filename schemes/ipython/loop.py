"""The one thread with an event loop to which every cluster of ipyparallel in this process belongs."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from ...core.background import BackgroundThread
from ...core.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")
_SLICE_SECONDS = 0.2
_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def the_loop() -> asyncio.AbstractEventLoop:
    """Return the loop, which runs until this process ends: the library tells of ends of processes through it."""
    global _loop  # noqa: PLW0603 - one for the process
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            BackgroundThread(target=_loop.run_forever, name="treadle clusters", daemon=True).start()
        return _loop


def on_loop(work: Coroutine[Any, Any, T], seconds: float, what: str, check: Callable[[], None] = lambda: None) -> T:
    """Have the loop do something, and return what it gives; ClusterError if it takes longer than ``seconds``.

    ``check`` is called again and again meanwhile: what it raises gives it up.
    """
    return _wait(asyncio.run_coroutine_threadsafe(work, the_loop()), seconds, what, check)


def within(seconds: float, what: str, call: Callable[[], T], check: Callable[[], None] = lambda: None) -> T:
    """Return what a call of the library gives that may block for ever; ClusterError if it does for ``seconds``.

    The thread that waits in it is then left behind, as it is if ``check`` raises, which is called meanwhile.
    """
    return _wait(beside(what, call), seconds, what, check)


def beside(what: str, call: Callable[[], T]) -> concurrent.futures.Future[T]:
    """Have a thread of its own make a call that may block for ever, and return what will hold what it gives."""
    future: concurrent.futures.Future[T] = concurrent.futures.Future()
    # What comes too late is then taken, and heard by nobody.
    future.set_running_or_notify_cancel()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            future.set_exception(error)

    BackgroundThread(target=work, name=f"treadle {what}", daemon=True).start()
    return future


def _wait(future: concurrent.futures.Future[T], seconds: float, what: str, check: Callable[[], None]) -> T:
    """Wait in short slices: a signal that another thread took is heard between two of them."""
    end = time.monotonic() + seconds
    while not future.done():
        try:
            check()
        except BaseException:
            future.cancel()
            raise
        left = end - time.monotonic()
        if left <= 0:
            future.cancel()
            raise ClusterError(f"{what} took longer than {seconds:g} s", remedy="Give it more time")
        concurrent.futures.wait([future], min(_SLICE_SECONDS, left))
    return future.result()
