"""Hands jobs to workers, collects what they answer, and replaces those that die."""

from __future__ import annotations

import contextlib
import itertools
import selectors
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.scheme import Capacity, Ended, Logged, Report, Stopped
from ...core.worker.failures import Cause
from ..hosting import channel as ch
from ..hosting import kin
from ..hosting.deaths import MemoryWatch, cause_of_death
from ..hosting.nursery import Nursery
from .dispatch import NOWHERE, Dispatch
from .hearing import Answers
from .member import Member
from .pace import Pace
from .patience import SOON
from .stopping import Stopping
from .vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ..hosting.child import Setup
    from .parcels import Job
    from .values import Values

_MOST_STILLBORN = 5
_CALLS, _OUTPUT, _VALUES = range(3)


class Pool:
    """The workers and the jobs they have. Not safe for several threads: its owner holds a lock.

    ``selector`` watches all sockets; pass what it finds to ``ready``. A worker is replaced after ``renew_after`` calls.
    """

    def __init__(
        self,
        name: str,
        setup: Setup,
        values: Values,
        templates: list[bytes],
        workers: int,
        report: Callable[[Report], None],
        renew_after: int | None = None,
    ) -> None:
        self._name, self._setup, self._values, self._templates = name, setup, values, templates
        self._report = report
        self._renew_after = renew_after
        self._spill = Path(setup.disk)
        self._numbers = itertools.count()
        self._pace = Pace()
        self._members: dict[int, Member] = {}
        self._stillborn = 0
        self._hopeless = "worker processes cannot be started, or end at once"
        self._announced = 0
        self._published = 0
        self._memory = MemoryWatch()
        self._dispatch = Dispatch(self._members, values, self._pace, self._publish, report)
        self.vault = Vault(self._members, values, report)
        self._answers = Answers(values, self.vault, self._pace, report, self._kill, self._answered)
        self._stopping = Stopping(self._members, self._dispatch, report, self._answers.read, self._kill)
        self.selector = selectors.DefaultSelector()
        self._nursery = Nursery(setup)
        self.selector.register(self._nursery.control, selectors.EVENT_READ, None)
        for _ in range(workers):
            self._fork()
        self._announce()

    # Workers

    def _fork(self) -> None:
        number = next(self._numbers)
        member = Member(number, self._setup.mark, lambda task, line: self._report(Logged(task, line)), self._spill)
        self._members[number] = member
        self.selector.register(member.ours, selectors.EVENT_READ, (member, _CALLS))
        self.selector.register(member.outlet.reader, selectors.EVENT_READ, (member, _OUTPUT))
        self.selector.register(member.requests.ours, selectors.EVENT_READ, (member, _VALUES))
        handles = (member.theirs.fileno(), member.outlet.writer, member.requests.theirs.fileno(), member.shared)
        # If the supervisor is gone, that is noticed where its notices are read.
        with contextlib.suppress(OSError):
            self._nursery.fork(number, *handles)

    def _kill(self, member: Member) -> None:
        with contextlib.suppress(OSError):
            self._nursery.kill(member.number)

    def _announce(self) -> None:
        slots = len(self._members) * self._pace.depth
        if not self._announced or not slots or not 2 / 3 < slots / self._announced < 3 / 2:
            self._announced = slots
            self._report(Capacity(self._name, slots, len(self._members)))

    def _publish(self, kind: int) -> None:
        while self._published <= kind:
            # In a file, because messages can be taken back: a worker could get a job and miss its template.
            ch.template_file(self._spill, self._published).write_bytes(self._templates[self._published])
            self._published += 1

    # Jobs

    @property
    def members(self) -> Collection[Member]:
        """The workers there are."""
        return self._members.values()

    def submit(self, jobs: Iterable[Job]) -> None:
        """Take jobs; send as many as the workers should have."""
        self._dispatch.add(jobs)
        self._feed()

    def _feed(self) -> None:
        if not self._members:
            self._give_up()
            return
        self._dispatch.feed()
        for member in self._members.values():
            if not member.told and (began := member.began(long=SOON / 2)):
                self._report(began)

    def stop(self, task: str) -> None:
        """End a job: forget it if no worker has begun it, else interrupt it, and kill the worker if that is no use."""
        self._stopping.stop(task)
        self._feed()

    def release(self, tasks: Iterable[str]) -> None:
        """Let go of the values of these tasks, here and in the workers."""
        for member in self.vault.forget(tasks):
            self._renew(member)

    def due(self) -> list[float]:
        """Return when jobs that wait are to be looked at again."""
        return self._dispatch.due(time.monotonic())

    # What happens

    def ready(self, events: list[tuple[selectors.SelectorKey, int]]) -> None:
        """Take what the selector found."""
        # Births first: what a worker says is told with its process.
        for notice in self._nursery.notices():
            self._heed(notice)
        for key, _ in events:
            if isinstance(key.data, tuple) and key.data[0].number in self._members:
                self._hear(*key.data)
        self._look_after_the_slow()
        self._feed()
        self._announce()

    def _hear(self, member: Member, what: int) -> None:
        if what == _OUTPUT:
            member.outlet.read()
            return
        self._answers.read(member)
        if what == _VALUES:
            # What it tells of a value comes after the answer that the value is in.
            self.vault.hear(member)
            self._renew(member)

    def _heed(self, notice: tuple[Any, ...] | None) -> None:
        match notice:
            case ("born", number, pid) if number in self._members:
                self._members[number].born(pid)
            case ("used", number, memory) if number in self._members:
                self._members[number].peak = memory
            case ("exited", number, status) if number in self._members:
                struck = status == 9 and self._memory.struck()
                peak = self._members[number].peak
                self._bury(number, cause_of_death(status, out_of_memory=struck, peak=peak))
            case ("unborn", number, text) if number in self._members:
                self._bury(number, Cause("insufficient resources", f"no worker process could be made: {text}"))
            case None:
                self._replace_supervisor()

    def _answered(self, member: Member) -> None:
        """Do what follows from an answer."""
        self._stillborn = 0
        if self._renew_after is not None and member.done >= self._renew_after and not member.requests.refused:
            self._renew(member, due=True)

    def _renew(self, member: Member, *, due: bool = False) -> None:
        """Let a worker that has done its part go, once nobody needs the values that only it has."""
        if due and not member.retiring:
            member.retiring = True
            self._dispatch.put_back(member.take_back())
        if member.requests.refused:
            # There is no room for what it keeps: it has to go on.
            member.retiring = False
        elif member.retiring and not member.jobs and self.vault.emptied(member):
            member.finish()

    def _look_after_the_slow(self) -> None:
        """Report long calls as begun, take back what waits behind those that take longer than expected."""
        now = time.monotonic()
        for member in list(self._members.values()):
            member.full = False
            member.requests.flush()
            if member.jobs and now > member.since + SOON and (began := member.began(long=0.0)):
                self._report(began)
            if len(member.jobs) > 1 and now > member.overdue:
                # Answers may have been held back on the board.
                self._answers.read(member)
                if len(member.jobs) > 1 and now > member.overdue:
                    self._dispatch.put_back(member.take_back())
            if member.kill_at:
                self._stopping.press(member, now)

    # Ends

    def _bury(self, number: int, cause: Cause) -> None:
        """Replace a dead worker and settle what it had: the call that ran is lost, the others go elsewhere."""
        member = self._members[number]
        self._answers.read(member)
        self.vault.hear(member)
        for watched in (member.ours, member.outlet.reader, member.requests.ours):
            self.selector.unregister(watched)
        del self._members[number]
        running = member.running()
        # Several in a row that end before they did anything: the next would do the same.
        self._stillborn = 0 if member.done or running else self._stillborn + 1
        if self._stillborn < _MOST_STILLBORN:
            self._fork()
        member.outlet.last()
        member.close()
        if running is not None:
            self._report(
                Stopped(running.task, running.attempt)
                if running.stopping
                else Ended(running.task, running.attempt, cause, member.place, lost=True, peak_memory=member.peak)
            )
        self._dispatch.put_back([job for job in member.jobs if job is not running])
        self.vault.lose(number)
        if not self._members:
            self._give_up()

    def _give_up(self) -> None:
        """Without workers, end all jobs."""
        cause = Cause("insufficient resources", self._hopeless)
        for job in self._dispatch.drain():
            self._report(Ended(job.task, job.attempt, cause, NOWHERE, lost=True))

    def abandon(self, why: str) -> None:
        """End all jobs, and those that are still to come: the pool itself has failed."""
        self._hopeless = why
        for member in self._members.values():
            self._dispatch.add(member.jobs)
            member.close()
        self._members.clear()
        self._give_up()
        self._report(Capacity(self._name, 0, why=why))

    def _replace_supervisor(self) -> None:
        """Start anew after the supervisor itself has ended; the kernel has killed its workers."""
        self.selector.unregister(self._nursery.control)
        orphans = list(self._members.values())
        for member in orphans:
            if member.pid:
                kin.kill_with_group(member.pid)
        self._nursery.close(1.0)
        self._nursery = Nursery(self._setup)
        self.selector.register(self._nursery.control, selectors.EVENT_READ, None)
        for member in orphans:
            self._bury(member.number, Cause("killed", "killed together with the supervisor of the worker processes"))

    def close(self, seconds: float) -> None:
        """End all workers and what they started. Jobs that are not done are forgotten."""
        self._nursery.close(seconds)
        for member in self._members.values():
            member.close()
        self._members.clear()
        self.selector.close()
