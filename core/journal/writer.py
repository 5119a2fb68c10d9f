"""Keeps the journal of one run: what is heard is written in batches by a thread of its own."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from ..background import BackgroundThread
from ..run.records import RunEnded, RunEvent, TaskChanged, TaskLogged, TaskProgress, TaskRecord
from ..run.states import TaskState
from .lines import WaitingLines
from .packing import Copied, copied
from .store import Ended, Heard, Store
from .tables import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from .facts import RunFacts

FLUSH_SECONDS = 0.25
ALIVE_SECONDS = 2.0
MAX_WAITING = 500_000
"""A disk that is so many steps of tasks behind will not catch up."""

INTERRUPTED = "interrupted"

_WAITING, _DISPATCHED, _RUNNING = TaskState.WAITING, TaskState.DISPATCHED, TaskState.RUNNING
_OPEN = frozenset({_DISPATCHED, _RUNNING})
_T = TypeVar("_T")


class Journal:
    """The journal of a run, to be told of all that happens by ``hear``, in the executor's thread.

    It never raises and never makes a run wait; ``facts`` may be a function that finds them, called in the journal's
    own thread. When the disk refuses, it says so once to ``warn``, with the path, in that thread, and keeps nothing
    more. ``socket`` is where the run can be asked to stop, if anywhere. ``seconds`` is how long the run took, from here
    to its end, once that was told.
    """

    def __init__(
        self,
        folder: Path,
        run_id: str,
        facts: RunFacts | Callable[[], RunFacts],
        warn: Callable[[str], None] = lambda _text: None,
        socket: str = "",
    ) -> None:
        self.id = run_id
        self.path = folder / f"{run_id}{SUFFIX}"
        self._warn = warn
        self._made: deque[TaskRecord] = deque()
        self._heard: deque[Copied] = deque(maxlen=MAX_WAITING)
        self._open: dict[str, TaskRecord] = {}
        self._seen: dict[tuple[str, int], TaskState | None] = {}
        self._progress: dict[str, TaskProgress] = {}
        self._lines = WaitingLines()
        self._began = self._written = time.monotonic()
        self.seconds = 0.0
        self._failed = self._over = False
        self._ended: Ended | None = None
        self._warnings: tuple[str, ...] = ()
        self._wake, self._closing, self._complete = threading.Event(), threading.Event(), threading.Event()
        self._store: Store | None = None
        self._thread = BackgroundThread(target=self._work, args=(facts, socket), name="treadle-journal", daemon=True)
        self._thread.start()

    # The executor's thread

    def hear(self, event: RunEvent) -> None:
        """Take note of an event; all that takes time is left to the other thread."""
        if self._failed:
            return
        if type(event) is TaskChanged:
            record = event.record
            state = record.state
            if state is _RUNNING or state is _DISPATCHED:
                self._open[record.id] = record
            elif state is _WAITING:
                # Who a task is does not change: the record itself can wait.
                self._made.append(record)
            else:
                self._heard.append(copied(record))
                self._open.pop(record.id, None)
        elif isinstance(event, TaskLogged):
            self._lines.add(event.task, event.line)
        elif isinstance(event, TaskProgress):
            self._progress[event.task] = event
        elif isinstance(event, RunEnded):
            self._end(event.state.value)

    def _end(self, state: str) -> None:
        self._over = True
        self.seconds = time.monotonic() - self._began
        self._ended = Ended(state, time.time(), self.seconds)
        self._wake.set()

    def end(self, deadline: float = 10.0, warnings: Sequence[str] = ()) -> bool:
        """Write what is left, and the warnings of the run; say whether all is written, in ``deadline`` seconds.

        A run that has not told of its end is kept as interrupted. What SQLite keeps beside the file may still be there:
        to wait for the disk, until that is one plain file, is the work of ``close``.
        """
        if not self._closing.is_set():
            self._warnings = tuple(warnings)
            if not self._over:
                self._end(INTERRUPTED)
            self._closing.set()
            self._wake.set()
        return self._complete.wait(deadline) and not self._failed

    def close(self, deadline: float = 10.0, warnings: Sequence[str] = ()) -> bool:
        """End, and wait until the thread is done with the file; say whether it is, and all is written."""
        until = time.monotonic() + deadline
        complete = self.end(deadline, warnings)
        self._thread.join(max(0.0, until - time.monotonic()))
        return complete and not self._thread.is_alive() and not self._failed

    # The journal's thread

    def _work(self, facts: RunFacts | Callable[[], RunFacts], socket: str) -> None:
        try:
            found = facts() if callable(facts) else facts
            store = self._store = Store(self.path, self.id, found, socket)
            del facts, found
            closing = False
            while not closing:
                # After the end there is nothing more to come but the order to close.
                self._wake.wait(None if self._over and self._ended is None else FLUSH_SECONDS)
                self._wake.clear()
                closing = self._closing.is_set()
                self._flush(store)
            store.note(self._warnings)
            self._complete.set()
            store.finish()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on, and somebody hears of it
            self._give_up(error)
        finally:
            self._complete.set()

    def _flush(self, store: Store) -> None:
        if len(self._heard) == MAX_WAITING:
            raise OSError(f"the disk is too slow: {MAX_WAITING:,} steps of tasks wait to be written")
        ended, self._ended = self._ended, None
        # What was made comes last: so none of the others is about a task that is not among those.
        standings, lines = [*_drained(self._heard), *self._lasting()], self._lines.take()
        progress, self._progress = self._progress, {}
        heard = Heard(_drained(self._made), standings, tuple(progress.values()), lines, ended)
        if heard or (not self._over and time.monotonic() - self._written > ALIVE_SECONDS):
            store.write(heard)
            self._written = time.monotonic()

    def _lasting(self) -> list[Copied]:
        """Return how those tasks stand that run for longer than from one write to the next."""
        seen: dict[tuple[str, int], TaskState | None] = {}
        found: list[Copied] = []
        for record in list(self._open.values()):
            key, state = (record.id, record.attempts), record.state
            if key not in self._seen:
                seen[key] = None
                continue
            seen[key] = state
            if state is not self._seen[key] and state in _OPEN:
                found.append(copied(record))
        self._seen = seen
        return found

    def _give_up(self, error: Exception) -> None:
        self._failed = True
        for held in (self._made, self._heard, self._open, self._progress):
            held.clear()
        self._lines.take()
        if self._store is not None:
            self._store.close()
        why = getattr(error, "strerror", None) or error
        with contextlib.suppress(Exception):
            self._warn(f"{self.path}: the journal of this run cannot be kept: {why}. The run goes on without it")


def _drained(queue: deque[_T]) -> list[_T]:
    """Return what is in a queue now, while another thread may add to it."""
    return [queue.popleft() for _ in range(len(queue))]
