"""Gives calls to thread hosts, and settles what the hosts answer and what their ends leave open."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...core.scheme import Began, Capacity, Ended, Exported, Logged, Lost, Place, Progressed, Stopped
from ...core.worker.execute import Result
from ...core.worker.failures import Cause
from ..hosting.channel import GarbledError
from . import messages as m
from .attempt import LONG
from .depth import Depth
from .exports import Exports
from .fleet import CLOSED, GARBLED, Fleet
from .hosted import Job
from .routing import Router
from .suspects import Suspects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from selectors import SelectorKey

    from ...core.scheme import Report
    from ...core.worker.call import Call, ValueId
    from ..hosting.child import Setup
    from ..hosting.wire import Encoded
    from .hosted import Hosted
    from .values import Values

NO_HOST = Place("no thread host")


class Dispatcher:
    """The calls and the hosts that have them. Not safe for several threads: its owner holds a lock.

    ``fleet.selector`` watches all sockets; pass what it finds to ``ready``.
    """

    def __init__(
        self,
        name: str,
        setup: Setup,
        values: Values,
        templates: list[bytes],
        threads: int,
        environment: Mapping[str, str],
        report: Callable[[Report], None],
    ) -> None:
        self._name, self._values, self._report = name, values, report
        self._numbers = itertools.count(1)
        self._jobs: dict[str, Job] = {}
        self._depth, self._suspects = Depth(), Suspects()
        self._announced = -1
        self._live = False
        self.fleet = Fleet(setup, threads, environment, report, self._buried)
        self.exports = Exports(values, self.fleet.hosts)
        self._router = Router(
            self.fleet, values, self.exports, self._suspects, self._depth, templates, report, self._fail
        )
        self._announce()

    def _announce(self) -> None:
        threads = self.fleet.threads
        slots = self._depth.slots(threads) if self.fleet.main is not None else 0
        before = self._announced
        if slots == before or (slots and not self._live):
            return
        if not slots or before <= 0 or not 2 / 3 < slots / before < 3 / 2:
            self._announced = slots
            self._report(Capacity(self._name, slots, threads if slots else 0, "" if slots else self.fleet.hopeless))

    # What the executor asks

    def submit(self, calls: Iterable[tuple[Call, Encoded]]) -> None:
        """Take calls, and send them to where they can run."""
        jobs: list[Job] = []
        for call, encoded in calls:
            job = self._jobs[call.task] = Job(call.task, call.attempt, encoded, next(self._numbers))
            jobs.append(job)
        self._router.route(jobs)
        self._flush()

    def stop(self, tasks: Iterable[str]) -> None:
        """Let nobody wait for these calls any more; hosts that do not get rid of them are replaced in time.

        A call in a host that others run in too is stopped once the host has heard of it: what holds the host up so that
        it does not hear may be another call, and then all of them are lost with it, and tried apart.
        """
        now = time.monotonic()
        told: dict[int, list[int]] = {}
        for job in [self._jobs[task] for task in tasks if task in self._jobs]:
            host = job.host
            if host is None or job.number not in host.jobs:
                self._stopped(job)
            elif not job.asked:
                job.asked = now
                host.stops[job.number] = job
                host.unheard.append(job)
                told.setdefault(host.number, []).append(job.number)
                if host.is_only_one(job):
                    self._stopped(job)
        for number, numbers in told.items():
            host = self.fleet.hosts[number]
            host.tell(m.STOP, numbers)
            if host.alone:
                self.fleet.dismiss(host)

    def _stopped(self, job: Job) -> None:
        """Tell that nobody waits for a call any more."""
        if job.wanted:
            job.stopped = time.monotonic()
            self._forget(job)
            self._suspects.clear(job.task)
            self._report(Stopped(job.task, job.attempt))

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
                host.tell(m.RELEASE, releases)

    def _fail(self, job: Job, cause: Cause, *, refused: bool = False) -> None:
        """End a call that never began; other schemes may take one that is refused."""
        if job.wanted:
            self._forget(job)
            if refused:
                # First it is known that there are no hosts here.
                self._announce()
            self._report(Ended(job.task, job.attempt, cause, NO_HOST, lost=not refused, refused=refused))

    def _forget(self, job: Job) -> None:
        if self._jobs.get(job.task) is job:
            del self._jobs[job.task]

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
        self._live = self._live or any(host.pid for host in self.fleet.hosts.values())
        self._announce()

    def _hear(self, host: Hosted) -> None:
        try:
            for message in host.messages():
                self._heed(host, message)
        except GarbledError:
            self.fleet.sever(host, GARBLED)
        if host.retiring or host.alone:
            self._move_out(host)

    def _heed(self, host: Hosted, message: Any) -> None:
        match message:
            case (m.RESULT, int(), Cause() | tuple(), Mapping() | tuple(), int(), float(), float(), int()):
                self._answered(host, message)
            case (int(), *_):
                self._told(host, message)
            case _:
                raise GarbledError("no message of a thread host")

    def _told(self, host: Hosted, message: tuple[Any, ...]) -> None:
        match message:
            case (m.LINE, number, line):
                if task := host.task_of(number):
                    self._report(Logged(task, line))
            case (m.PROGRESS, number, fraction, text):
                if task := host.task_of(number):
                    self._report(Progressed(task, fraction, text))
            case (m.HEARD, list(numbers)):
                self._heard(host, numbers)
            case (m.SKIPPED, number):
                self._skipped(host, number)
            case (m.EXPORTED, value, handed):
                self.exports.came(value, handed)
            case (m.BACK, numbers):
                self._given_back(host, numbers)
            case (m.LEFT,):
                self.fleet.dismiss(host)
            case _:
                raise GarbledError("no message of a thread host")

    def _given_back(self, host: Hosted, numbers: list[int]) -> None:
        host.given_back = True
        jobs = [job for number in numbers if (job := host.answer(number)) is not None]
        for job in jobs:
            if job.asked:
                self._stopped(job)
        self._router.route([job for job in jobs if job.wanted])

    def _skipped(self, host: Hosted, number: int) -> None:
        if job := host.answer(number):
            self._stopped(job)
            host.end_output(job, marked=False)

    def _heard(self, host: Hosted, numbers: list[int]) -> None:
        host.unheard = [job for job in host.unheard if job.number not in numbers]
        for job in [host.stops[number] for number in numbers if number in host.stops]:
            self._stopped(job)

    def _answered(self, host: Hosted, message: tuple[Any, ...]) -> None:
        _, number, answer, small, size, seconds, cpu, peak = message
        job = host.answer(number)
        if job is None:
            return
        if job.asked:
            self._stopped(job)
            host.end_output(job, marked=False)
            host.releases.append((job.task, number))
            return
        self._depth.learn(job.encoded.template, seconds)
        if not job.told and not job.short:
            self._report(Began(job.task, job.attempt, host.place))
        host.end_output(job, marked=seconds > LONG)
        if isinstance(answer, Cause):
            result: Result | Cause = answer
        else:
            self._values.keep(job.task, host.number, number, small, answer)
            result = Result({}, *answer)
        self._forget(job)
        self._suspects.clear(job.task)
        self._report(
            Ended(
                job.task, job.attempt, result, host.place,
                seconds=seconds, cpu_seconds=cpu, peak_memory=peak, bytes_out=size,
            )
        )  # fmt: skip

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
        unsure = cause == CLOSED
        jobs = [job for job in host.jobs.values() if job.wanted]
        blamed = [job for job in jobs if job.number in running or (unsure and job.number <= latest)]
        if not host.dismissed:
            self._suspects.suspect([job.task for job in blamed])
        back: list[Job] = []
        for job in jobs:
            if job.number > latest and not job.asked:
                job.host = None
                back.append(job)
            else:
                self._forget(job)
                self._report(
                    Ended(job.task, job.attempt, cause, host.place, lost=True, shared=len(blamed) > 1 or host.dismissed)
                )
        host.jobs.clear()
        self._router.route(back)
        if self.fleet.main is None:
            self._router.give_up()

    def _hear_last(self, host: Hosted) -> None:
        # What it told before it ended counts, but it is asked for nothing more.
        with contextlib.suppress(GarbledError):
            for message in host.messages():
                if message != (m.LEFT,):
                    self._heed(host, message)
        host.last_output()

    def abandon(self, why: str) -> None:
        """End all calls, and those that are still to come: the scheme itself has failed."""
        cause = Cause("insufficient resources", why)
        hosts = self.fleet.abandon(why)
        self._announce()
        for host in hosts:
            running = set(host.board.running())
            if lost := self._values.leave(host.number):
                self._report(Lost(lost))
            self.exports.lose(host.number)
            for job in [job for job in host.jobs.values() if job.wanted]:
                self._fail(job, cause, refused=job.number not in running)
            host.close()
        for job in list(self._jobs.values()):
            self._fail(job, cause, refused=True)
        self._router.give_up()
