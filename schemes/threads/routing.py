"""Decides which thread host executes a call, and brings it there with what it reads."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from ...core.scheme import Began, Lost
from ...core.worker.failures import Cause
from .exports import gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...core.scheme import Report
    from ...core.worker.call import ValueId
    from ...core.worker.handing import Handed
    from ..hosting.wire import Encoder
    from .depth import Depth
    from .exports import Exports
    from .fleet import Fleet
    from .hosted import Hosted, HostedCall
    from .suspects import Suspects
    from .values import HostValues

    class Fail(Protocol):
        """Takes a call that cannot begin."""

        def __call__(self, job: HostedCall, cause: Cause, *, refused: bool = False) -> None:
            """Take it."""

    Readings = dict[ValueId, Handed]
    Sendings = dict[int, list[tuple[HostedCall, Readings | None]]]


class Router:
    """Brings calls to the main host, and those of suspects to hosts of their own.

    A call that reads a value which lives in another host waits until that has been handed over. ``fail`` is told of
    calls that cannot begin, and why, and whether other schemes may take them.
    """

    def __init__(
        self,
        fleet: Fleet,
        values: HostValues,
        exports: Exports,
        suspects: Suspects,
        depth: Depth,
        encoder: Encoder,
        report: Callable[[Report], None],
        fail: Fail,
    ) -> None:
        self._fleet, self._values, self._exports, self._suspects = fleet, values, exports, suspects
        self._depth, self._encoder, self._report, self._fail = depth, encoder, report, fail
        self._waiting: dict[int, tuple[HostedCall, set[ValueId]]] = {}
        self._held: deque[HostedCall] = deque()
        self._only = 0

    def route(self, jobs: Iterable[HostedCall]) -> None:
        """Take calls, and send them to where they can run as soon as they can."""
        sendings: Sendings = {}
        for job in jobs:
            self._place(job, sendings)
        self._send(sendings)
        self._exports.flush()

    def carry_on(self) -> None:
        """Send what waited for a host to be free."""
        self._try_suspects()
        self._try_bound()

    def give_up(self) -> None:
        """End all calls that wait: there is no host and will be none."""
        waiting = [job for job, _ in self._waiting.values()]
        self._waiting.clear()
        waiting += [*self._held, *self._suspects.drain()]
        self._held.clear()
        for job in waiting:
            self._refuse(job)

    def _refuse(self, job: HostedCall) -> None:
        why, words = self._fleet.hopeless, self._fleet.brood.last_words
        self._fail(job, Cause("insufficient resources", why, traceback=words), refused=True)

    # Where to

    def _place(self, job: HostedCall, sendings: Sendings) -> None:
        main = self._fleet.main
        if main is None:
            self._refuse(job)
        elif self._only or self._suspects.bound:
            self._held.append(job)
        elif job.encoded.refs or job.task in self._suspects:
            self._place_with_readings(job, main, sendings)
        else:
            sendings.setdefault(main.number, []).append((job, None))

    def _place_with_readings(self, job: HostedCall, main: Hosted, sendings: Sendings) -> None:
        suspect = job.task in self._suspects
        readings, missing = {}, set()
        for value in job.encoded.refs:
            try:
                if suspect or self._values.home(value[0]) != main.number:
                    found = self._values.handed(value)
                    if found is None:
                        missing.add(value)
                    else:
                        readings[value] = found
            except (KeyError, OSError):
                self._fail(job, gone(value))
                return
        if missing:
            self._wait(job, missing)
        elif suspect:
            self._suspects.add(job, readings)
            self._try_suspects()
        else:
            sendings.setdefault(main.number, []).append((job, readings or None))

    def _send(self, sendings: Sendings) -> None:
        for number, jobs in sendings.items():
            host = self._fleet.hosts[number]
            free = max(0, host.threads - len(host.jobs))
            for job, _ in jobs:
                job.short = self._depth.short(job.encoded.template)
            for job, error in host.send(jobs, self._encoder):
                why = f"there is no room to send the call to a thread host: {error}"
                self._fail(job, Cause("insufficient resources", why), refused=True)
            for job, _ in jobs[:free] if host.pid else ():
                if not job.short and job.host is host:
                    job.told = True
                    self._report(Began(job.task, job.attempt, host.place))

    # What they read

    def _wait(self, job: HostedCall, missing: set[ValueId]) -> None:
        self._waiting[job.number] = job, missing
        for value in list(missing):
            self._exports.want(value, lambda handed, value=value: self._came(job, value, handed))  # type: ignore[misc]

    def _came(self, job: HostedCall, value: ValueId, handed: Handed | Cause) -> None:
        """Take note that a call can have a value that it waited for, or why it cannot."""
        waiting = self._waiting.get(job.number)
        if waiting is None:
            return
        waiting[1].discard(value)
        if isinstance(handed, Cause) or not waiting[1] or not job.wanted:
            del self._waiting[job.number]
        if isinstance(handed, Cause):
            self._cannot_have(job, value, handed)
        elif not waiting[1] and job.wanted:
            self.route([job])

    def _cannot_have(self, job: HostedCall, value: ValueId, why: Cause) -> None:
        if why.kind != "lost contact":
            main = self._fleet.main
            if main is not None and self._values.home(value[0]) == main.number:
                self._suspects.bind(job)
                self._try_bound()
                return
            # It cannot leave a host that is being replaced: it is as good as lost.
            self._values.forget([value[0]])
            self._report(Lost((value[0],)))
        self._fail(job, gone(value))

    # Suspects

    def _try_suspects(self) -> None:
        while self._fleet.main is not None and self._fleet.alone < self._fleet.threads:
            found = self._suspects.next()
            if found is None:
                return
            try:
                host = self._fleet.fork(1)
            except OSError as error:
                self._fail(found[0], Cause("insufficient resources", f"no thread host can be started: {error}"))
                continue
            host.alone = True
            self._send({host.number: [found]})

    def _try_bound(self) -> None:
        """Let a call have the main host for itself, as soon as nothing else runs there; then let the others on."""
        main = self._fleet.main
        if main is None or self._only in main.jobs:
            return
        self._only = 0
        if self._suspects.bound:
            if not main.jobs and (job := self._suspects.next_bound()) is not None:
                self._only = job.number
                self._send_bound(job, main)
        elif self._held:
            held, self._held = self._held, deque()
            self.route(job for job in held if job.wanted)

    def _send_bound(self, job: HostedCall, main: Hosted) -> None:
        try:
            elsewhere = [value for value in job.encoded.refs if self._values.home(value[0]) != main.number]
            readings = {value: found for value in elsewhere if (found := self._values.handed(value)) is not None}
        except (KeyError, OSError):
            self._fail(job, gone(job.encoded.refs[0]))
        else:
            self._send({main.number: [(job, readings or None)]})
