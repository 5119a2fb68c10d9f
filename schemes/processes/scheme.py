"""The processes scheme: calls run in worker processes of our own pool."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from ...core.scheme import Ended, Report
from ...core.worker.failures import Cause
from ...core.worker.handing import NotPicklableError
from ...core.worker.machine import cores
from ..hosting import memory
from ..hosting.parts import loaded
from ..hosting.premises import Premises
from ..hosting.watch import Watch
from .dispatch import NOWHERE
from .parcels import Parcels
from .pool import Pool
from .shelf import Shelf
from .values import Kept, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ...core.worker.call import Call, ValueId
    from ...core.worker.handing import Handed

_SERVE = "treadle.schemes.processes.worker:serve"
_FILES = 10
"""How many files are open for each worker, at most."""


class ProcessesScheme:
    """Executes calls in worker processes that can be killed at any moment without harm to one another.

    ``files`` is the folder where files that modules return are kept, ``spare`` where those are that find no room there,
    ``search_path`` where modules are looked for besides where this process does; ``workers`` how many there are, by
    default one per core; after ``renew_after`` calls a worker is replaced by a fresh one. A worker keeps up to
    ``memory_budget`` bytes of large values to itself, by default all workers together a quarter of the memory. A worker
    whose processes together take more than ``memory_limit`` bytes is ended with its call; 0 is no limit.

    All that happens in the workers is taken in by a ``Watch``: in its thread, or in that of who waits for them.
    """

    name = "processes"
    runs_here = False

    def __init__(
        self,
        files: Path,
        search_path: Sequence[Path] = (),
        workers: int | None = None,
        renew_after: int | None = None,
        memory_budget: int | None = None,
        memory_limit: int = 0,
        spare: Path | None = None,
    ) -> None:
        self._files, self._search_path, self._spare = files, search_path, spare
        self._workers = workers or cores()
        self._renew_after = renew_after
        self._budget = memory.budget(self._workers, memory_limit) if memory_budget is None else memory_budget
        self._limit = memory_limit
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._parcels = Parcels()
        self._values = Values()
        self._pool: Pool | None = None
        self._report: Callable[[Report], None] = lambda _report: None

    def open(self, report: Callable[[Report], None]) -> None:
        """Start the workers; how many calls they take is announced when there is one. OSError if there can be none."""
        self._report = report
        premises = self._premises = Premises(self.name, self._workers * _FILES)
        try:
            setup = premises.setup(self._files, self._search_path, _SERVE, self._budget, self._limit, self._spare)
            publish = Shelf(self._parcels.encoder, setup.overflow).publish
            pool = Pool(self.name, setup, self._values, publish, self._workers, report, self._renew_after)
        except BaseException:
            premises.close()
            raise
        pool.vault.changed = self._changed.notify_all
        self._pool = pool
        self.watch = Watch(self.name, pool, self._lock, premises.wake)

    def submit(self, calls: Sequence[Call]) -> None:
        """Send the calls to workers."""
        jobs = []
        for call in calls:
            try:
                jobs.append(self._parcels.job(call))
            except NotPicklableError as error:
                cause = Cause("not picklable", str(error))
                self._report(Ended(call.task, call.attempt, cause, NOWHERE, refused=True))
        with self._lock:
            if self._pool is not None:
                self._pool.submit(jobs)
                self.watch.stir()

    def stop(self, tasks: Iterable[str]) -> None:
        """End these calls: their modules are told, then interrupted, then killed with their workers."""
        with self._lock:
            # It is carried out later, and then there may be another attempt.
            latest = self._pool.latest if self._pool is not None else 0
        for task in tasks:
            self._ask(lambda pool, task=task: pool.stop(task, latest))  # type: ignore[misc]

    def export(self, values: Iterable[ValueId]) -> None:
        """Make values readable for other processes; each is answered by Exported."""
        with self._lock:
            if self._pool is not None:
                for value in values:
                    self._pool.vault.export(value)

    def fetch(self, value: ValueId, deadline: float) -> Any:
        """Return a value made here; KeyError if there is none, TimeoutError after ``deadline`` seconds."""
        parts, handed = self._handed(value, deadline)
        # Without the lock: what is unpickled is foreign, and may take its time.
        return loaded(handed, value, parts)

    def _handed(self, value: ValueId, deadline: float) -> tuple[list[ValueId], list[Handed]]:
        """Return the parts of a value and how they can be read, once all of them can."""
        with self._lock:
            end = time.monotonic() + deadline
            while True:
                parts = self._values.parts(value)
                kept = [part for part, where in parts if type(where) is Kept]
                if not kept:
                    return [part for part, _ in parts], [where for _, where in parts]  # type: ignore[misc]
                self._ask_for(kept)
                # Who attends may be busy elsewhere, or be this very thread.
                self.watch.leave()
                if not self._changed.wait(min(end - time.monotonic(), threading.TIMEOUT_MAX)):
                    raise TimeoutError(f"the worker that keeps {value[1]!r} of {value[0]} has not handed it on in time")

    def _ask_for(self, kept: Iterable[ValueId]) -> None:
        if self._pool is None:
            raise KeyError("the workers have ended")
        for value in kept:
            if why := self._pool.vault.want(value):
                raise OSError(f"there is no room to hand on {value[1]!r} of {value[0]}: {why}")

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks, here and in the workers."""
        with self._lock:
            if self._pool is not None:
                self._pool.release(list(tasks))

    def close(self, deadline: float) -> None:
        """End all workers and all they started; remove what they kept. May be called twice."""
        end = time.monotonic() + max(deadline, 1.0)
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        self.watch.close(end)
        with self._lock:
            pool.close(max(0.5, end - time.monotonic()))
            self._values.clear()
            self._changed.notify_all()
        self._premises.close()

    def _ask(self, what: Callable[[Pool], None]) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.later(what)
                self.watch.stir(anyway=True)
