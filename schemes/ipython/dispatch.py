"""Decides which engine gets which jobs, and sends them in batches."""

from __future__ import annotations

import itertools
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from ...core.scheme import Ended, Place, Report
from ...core.worker.failures import Cause
from .choosing import Aim, aim, beside, host_named, is_plain, may_run, slot_of, why_nowhere
from .engines import Batch, batched
from .pace import BATCH
from .remote import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .carrying import Carrying
    from .engines import Engine
    from .filing import Filing
    from .jobs import Job, Parcels
    from .needs import Needs
    from .once import Copies
    from .pace import Pace
    from .values import Values

NOWHERE = Place("no engine")
LEAST = 0.002
"""Seconds of expected work that are not divided among engines: a message costs as much."""

SOON = 0.005
"""Seconds after which jobs that wait for an engine are looked at again while another one is idle."""


class Dispatch:
    """The jobs that no engine has yet, in order; apart those that not every engine can take, as others overtake them.

    ``send`` hands a batch to an engine.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that a job passes
        self,
        engines: Mapping[str, Engine],
        values: Values,
        pace: Pace,
        parcels: Parcels,
        carrying: Carrying,
        copies: Copies,
        needs: Needs,
        filing: Filing,
        session: str,
        report: Callable[[Report], None],
    ) -> None:
        self._engines, self._values, self._pace, self._parcels = engines, values, pace, parcels
        self._copies, self._needs, self._filing = copies, needs, filing
        self._carrying, self._session, self._report = carrying, session, report
        self._numbers = itertools.count(1)
        self._backlog: deque[Job] = deque()
        self._bound: list[Job] = []
        self._ready: list[Engine] = []
        self._looked_at: deque[Job] = deque()
        self._coming: set[Job] = set()
        self.send: Callable[[Engine, Batch, bytes], None] = lambda _engine, _batch, _payload: None

    def add(self, jobs: Iterable[Job]) -> None:
        """Take jobs."""
        self._backlog.extend(jobs)

    def put_back(self, jobs: Iterable[Job]) -> None:
        """Take jobs again, before all others."""
        self._backlog.extendleft(reversed(list(jobs)))

    def remove(self, task: str) -> list[Job]:
        """Forget the jobs of a task that are here, and return them."""
        found = [job for job in (*self._backlog, *self._bound) if job.task == task]
        if found:
            self._backlog = deque(job for job in self._backlog if job.task != task)
            self._bound = [job for job in self._bound if job.task != task]
            self._coming.difference_update(found)
        return found

    def drain(self) -> list[Job]:
        """Return all jobs and forget them."""
        jobs = [*self._bound, *self._backlog]
        self._bound.clear()
        self._backlog.clear()
        self._coming.clear()
        return jobs

    @property
    def waits(self) -> bool:
        """Whether there are jobs here that an engine could take."""
        return bool(self._backlog) or bool(self._bound)

    def due(self) -> float | None:
        """Return in how many seconds jobs that wait for one engine are to be looked at again; None if they are not."""
        waiting = any(job not in self._coming for job in self._bound)
        return SOON if waiting and any(one.ready and one.idle for one in self._engines.values()) else None

    # Who gets what

    def feed(self, now: float) -> None:
        """Send as many jobs as the engines should have."""
        ready = [engine for engine in self._engines.values() if engine.ready]
        if not ready:
            return
        if self._bound:
            self._feed_bound(ready, now)
        before = len(self._bound)
        self._ready = ready
        while self._backlog:
            job = self._backlog[0]
            if not self._goes_anywhere(job):
                self._set_apart(self._backlog.popleft(), now)
                continue
            engine = aim(job, ready, self._values, now).engine
            if engine is None:
                break
            room, most = engine.room(job, now), self._fair(ready, job, now)
            self._send(engine, batched(self._backlog, room, most, self._goes_anywhere), now)
        if len(self._bound) > before:
            self._feed_bound(ready, now)

    def _fair(self, ready: list[Engine], job: Job, now: float) -> int:
        """Return how many jobs an engine may have at once, so that something is left for the others."""
        takers = sum(1 for one in ready if one.room(job, now))
        return max(-(-len(self._backlog) // max(1, takers)), int(LEAST / job.expected))

    def _goes_anywhere(self, job: Job) -> bool:
        job.expected = self._pace.expected(job.kind)
        return is_plain(job, self._values) and self._needs.are_met(job, self._ready)

    def _set_apart(self, job: Job, now: float) -> None:
        if self._is_gone(job):
            return
        job.since = now
        self._bound.append(job)

    def _feed_bound(self, ready: list[Engine], now: float) -> None:
        going: dict[str, deque[Job]] = {}
        waiting: list[Job] = []
        self._looked_at, self._bound = deque(self._bound), []
        while self._looked_at:
            job = self._looked_at.popleft()
            if job in self._coming:
                waiting.append(job)
                continue
            job.expected = self._pace.expected(job.kind)
            if self._is_gone(job) or (found := self._aim(job, ready, now)) is None:
                continue
            if found.engine is None:
                waiting.append(job)
            elif found.missing or self._filing.lacking(found.engine, self._values.files_of(job.refs)):
                waiting.append(job)
                self._bring(job, found)
            elif found.engine.uuid in going or found.engine.room(job, now):
                going.setdefault(found.engine.uuid, deque()).append(job)
            else:
                waiting.append(job)
        self._bound = waiting
        for name, jobs in going.items():
            engine = self._engines[name]
            while jobs and (room := engine.room(jobs[0], now)):
                self._send(engine, batched(jobs, room, len(jobs), lambda _job: True), now)
            self._bound.extend(jobs)

    def _aim(self, job: Job, ready: list[Engine], now: float) -> Aim | None:
        """Return where a job is to go; None if it is none any more: it can go nowhere, or its copies go instead."""
        try:
            host = host_named(job, self._values)
        except ValueError as error:
            self._end(job, Ended(job.task, job.attempt, Cause("exception", str(error)), NOWHERE))
            return None
        allowed = [engine for engine in ready if may_run(job, engine, host)]
        able = [engine for engine in allowed if self._needs.met_by(job, engine)]
        if allowed and job.where is not None and job.where.once_on and job.copy < 0:
            self._looked_at.extendleft(reversed(self._copies.spread(job, allowed)))
            return None
        if not able and any(engine.uuid not in job.unfit for engine in allowed):
            # They have not said yet what they have.
            return Aim(None)
        if able:
            return aim(job, able, self._values, now)
        if all(engine.ready for engine in self._engines.values()):
            cause = Cause("insufficient resources", why_nowhere(job, host, list(self._engines.values())))
            self._end(job, Ended(job.task, job.attempt, cause, NOWHERE, refused=True))
            return None
        return Aim(None)

    def _bring(self, job: Job, found: Aim) -> None:
        assert found.engine is not None
        missing: set[Any] = set(found.missing)
        self._coming.add(job)
        if files := self._filing.lacking(found.engine, self._values.files_of(job.refs)):
            missing.add("files")
            self._filing.bring_to(found.engine, files, partial(self._brought, job, missing, "files"))
        for value in found.missing:
            self._carrying.bring(value, found.engine, partial(self._brought, job, missing, value))

    def _brought(self, job: Job, missing: set[Any], value: Any, cause: Cause | None) -> None:
        missing.discard(value)
        if job not in self._coming:
            return
        if cause is not None:
            self._coming.discard(job)
            self._bound.remove(job)
            self._end(job, Ended(job.task, job.attempt, cause, NOWHERE, lost=cause.kind == "lost contact"))
        elif not missing:
            self._coming.discard(job)

    def _is_gone(self, job: Job) -> bool:
        """End a job that reads what is gone; return whether it was one."""
        for value in job.refs:
            if not self._values.has(value):
                cause = Cause("lost contact", f"the output {value[1]!r} of {value[0]} that it reads is gone")
                self._end(job, Ended(job.task, job.attempt, cause, NOWHERE, lost=True))
                return True
        return False

    def _end(self, job: Job, ended: Ended) -> None:
        """Report the end of a job that does not come to an engine; that of a copy when all copies have ended."""
        found = ended if job.copy < 0 else self._copies.ended(job, ended)
        if found is not None:
            self._report(found)

    # On its way

    def _send(self, engine: Engine, jobs: list[Job], now: float) -> None:
        templates: dict[int, bytes] = {}
        sent: list[m.Job] = []
        for job in jobs:
            job.number, job.began = next(self._numbers), False
            needed = self._parcels.needed(job.kind, engine.sent)
            engine.sent.update(needed)
            templates.update(needed)
            sent.append((job.number, job.task, job.attempt, job.kind, job.arguments, self._slots(job, engine)))
        first = jobs[0]
        if first.n_procs > 1:
            for other in beside(first, engine, self._engines.values()):
                other.lent = first
        batch = Batch({job.number: job for job in jobs}, sum(job.expected for job in jobs), now)
        engine.batches.append(batch)
        long = batch.expected > BATCH or any(job.call.form.limited for job in jobs)
        self.send(engine, batch, m.dumps(m.Batch(self._session, templates, sent, long)))

    def _slots(self, job: Job, engine: Engine) -> m.Slots:
        slots = [slot_of(value, engine, self._values) for value in job.refs]
        job.bytes_in = 0
        for slot in slots:
            assert slot is not None, "it was brought there"
            if type(slot) is not int:
                job.bytes_in += len(slot) if isinstance(slot, bytes) else slot[1]  # type: ignore[index]
        if isinstance(job.arguments, tuple):
            return tuple(slots)  # type: ignore[arg-type]
        return dict(zip(job.refs, slots, strict=True))  # type: ignore[arg-type]
