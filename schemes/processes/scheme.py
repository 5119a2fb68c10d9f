"""The processes scheme: calls run in worker processes of our own pool."""

from __future__ import annotations

import logging
import os
import secrets
import selectors
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.scheme import Ended, Exported, Report
from ...core.worker.failures import Cause
from ...core.worker.handing import NotPicklableError
from ..hosting.child import Setup
from ..hosting.nursery import search_path_of_owner
from ..hosting.wire import Encoder
from .member import Job
from .patience import nap, patience
from .pool import NOWHERE, Pool
from .values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ...core.worker.call import Call, ValueId
    from ...core.worker.handing import Handed

_SERVE = "treadle.schemes.processes.worker:serve"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder in it


class ProcessesScheme:
    """Executes calls in worker processes that can be killed at any moment without harm to one another.

    ``files`` is the folder where files that modules return are kept, ``search_path`` where modules are
    looked for besides where this process does; ``workers`` how many there are, by default one per core;
    after ``renew_after`` calls a worker is replaced by a fresh one.

    All that happens in the workers is taken in by one thread; ``submit`` sends at once, without a detour
    through it. A lock keeps the two apart, and nothing waits while it holds the lock.
    """

    name = "processes"
    runs_here = False

    def __init__(
        self,
        files: Path,
        search_path: Sequence[Path] = (),
        workers: int | None = None,
        renew_after: int | None = None,
    ) -> None:
        self._files, self._search_path = files, search_path
        self._workers = workers or _cores()
        self._renew_after = renew_after
        self._lock = threading.RLock()
        self._encoder = Encoder()
        self._values = Values()
        self._asked: list[Callable[[Pool], None]] = []
        self._closing = False
        self._rests = False
        self._pool: Pool | None = None
        self._report: Callable[[Report], None] = lambda _report: None

    def open(self, report: Callable[[Report], None]) -> None:
        """Start the workers and announce how many calls they take."""
        self._report = report
        self._disk = Path(tempfile.mkdtemp(prefix="treadle-pool-"))
        home = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else self._disk
        self._memory = Path(tempfile.mkdtemp(prefix="treadle-", dir=home))
        path = (*search_path_of_owner(), *map(str, self._search_path))
        mark = b"\0" + secrets.token_bytes(12).replace(b"\0", b"\1")
        setup = Setup(str(self._memory), str(self._disk), str(self._files), path, mark, _SERVE)
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._pool = Pool(
            self.name, setup, self._values, self._encoder.templates, self._workers, report, self._renew_after
        )
        self._pool.selector.register(self._wake, selectors.EVENT_READ, "wake")
        self._thread = threading.Thread(target=self._watch, args=(self._pool,), name="treadle-processes", daemon=True)
        self._thread.start()

    def submit(self, calls: Sequence[Call]) -> None:
        """Send the calls to workers."""
        jobs = []
        for call in calls:
            try:
                jobs.append(Job(call.task, call.attempt, self._encoder.encode(call)))
            except NotPicklableError as error:
                cause = Cause("not picklable", str(error))
                self._report(Ended(call.task, call.attempt, cause, NOWHERE, refused=True))
        with self._lock:
            if self._pool is not None:
                for job in jobs:
                    job.home = self._values.home(job.encoded.refs)
                self._pool.submit(jobs)
                if self._rests:
                    # It waits without end: from now on there is something to look after.
                    self._rests = False
                    self._wake_up()

    def stop(self, tasks: Iterable[str]) -> None:
        """End these calls: a worker that executes one of them is killed and replaced."""
        for task in tasks:
            self._ask(lambda pool, task=task: pool.stop(task))  # type: ignore[misc]

    def export(self, values: Iterable[ValueId]) -> None:
        """Tell how these values can be read; they are where every process can reach them."""
        for value in values:
            try:
                with self._lock:
                    handed: Handed | Cause = self._values.handed(value)
            except KeyError:
                handed = Cause("lost contact", f"the output {value[1]!r} of {value[0]} is gone")
            self._report(Exported(value, handed))

    def fetch(self, value: ValueId, deadline: float) -> Any:  # noqa: ARG002 - every value can be had at once
        """Return a value made here; KeyError if there is none."""
        with self._lock:
            return self._values.load(value)

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks, here and in the workers."""
        with self._lock:
            if self._pool is not None:
                self._pool.forget(list(tasks))

    def close(self, deadline: float) -> None:
        """End all workers and all they started; remove what they kept. May be called twice."""
        end = time.monotonic() + max(deadline, 1.0)
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        self._closing = True
        self._wake_up()
        self._thread.join(max(0.5, end - time.monotonic()))
        with self._lock:
            pool.close(max(0.5, end - time.monotonic()))
            self._values.clear()
        os.close(self._wake)
        for folder in (self._memory, self._disk):
            shutil.rmtree(folder, ignore_errors=True)

    # The thread

    def _ask(self, what: Callable[[Pool], None]) -> None:
        with self._lock:
            self._asked.append(what)
            if self._pool is not None:
                self._wake_up()

    def _wake_up(self) -> None:
        os.eventfd_write(self._wake, 1)

    def _watch(self, pool: Pool) -> None:
        """Take in all that happens until the scheme is closed."""
        try:
            while not self._closing:
                self._take(pool)
        except Exception as error:
            logging.getLogger(__name__).exception("the pool of worker processes has failed")
            with self._lock:
                pool.abandon(f"a bug in Treadle, please report it: {type(error).__name__}: {error}")

    def _take(self, pool: Pool) -> None:
        with self._lock:
            longest, shortest = patience(pool.members), nap(pool.members)
            self._rests = longest is None
        if shortest:
            # To take in each answer of a very short call by itself would cost more than the call.
            time.sleep(shortest)
        events = pool.selector.select(longest)
        with self._lock:
            for key, _ in events:
                if key.data == "wake":
                    os.eventfd_read(self._wake)
            asked, self._asked = self._asked, []
            for what in asked:
                what(pool)
            pool.ready(events)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
