"""Gives calls to thread hosts, and settles what the hosts answer and what their ends leave open."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from ...core.scheme import Exported, Lost
from ...core.worker.failures import Cause
from ..hosting.announcing import Announcer
from ..hosting.channel import GarbledError
from ..hosting.deaths import UNREACHABLE
from . import messages as m
from .calls import Calls
from .depth import Depth
from .exports import Exports
from .fleet import GARBLED, Fleet
from .hearing import Hearing
from .occupancy import Occupancy
from .routing import Router
from .suspects import Suspects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from selectors import BaseSelector, SelectorKey

    from ...core.scheme import Report
    from ...core.worker.call import Call, ValueId
    from ..hosting.child import Setup
    from ..hosting.wire import Encoded, Encoder
    from .hosted import Hosted, HostedCall
    from .values import HostValues


class Dispatcher:
    """The calls and the hosts that have them. Not safe for several threads: its owner holds a lock.

    ``selector`` watches all sockets; pass what it finds to ``ready``.
    """

    def __init__(
        self,
        name: str,
        setup: Setup,
        values: HostValues,
        encoder: Encoder,
        threads: int,
        environment: Mapping[str, str],
        report: Callable[[Report], None],
    ) -> None:
        self._values, self._report = values, report
        self._announcer = Announcer(name, report)
        self._depth, self._suspects = Depth(), Suspects()
        self.fleet = Fleet(setup, threads, environment, report, self._buried)
        self._occupancy = Occupancy(name, self.fleet.hosts, report)
        # First it is known that there are no hosts here, then calls are left to other schemes; and first that cores are
        # still taken, then that a call is stopped.
        self._calls = Calls(self._suspects, report, self._announce, self._occupancy.tell)
        self.exports = Exports(values, self.fleet.hosts)
        self._router = Router(
            self.fleet, values, self.exports, self._suspects, self._depth, encoder, report, self._calls.fail
        )
        self._hearing = Hearing(
            self._calls, values, self.exports, report, self._depth.learn, self._router.route, self.fleet.dismiss
        )
        self._announce()

    def _announce(self) -> None:
        threads = self.fleet.threads if self.fleet.main is not None else 0
        self._announcer.tell(self._depth.slots(threads) if threads else 0, threads, self.fleet.hopeless)

    @property
    def selector(self) -> BaseSelector:
        """What watches all sockets."""
        return self.fleet.selector

    def patience(self) -> float | None:
        """Return after how many seconds to look after the hosts; None if that is not needed."""
        return self.fleet.patience()

    def nap(self) -> float:
        """Return 0: all that happens is taken in at once, since a host gathers what it tells."""
        return 0.0

    # What the executor asks

    def submit(self, calls: Iterable[tuple[Call, Encoded]]) -> None:
        """Take calls, and send them to where they can run."""
        self._router.route([self._calls.add(call, encoded) for call, encoded in calls])
        self._flush()

    def stop(self, tasks: Iterable[str]) -> None:
        """Let nobody wait for these calls any more; hosts that do not get rid of them are replaced in time.

        A call in a host that others run in too is stopped once the host has heard of it: what holds the host up so that
        it does not hear may be another call, and then all of them are lost with it, and tried apart.
        """
        now = time.monotonic()
        told: dict[int, list[int]] = {}
        for job in self._calls.of(tasks):
            host = job.host
            if host is None or job.number not in host.jobs:
                self._calls.stopped(job)
            elif not job.asked:
                job.asked = now
                host.stops[job.number] = job
                host.unheard.append(job)
                told.setdefault(host.number, []).append(job.number)
                if host.is_only_one(job):
                    self._calls.stopped(job)
        for number, numbers in told.items():
            host = self.fleet.hosts[number]
            host.tell_of(m.STOP, numbers)
            if host.alone:
                self.fleet.dismiss(host)

    def export(self, values: Iterable[ValueId]) -> None:
        """Have values handed over; each is reported."""
        for value in values:
            self.exports.want(value, lambda handed, value=value: self._report(Exported(value, handed)))  # type: ignore[misc]
        self.exports.flush()

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks; their hosts are told with what is sent next."""
        for number, releases in self._values.forget(tasks).items():
            if number in self.fleet.hosts:
                self.fleet.hosts[number].releases.extend(releases)

    def _flush(self) -> None:
        for host in self.fleet.hosts.values():
            if host.releases:
                releases, host.releases = host.releases, []
                host.tell_of(m.RELEASE, releases)

    # What happens

    def ready(self, events: list[tuple[SelectorKey, int]]) -> None:
        """Take what the selector found."""
        for key, _ in events:
            if key.data is None:
                self.fleet.notices()
            elif isinstance(key.data, tuple):
                host, speaks = key.data
                if host.number not in self.fleet.hosts:
                    continue
                if speaks:
                    host.flush()
                    self.fleet.brood.ready(host.number)
                    self._hear(host)
                else:
                    host.read_output()
        self.fleet.look_after()
        self._router.carry_on()
        self.exports.flush()
        self._flush()
        self.fleet.watch_room()
        self._occupancy.tell()
        self._announcer.live = self._announcer.live or any(host.pid for host in self.fleet.hosts.values())
        self._announce()

    def _hear(self, host: Hosted) -> None:
        try:
            for message in host.messages():
                self._hearing.heed(host, message)
        except GarbledError:
            self.fleet.sever(host, GARBLED)
        if host.retiring or host.alone:
            self._move_out(host)

    def _move_out(self, host: Hosted) -> None:
        """Go on with the end of a host: first it gives back calls, then nobody waits for any, then it hands over."""
        if host.wanted or host.dismissed or host.leaving:
            return
        if not host.retiring:
            self.fleet.retire(host)
        elif host.given_back:
            self.fleet.leave(host)

    # Ends

    def _buried(self, host: Hosted, cause: Cause) -> None:
        """Settle what a dead host had: calls that ran are lost and suspected, others go elsewhere."""
        self._hear_last(host)
        if lost := self._values.leave(host.number):
            self._report(Lost(lost))
        self.exports.lose(host.number)
        running, latest = set(host.board.running()), host.board.latest()
        # A host whose channel is closed may end only after the guilty call, which then cannot be told as ended.
        unsure = cause == UNREACHABLE
        jobs = [job for job in host.jobs.values() if job.wanted]
        blamed = [job for job in jobs if job.number in running or (unsure and job.number <= latest)]
        if not host.dismissed:
            self._suspects.suspect([job.task for job in blamed])
        back: list[HostedCall] = []
        for job in jobs:
            if job.number > latest and not job.asked:
                job.host = None
                back.append(job)
            else:
                shared = host.dismissed or blamed != [job]
                self._calls.lost(job, cause, host.place, shared=shared, peak=host.peak)
        host.jobs.clear()
        self._router.route(back)
        if self.fleet.main is None:
            self._router.give_up()

    def _hear_last(self, host: Hosted) -> None:
        # What it told before it ended counts, but it is asked for nothing more.
        with contextlib.suppress(GarbledError):
            for message in host.messages():
                if message != (m.LEFT,):
                    self._hearing.heed(host, message)
        host.last_output()

    def abandon(self, why: str) -> None:
        """End all calls, and those that are still to come: the scheme itself has failed."""
        cause = Cause("insufficient resources", why)
        hosts = self.fleet.abandon(why)
        self._announce()
        self._occupancy.tell()
        for host in hosts:
            running = set(host.board.running())
            if lost := self._values.leave(host.number):
                self._report(Lost(lost))
            self.exports.lose(host.number)
            for job in [job for job in host.jobs.values() if job.wanted]:
                self._calls.fail(job, cause, refused=job.number not in running)
            host.close()
        for job in self._calls.all:
            self._calls.refused(job, cause)
        self._router.give_up()
