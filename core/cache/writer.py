"""Writes what is to be kept: in one thread, in batches, never in the way of a run."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

from ..background import BackgroundThread
from ..worker.handing import INLINE, size_of
from .entries import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .entries import Keeping, Key
    from .notes import Parts

BATCH = 256
STORE_RATE = 300e6
"""Bytes a second that are stored; what is computed faster is not worth its room."""

QUEUE_BYTES = 256 << 20
"""How much may wait to be written; what comes when more does is not kept."""

Notes = dict[tuple[str, str], "Parts"]
Job = tuple[str, Any, Any, Any]


class Writer:
    """Takes orders from any thread; ``write`` carries out a batch of them in the writer's own.

    ``write`` gets the results to keep, the keys of entries that were used, and the notes of nodes by pipeline and node.
    An exception from it ends the writing: ``warn`` is told once, and what comes later is let go.
    """

    def __init__(
        self,
        write: Callable[[list[tuple[Key, Keeping]], set[Key], Notes], None],
        warn: Callable[[str], None],
        where: str,
    ) -> None:
        self._write = write
        self._warn = warn
        self._where = where
        self._queue: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._waiting_bytes = 0
        self._abandoned = False
        self.failed = False

    def keep(self, key: Key, keeping: Keeping, done: Callable[[], None]) -> None:
        """Order a result to be kept. ``done`` is called, in some thread, when its values are not needed any more."""
        weight = sum(len(handed) for handed in keeping.values.values() if isinstance(handed, bytes))
        crowded = self._waiting_bytes > QUEUE_BYTES and not keeping.forced
        wanted = not (self.failed or crowded) and is_worth_it(keeping)
        if not wanted or not self._order(("keep", key, keeping, (done, weight)), weight):
            done()

    def used(self, keys: Iterable[Key]) -> None:
        """Order that entries count as used just now."""
        keys = tuple(keys)
        if keys and not self.failed:
            self._order(("used", keys, None, None))

    def note(self, pipeline: str, parts: Mapping[str, Parts]) -> None:
        """Order that the parts of the keys of nodes are remembered."""
        if not self.failed:
            self._order(("note", {(pipeline, node): one for node, one in parts.items()}, None, None))

    def give_up(self, why: str) -> None:
        """Write nothing more; that is told once."""
        with self._lock:
            before, self.failed = self.failed, True
        if not before:
            self._warn(f"{self._where}: results cannot be kept ({why}); the run goes on without")

    def flush(self, deadline: float) -> bool:
        """Wait until all that was ordered so far is done; say whether it is, after ``deadline`` seconds at most."""
        if self._thread is None:
            return True
        reached = threading.Event()
        return not self._order(("flush", reached, None, None)) or reached.wait(deadline)

    def close(self, deadline: float) -> bool:
        """Do what was ordered, and end; after ``deadline`` seconds the rest is let go. Say whether all was done."""
        finished = self.flush(deadline)
        with self._lock:
            thread, self._thread = self._thread, None
            self._abandoned = True
        if thread is not None:
            self._queue.put(("end", None, None, None))
            thread.join(1.0)
        return finished

    def _order(self, job: Job, weight: int = 0) -> bool:
        """Have something done; False if it is too late for that. What is not behind the end in the queue is done."""
        with self._lock:
            if self._abandoned:
                return False
            if self._thread is None:
                self._thread = BackgroundThread(target=self._serve, name="treadle-cache", daemon=True)
                self._thread.start()
            self._waiting_bytes += weight
            self._queue.put(job)
        return True

    # In the writer's thread

    def _serve(self) -> None:
        while True:
            batch = self._batch()
            keeps = [job for job in batch if job[0] == "keep"]
            used = {key for kind, keys, _, _ in batch if kind == "used" for key in keys}
            notes = {place: one for kind, some, _, _ in batch if kind == "note" for place, one in some.items()}
            try:
                self._carry_out([(key, keeping) for _, key, keeping, _ in keeps], used, notes)
            finally:
                self._tell_done(batch)
            if any(kind == "end" for kind, *_ in batch):
                return

    def _tell_done(self, batch: list[Job]) -> None:
        """Tell all who wait for a batch, those first whose values are held open for it."""
        for kind, _, _, order in batch:
            if kind == "keep":
                done, weight = order
                with self._lock:
                    self._waiting_bytes -= weight
                done()
        for kind, reached, _, _ in batch:
            if kind == "flush":
                reached.set()

    def _batch(self) -> list[Job]:
        batch = [self._queue.get()]
        while len(batch) < BATCH:
            try:
                batch.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return batch

    def _carry_out(self, keeps: list[tuple[Key, Keeping]], used: set[Key], notes: Notes) -> None:
        if self.failed or self._abandoned or not (keeps or used or notes):
            return
        try:
            self._write(keeps, used, notes)
        except Exception as error:
            # Whatever it is, a run goes on without its cache.
            if not isinstance(error, OSError | sqlite3.Error):
                logging.getLogger(__name__).exception("what was to be kept cannot be written")
            # That an entry was used is no great loss: the next result to be kept tells what is wrong.
            if keeps:
                self.give_up(told(error))


def is_worth_it(keeping: Keeping) -> bool:
    """Say whether a result took longer to compute than it takes to store; small ones always did."""
    if keeping.forced:
        return True
    sizes = [value.size if isinstance(value, Held) else size_of(value) for value in keeping.values.values()]
    large = sum(size for size in sizes if size > INLINE)
    return large == 0 or keeping.seconds >= large / STORE_RATE


def told(error: Exception) -> str:
    """Return in a few words what went wrong."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
