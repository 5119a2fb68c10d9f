"""Hands jobs to workers, collects what they answer, and replaces those that die."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

from ...core.scheme import Died, Ended, Report, Stopped
from ...core.worker.failures import Cause
from ..hosting import channel as ch
from ..hosting.announcing import Announcer
from ..hosting.deaths import MemoryWatch, cause_of_death, over_the_limit
from ..hosting.kin import Proven
from ..hosting.learning import SHORT
from .dispatch import NOWHERE, Dispatch
from .hearing import GARBLED, Answers
from .pace import Pace
from .patience import nap, patience
from .staff import OUTPUT, VALUES, Staff
from .stopping import Stopping
from .vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from selectors import BaseSelector, SelectorKey

    from ..hosting.child import Setup
    from .member import Member
    from .parcels import Job
    from .values import Values


class Pool:
    """The workers and the jobs they have. Not safe for several threads: its owner holds a lock.

    ``selector`` watches all sockets; pass what it finds to ``ready``. ``publish`` lets workers find what calls of a
    kind need. A worker is replaced after ``renew_after`` calls.
    OSError if it cannot be started.
    """

    def __init__(
        self,
        name: str,
        setup: Setup,
        values: Values,
        publish: Callable[[int], None],
        workers: int,
        report: Callable[[Report], None],
        renew_after: int | None = None,
    ) -> None:
        self._values, self._report = values, report
        self._renew_after, self._name, self._limit = renew_after, name, setup.memory_limit
        self._pace = Pace()
        self._staff = Staff(setup, report)
        self._members = members = self._staff.members
        self._announcer = Announcer(name, report)
        self._later: list[Callable[[Pool], None]] = []
        self._serials = 0
        self._memory = MemoryWatch()
        self._dispatch = Dispatch(members, values, self._pace, publish, report)
        self.vault = Vault(members, values, report)
        self._answers = Answers(values, self.vault, self._pace, report, self._staff.sever, self._answered)
        self._stopping = Stopping(members, self._dispatch, report, self._answers.read, self._staff.kill)
        for _ in range(workers):
            self._staff.hire()
        self._announce()

    @property
    def selector(self) -> BaseSelector:
        """What watches all sockets."""
        return self._staff.selector

    def _announce(self) -> None:
        if self._staff.members or self._staff.hopeless:
            members = len(self._staff.members)
            self._announcer.tell(members * self._pace.depth, members, self._staff.hopeless)

    # Jobs

    @property
    def members(self) -> Collection[Member]:
        """The workers there are."""
        return self._members.values()

    def submit(self, jobs: Iterable[Job]) -> None:
        """Take jobs; send as many as the workers should have."""
        jobs = list(jobs)
        for job in jobs:
            self._serials += 1
            job.serial = self._serials
        self._dispatch.add(jobs)
        self._feed()

    @property
    def latest(self) -> int:
        """The serial number of the job that was submitted last."""
        return self._serials

    def _feed(self) -> None:
        if not self._members:
            self._give_up()
            return
        self._dispatch.feed()
        for member in self._members.values():
            if not member.told and (began := member.began(long=SHORT / 2)):
                self._report(began)

    def stop(self, task: str, latest: int) -> None:
        """End a job: forget it if no worker has begun it, else interrupt it, and kill the worker if that is no use.

        What was submitted after the job with the serial number ``latest`` is not meant.
        """
        self._stopping.stop(task, latest)
        self._feed()

    def release(self, tasks: Iterable[str]) -> None:
        """Let go of the values of these tasks, here and in the workers."""
        for member in self.vault.forget(tasks):
            self._renew(member)

    def patience(self) -> float | None:
        """Return after how many seconds to look after the workers; None if that is not needed."""
        return patience(self.members, self._dispatch.due(time.monotonic()) + self._staff.due())

    def nap(self) -> float:
        """Return for how many seconds all workers have enough to do."""
        return nap(self.members)

    def later(self, what: Callable[[Pool], None]) -> None:
        """Have something done when the pool is next looked after."""
        self._later.append(what)

    # What happens

    def ready(self, events: list[tuple[SelectorKey, int]]) -> None:
        """Do what was asked for, and take what the selector found."""
        later, self._later = self._later, []
        for what in later:
            what(self)
        # Births first: what a worker says is told with its process.
        for notice in self._staff.brood.notices():
            self._heed(notice)
        for key, _ in events:
            if isinstance(key.data, tuple) and key.data[0].number in self._members:
                self._hear(*key.data)
        self._look_after_the_slow()
        self._announce()
        self._feed()

    def _hear(self, member: Member, what: int) -> None:
        if what == OUTPUT:
            # Whose it is, answers tell that are there already.
            member.outlet.read()
        else:
            self._staff.brood.ready(member.number)
        self._answers.read(member)
        if what == VALUES and not member.severed:
            # What it tells of a value comes after the answer that the value is in.
            self._hear_of_values(member)
            self._renew(member)

    def _hear_of_values(self, member: Member) -> None:
        try:
            self.vault.hear(member)
        except ch.GarbledError:
            self._staff.sever(member, GARBLED)
        if member.requests.ended and not member.parted_at:
            member.parted_at = time.monotonic()
            self._staff.ignore(member.requests.ours)

    def _heed(self, notice: tuple[Any, ...]) -> None:
        match notice:
            case ("born", number, *worker) if number in self._members:
                self._announcer.live = True
                self._members[number].born(Proven(*worker))
            case ("used", number, memory) if number in self._members:
                self._members[number].peak = memory
            case ("over", number, taken) if number in self._members:
                self._members[number].overdrawn = over_the_limit(taken, self._limit, self._name)
            case ("exited", number, status, why, traceback) if number in self._members:
                self._exited(self._members[number], status, why, traceback)
            case ("unborn", number, text) if number in self._members:
                self._bury(number, Cause("insufficient resources", f"no worker process could be made: {text}"))
            case ("orphaned", number) if number in self._members:
                self._bury(
                    number,
                    Cause("killed", "killed together with the supervisor of the worker processes"),
                    orphaned=True,
                )

    def _exited(self, member: Member, status: int, why: str, traceback: str) -> None:
        killed = status == signal.SIGKILL
        ours = (member.severed or member.overdrawn) if killed else None
        # What we ended ourselves must not be taken for one of those that the system has killed.
        foreign = killed and not (ours or member.kill_at)
        struck = foreign and self._memory.struck()
        cause = ours or cause_of_death(status, why, traceback, out_of_memory=struck, peak=member.peak)
        self._bury(member.number, cause, outside=foreign and not struck)

    def _answered(self, member: Member) -> None:
        """Do what follows from an answer."""
        self._staff.brood.thrived()
        if member.is_worn(self._renew_after) and (member.rests or not member.requests.refused):
            self._renew(member, due=True)

    def _renew(self, member: Member, *, due: bool = False) -> None:
        """Let a worker that has done its part go, once nobody needs the values that only it has."""
        if due and not member.retiring:
            member.retiring = True
            self._dispatch.put_back(member.take_back())
        if member.requests.refused:
            # There is no room for what it keeps: it has to go on.
            member.retiring = False
            member.resume()
        elif member.retiring and not member.jobs and self.vault.emptied(member):
            member.finish()

    def _look_after_the_slow(self) -> None:
        """Report long calls as begun, take back what waits behind those that take longer than expected."""
        now = time.monotonic()
        self._staff.brood.look_after(now)
        for member in list(self._members.values()):
            member.full = False
            member.requests.flush()
            if member.jobs and now > member.since + SHORT and (began := member.began(long=0.0)):
                self._report(began)
            if now > member.patience:
                # Answers may have been held back on the board.
                self._answers.read(member)
                if now > member.patience:
                    self._dispatch.put_back(member.give_up(now))
            if member.kill_at:
                self._stopping.press(member, now)
            self._staff.sever_if_parted(member, now)

    # Ends

    def _bury(self, number: int, cause: Cause, *, orphaned: bool = False, outside: bool = False) -> None:
        """Replace a dead worker and settle what it had: the call that ran is lost, the others go elsewhere.

        It was ``orphaned`` if it ended with its supervisor; ``outside`` if somebody killed it.
        """
        member = self._members[number]
        self._answers.read(member)
        if not member.severed:
            self._hear_of_values(member)
        self._staff.ignore(member.ours, member.outlet.reader, member.requests.ours)
        del self._members[number]
        running = member.running()
        if not (member.done or running or orphaned):
            self._staff.brood.failed(cause)
        if not self._staff.brood.hopeless:
            self._staff.hire()
        member.outlet.last()
        member.close()
        if running is not None:
            # What takes too much memory would do so again.
            lost = not member.is_to_blame(time.monotonic())
            ended = Ended(
                running.task, running.attempt, cause, member.place,
                lost=lost, peak_memory=member.peak, outside=outside and lost,
            )  # fmt: skip
            self._report(Stopped(running.task, running.attempt) if running.stopping else ended)
        elif outside:
            self._report(Died(self._name))
        self._dispatch.put_back([job for job in member.jobs if job is not running])
        self.vault.lose(number)
        if not self._members:
            self._give_up()

    def _give_up(self) -> None:
        """Without workers, leave all jobs to other schemes, which are asked once it is known that this one has none."""
        self._announce()
        cause = Cause("insufficient resources", self._staff.hopeless, traceback=self._staff.brood.last_words)
        for job in self._dispatch.drain():
            self._report(Ended(job.task, job.attempt, cause, NOWHERE, refused=True))

    def abandon(self, why: str) -> None:
        """End all jobs and exports, and those that are still to come: the pool itself has failed."""
        self._staff.failed = why
        cause = Cause("insufficient resources", why)
        running: list[Job] = []
        while self._members:
            number, member = self._members.popitem()
            begun = member.running()
            running += [begun] if begun else []
            self._dispatch.add(job for job in member.jobs if job is not begun)
            self._staff.kill(member)
            member.close()
            self.vault.lose(number)
        self._announce()
        for job in running:
            self._report(Ended(job.task, job.attempt, cause, NOWHERE, lost=True))
        self._give_up()

    def close(self, seconds: float) -> None:
        """End all workers and what they started. Jobs that are not done are forgotten."""
        self._staff.close(seconds)
