"""One thread beside a run that does what takes time, in order."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

from ..background import BackgroundThread

if TYPE_CHECKING:
    from collections.abc import Callable

_AT_A_TIME = 1024


class Clerk:
    """Does what it is asked from any thread, one after the other, in a thread of its own.

    ``begin`` is called before what has come is done, ``between`` whenever that is done: it returns in how many
    seconds it is to be called again at the latest, None if not before something else has come. A job that raises ends
    no other: it is logged.
    """

    def __init__(self, name: str, begin: Callable[[], None], between: Callable[[], float | None]) -> None:
        self._name = name
        self._begin = begin
        self._between = between
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._at_work = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, job: Callable[[], None]) -> None:
        """Have a job done; it is not, if the clerk was closed."""
        if self._thread is None:
            self._start()
        self._queue.put(job)

    def do_now(self, job: Callable[[], bool]) -> bool:
        """Do a job in the calling thread and return what it does; False at once if the clerk has something to do."""
        if not self._queue.empty() or not self._at_work.acquire(blocking=False):
            return False
        try:
            return job()
        finally:
            self._at_work.release()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = BackgroundThread(target=self._serve, name=self._name, daemon=True)
                self._thread.start()

    def flush(self, deadline: float) -> bool:
        """Wait until all is done that was asked so far; say whether it is, after ``deadline`` seconds at most."""
        if self._thread is None or self._closed:
            return True
        reached = threading.Event()
        self._queue.put(reached.set)
        return reached.wait(deadline)

    def close(self, deadline: float) -> bool:
        """End when all is done that was asked; say whether that was within ``deadline`` seconds."""
        with self._lock:
            thread, self._closed = self._thread, True
        if thread is None:
            return True
        self._queue.put(None)
        thread.join(deadline)
        return not thread.is_alive()

    # In its thread

    def _serve(self) -> None:
        pause: float | None = None
        while True:
            batch = self._batch(pause)
            with self._at_work:
                self._do(self._begin)
                for job in batch:
                    if job is None:
                        return
                    self._do(job)
                pause = self._next_pause()

    def _next_pause(self) -> float | None:
        try:
            return self._between()
        except Exception:
            logging.getLogger(__name__).exception("something went wrong beside a run")
            return 1.0

    @staticmethod
    def _do(job: Callable[[], None]) -> None:
        try:
            job()
        except Exception:
            logging.getLogger(__name__).exception("something went wrong beside a run")

    def _batch(self, pause: float | None) -> list[Callable[[], None] | None]:
        batch: list[Callable[[], None] | None] = []
        try:
            batch.append(self._queue.get(timeout=pause))
            while len(batch) < _AT_A_TIME and not self._queue.empty():
                batch.append(self._queue.get_nowait())
        except queue.Empty:
            pass
        return batch
