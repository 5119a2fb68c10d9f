"""Takes in what engines say of their jobs, live and at the end of each batch, and reports it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ...core.scheme import Began, Ended, Logged, Progressed, Report, Stopped
from ...core.worker.failures import Cause
from ..hosting.answers import result_of
from ..hosting.kin import leftover_line
from .dispatch import NOWHERE
from .remote import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .engines import Batch, Engine
    from .filing import Filing
    from .jobs import Job
    from .link import Link
    from .once import Copies
    from .pace import Pace
    from .values import Values

LATE_SECONDS = 10.0
"""Messages that have not come in this time after the reply of their batch are lost."""

MOST_TROUBLES = 3
"""How often a job may be sent again whose batch ended in an error of the engine."""

UNTOLD = 0.01
"""A job that took less, and was expected to, is not reported when it begins."""


class Answers:
    """Reports what batches tell.

    ``put_back`` takes jobs that were not executed, ``by_value`` makes one again that an engine could not import, and
    ``forget`` drops the values of tasks that nobody wants.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that an answer concerns
        self,
        values: Values,
        pace: Pace,
        link: Link,
        copies: Copies,
        filing: Filing,
        report: Callable[[Report], None],
        put_back: Callable[[Iterable[Job]], None],
        by_value: Callable[[Job, Cause], Job | None],
        forget: Callable[[list[str]], None],
    ) -> None:
        self._values, self._pace, self._link, self._copies = values, pace, link, copies
        self._filing = filing
        self._report, self._put_back, self._by_value, self._forget = report, put_back, by_value, forget
        self.released: Callable[[Job], None] = lambda _job: None

    def heard(self, engine: Engine, batch: Batch, packet: Any) -> None:
        """Take what an engine tells while it executes a batch."""
        _, messages = packet
        batch.heard += 1
        for message in messages:
            self._heed(engine, batch, message)
        self._close(engine, batch)

    def replied(self, engine: Engine, batch: Batch, ran: m.Ran) -> None:
        """Take the reply that ends a batch."""
        batch.told, batch.rest = ran.packets, list(ran.messages)
        self._close(engine, batch)

    def _close(self, engine: Engine, batch: Batch) -> None:
        """Let go of a batch once all was heard of it: the reply comes by another way than the messages before it."""
        if batch.told < 0 or batch.heard < batch.told or batch not in engine.batches:
            return
        rest, batch.rest = batch.rest, []
        for message in rest:
            self._heed(engine, batch, message)
        self.over(engine, batch)
        # What it did not answer it did not begin.
        self.not_begun(list(batch.jobs.values()))

    def given_up(self, engine: Engine, batch: Batch) -> None:
        """Let go of a batch whose last messages are lost."""
        if batch in engine.batches:
            cause = Cause("lost contact", f"what engine {engine.number} answered was lost on the way")
            self.over(engine, batch)
            for job in list(batch.jobs.values()):
                self.lost(job, engine, cause)

    def over(self, engine: Engine, batch: Batch) -> None:
        """Forget a batch; what runs now began when it ended."""
        engine.batches.remove(batch)
        self._link.forget(batch.request)
        if engine.batches:
            engine.batches[0].since = time.monotonic()

    def not_executed(self, engine: Engine, batch: Batch, why: Any) -> None:
        """Let go of a batch that ended in an error outside our code: what was not answered is executed again, alone."""
        self.over(engine, batch)
        jobs = list(batch.jobs.values())
        for job in jobs:
            job.alone, job.troubles = True, job.troubles + 1
            if job.troubles > MOST_TROUBLES and not job.stopping:
                self.lost(job, engine, Cause("lost contact", f"engine {engine.number} did not execute it: {why}"))
        self.not_begun([job for job in jobs if job.troubles <= MOST_TROUBLES or job.stopping])

    def not_begun(self, jobs: list[Job]) -> None:
        """Put jobs back that were not executed."""
        for job in jobs:
            self.released(job)
            if job.stopping:
                self.stopped(job)
        self._put_back([job for job in jobs if not job.stopping])

    def _heed(self, engine: Engine, batch: Batch, message: m.Message) -> None:
        job = batch.jobs.get(message[1])
        if job is None:
            return
        match message:
            case (m.BEGAN, _):
                self._begin(engine, job)
            case (m.PROGRESS, _, fraction, text):
                self._begin(engine, job)
                self._report(Progressed(job.task, fraction, text))
            case (m.LINES, _, lines):
                self._begin(engine, job)
                for line in lines:
                    self._report(Logged(job.task, line))
            case (m.ANSWER, number, outcome, *used):
                del batch.jobs[number]
                self._take(engine, job, outcome, *used)

    def _begin(self, engine: Engine, job: Job) -> None:
        job.began = True
        if not job.told:
            job.told = True
            if job.copy <= 0:
                self._report(Began(job.task, job.attempt, engine.place))

    def _take(
        self, engine: Engine, job: Job, outcome: Any, seconds: float, cpu: float, peak: int, leftovers: Iterable[str]
    ) -> None:
        self.released(job)
        self._pace.learn(job.kind, seconds)
        if max(seconds, job.expected) > UNTOLD:
            self._begin(engine, job)
        for command in leftovers:
            self._report(Logged(job.task, leftover_line(command)))
        size, result = 0, outcome
        if not isinstance(outcome, Cause):
            values, rest = outcome
            size = self._values.keep(self._copies.name(job), values, engine.uuid)
            result = result_of(rest)
            if result.files:
                self._values.note_files(self._copies.name(job), result.files)
        elif not job.stopping and (again := self._by_value(job, outcome)) is not None:
            self._put_back([again])
            return
        if job.stopping:
            self._forget([self._copies.name(job)])
            self.stopped(job)
            return
        lost = isinstance(result, Cause) and result.kind == "lost contact"
        ended = Ended(job.task, job.attempt, result, engine.place, lost, False, seconds, cpu, peak, job.bytes_in, size)
        if isinstance(result, Cause) or not result.files or engine.facts.shared:
            self._tell(job, ended)
            return

        def home(cause: Cause | None) -> None:
            self._tell(job, ended if cause is None else Ended(job.task, job.attempt, cause, engine.place, lost=True))

        self._filing.bring_home(engine, result.files, home)

    def lost(self, job: Job, engine: Engine, cause: Cause) -> None:
        """Report that a job went with its engine."""
        self.released(job)
        if job.stopping:
            self.stopped(job)
        else:
            self._tell(job, Ended(job.task, job.attempt, cause, engine.place, lost=True))

    def refused(self, job: Job, cause: Cause) -> None:
        """Report that no engine will have a job."""
        self._tell(job, Ended(job.task, job.attempt, cause, NOWHERE, refused=True))

    def stopped(self, job: Job) -> None:
        """Report that a job that was to be stopped is over."""
        self._tell(job, Stopped(job.task, job.attempt))

    def unwanted(self, job: Job) -> None:
        """Have what a job gives thrown away, when it comes."""
        job.task, job.copy, job.stopping, job.forsaken = f"{job.task}\0{job.number}", -1, True, True

    def _tell(self, job: Job, report: Ended | Stopped) -> None:
        if job.forsaken:
            return
        found = report if job.copy < 0 else self._copies.ended(job, report)
        if found is not None:
            self._report(found)
