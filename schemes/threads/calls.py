"""The calls that somebody waits for; each is answered once."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from ...core.scheme import Ended, Place, Stopped
from .hosted import HostedCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...core.scheme import Report
    from ...core.worker.call import Call
    from ...core.worker.failures import Cause
    from ..hosting.wire import Encoded
    from .suspects import Suspects

NO_HOST = Place("no thread host")


class Calls:
    """Calls by their tasks.

    ``refuse`` is called before the first call is left to other schemes, ``occupy`` before one is told as stopped.
    """

    def __init__(
        self,
        suspects: Suspects,
        report: Callable[[Report], None],
        refuse: Callable[[], None],
        occupy: Callable[[], None],
    ) -> None:
        self._suspects, self._report, self._refuse, self._occupy = suspects, report, refuse, occupy
        self._numbers = itertools.count(1)
        self._calls: dict[str, HostedCall] = {}

    def add(self, call: Call, encoded: Encoded) -> HostedCall:
        """Take a call."""
        found = self._calls[call.task] = HostedCall(
            call.task, call.attempt, encoded, next(self._numbers), cores=call.form.n_procs
        )
        return found

    def of(self, tasks: Iterable[str]) -> list[HostedCall]:
        """Return the calls of these tasks, as far as somebody waits for them."""
        return [self._calls[task] for task in tasks if task in self._calls]

    @property
    def all(self) -> list[HostedCall]:
        """All calls that somebody waits for."""
        return list(self._calls.values())

    def stopped(self, job: HostedCall) -> None:
        """Tell that nobody waits for a call any more."""
        if job.wanted:
            job.stopped = time.monotonic()
            self._forget(job)
            self._suspects.clear(job.task)
            self._occupy()
            self._report(Stopped(job.task, job.attempt))

    def ended(self, job: HostedCall, end: Ended) -> None:
        """Tell how a call has ended that its host has survived."""
        self._forget(job)
        self._suspects.clear(job.task)
        self._report(end)

    def lost(
        self, job: HostedCall, cause: Cause, place: Place = NO_HOST, *, shared: bool = False, peak: int = 0
    ) -> None:
        """Tell that a call was lost with its host; ``peak`` is the most memory that had."""
        if job.wanted:
            self._forget(job)
            self._report(Ended(job.task, job.attempt, cause, place, lost=True, peak_memory=peak, shared=shared))

    def refused(self, job: HostedCall, cause: Cause) -> None:
        """Leave a call that never began to other schemes."""
        if job.wanted:
            self._forget(job)
            self._refuse()
            self._report(Ended(job.task, job.attempt, cause, NO_HOST, refused=True))

    def fail(self, job: HostedCall, cause: Cause, *, refused: bool = False) -> None:
        """End a call that never began."""
        if refused:
            self.refused(job, cause)
        else:
            self.lost(job, cause)

    def _forget(self, job: HostedCall) -> None:
        if self._calls.get(job.task) is job:
            del self._calls[job.task]
