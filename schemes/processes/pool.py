"""Hands jobs to workers, collects what they answer, and replaces those that die."""

from __future__ import annotations

import contextlib
import itertools
import pickle
import selectors
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.scheme import Began, Capacity, Ended, Logged, Place, Progressed, Report, Stopped
from ...core.worker.execute import Result
from ...core.worker.failures import Cause
from ..hosting import channel as ch
from ..hosting import kin
from ..hosting.deaths import MemoryWatch, cause_of_death
from ..hosting.nursery import Nursery
from .member import Job, Member, choose
from .pace import Pace
from .patience import SOON

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ..hosting.child import Setup
    from .values import Values

_MOST_STILLBORN = 5
NOWHERE = Place("no worker")


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
        self._backlog: deque[Job] = deque()
        self._members: dict[int, Member] = {}
        self._wanted = workers
        self._stillborn = 0
        self._hopeless = "worker processes cannot be started, or end at once"
        self._announced = 0
        self._published = 0
        self._memory = MemoryWatch()
        self.selector = selectors.DefaultSelector()
        self._nursery = Nursery(setup)
        self.selector.register(self._nursery.control, selectors.EVENT_READ, None)
        for _ in range(workers):
            self._fork()
        self._announce()

    # Workers

    def _fork(self) -> None:
        member = Member(next(self._numbers), self._setup.mark, lambda task, line: self._report(Logged(task, line)))
        self._members[member.number] = member
        self.selector.register(member.ours, selectors.EVENT_READ, (member, True))
        self.selector.register(member.output, selectors.EVENT_READ, (member, False))
        # If the supervisor is gone, that is noticed where its notices are read.
        with contextlib.suppress(OSError):
            self._nursery.fork(member.number, member.theirs.fileno(), member.printing)

    def _announce(self) -> None:
        slots = len(self._members) * self._pace.depth
        if not self._announced or not slots or not 2 / 3 < slots / self._announced < 3 / 2:
            self._announced = slots
            self._report(Capacity(self._name, slots, len(self._members)))

    # Jobs

    @property
    def members(self) -> Collection[Member]:
        """The workers there are."""
        return self._members.values()

    def submit(self, jobs: Iterable[Job]) -> None:
        """Take jobs; send as many as the workers should have."""
        self._backlog.extend(jobs)
        self.feed()

    def feed(self) -> None:
        """Send as many jobs as the workers should have."""
        self._give_up_if_hopeless()
        now = time.monotonic()
        while self._backlog:
            job = self._backlog[0]
            job.expected = self._pace.expected(job.encoded.template)
            member = choose(self._members.values(), job, now)
            if member is None:
                return
            try:
                payload = self._payload(job)
            except (KeyError, OSError) as error:
                why = f"{error}" if isinstance(error, OSError) else f"the value {error} that it reads is gone"
                self._backlog.popleft()
                self._report(Ended(job.task, job.attempt, Cause("lost contact", why), NOWHERE, lost=True))
                continue
            if member.send(job, payload):
                self._backlog.popleft()
                self._tell_begun(member, long=SOON / 2)

    def _payload(self, job: Job) -> bytes:
        encoded = job.encoded
        while self._published <= encoded.template:
            # In a file, because messages can be taken back: a worker could get a job and miss its template.
            ch.template_file(self._spill, self._published).write_bytes(self._templates[self._published])
            self._published += 1
        handed = {value: self._values.handed(value) for value in encoded.refs}
        message = (ch.JOB, job.task, job.attempt, encoded.template, encoded.arguments, handed)
        return ch.packet(pickle.dumps(message, 5), self._spill)

    def _tell_begun(self, member: Member, long: float) -> None:
        """Report that the first job of a worker runs, if it is worth it."""
        if not member.told and member.jobs and member.jobs[0].expected >= long:
            member.told = True
            job = member.jobs[0]
            self._report(Began(job.task, job.attempt, member.place))

    def stop(self, task: str) -> None:
        """End a job: forget it if no worker has begun it, else kill the worker."""
        for job in self._backlog:
            if job.task == task:
                self._backlog.remove(job)
                self._report(Stopped(task, job.attempt))
                return
        for member in self._members.values():
            if any(job.task == task for job in member.jobs):
                self._stop_at(member, task)
                return

    def _stop_at(self, member: Member, task: str) -> None:
        self._read_answers(member)
        back = member.take_back()
        self._backlog.extendleft(job for job in reversed(back) if job.task != task)
        if stopped := [job for job in back if job.task == task]:
            self._report(Stopped(task, stopped[0].attempt))
        elif member.jobs and member.jobs[0].task == task:
            member.jobs[0].stopping = member.retiring = True
            with contextlib.suppress(OSError):
                self._nursery.kill(member.number)
        self.feed()

    def forget(self, tasks: list[str]) -> None:
        """Let go of the values of these tasks, here and in the workers."""
        if paths := self._values.forget(tasks):
            for member in self._members.values():
                member.tell((ch.RELEASE, paths), self._spill)

    # What happens

    def ready(self, events: list[tuple[selectors.SelectorKey, int]]) -> None:
        """Take what the selector found."""
        for key, _ in events:
            if key.data is None:
                for notice in self._nursery.notices():
                    self._heed(notice)
            elif isinstance(key.data, tuple):
                member, speaks = key.data
                if member.number not in self._members:
                    continue
                if speaks:
                    self._read_answers(member)
                else:
                    member.read_output()
        self._look_after_the_slow()
        self.feed()
        self._announce()

    def _heed(self, notice: tuple[Any, ...] | None) -> None:
        match notice:
            case ("born", number, pid) if number in self._members:
                self._members[number].born(pid)
            case ("exited", number, status) if number in self._members:
                struck = status == 9 and self._memory.struck()
                self._bury(number, cause_of_death(status, out_of_memory=struck))
            case ("unborn", number, text) if number in self._members:
                self._bury(number, Cause("insufficient resources", f"no worker process could be made: {text}"))
            case None:
                self._replace_supervisor()

    def _read_answers(self, member: Member) -> None:
        for message in member.messages():
            match message:
                case (ch.RESULT, answer, seconds, cpu, peak):
                    self._answered(member, answer, (seconds, cpu, peak))
                case (ch.PROGRESS, fraction, text) if member.jobs:
                    self._report(Progressed(member.jobs[0].task, fraction, text))
                case (ch.LEFTOVERS, commands) if member.jobs:
                    for command in commands:
                        self._report(Logged(member.jobs[0].task, f"ended a process that the task left: {command}"))

    def _answered(self, member: Member, answer: Any, used: tuple[float, float, int]) -> None:
        job = member.answered()
        self._stillborn = 0
        member.next_output()
        self._pace.learn(job.encoded.template, used[0])
        if isinstance(answer, Cause):
            result: Result | Cause = answer
        else:
            values, *rest = answer
            self._values.keep(job.task, values, member.number)
            result = Result({}, *rest)
        seconds, cpu, peak = used
        self._report(
            Ended(job.task, job.attempt, result, member.place, seconds=seconds, cpu_seconds=cpu, peak_memory=peak)
        )
        self._tell_begun(member, long=SOON / 2)
        if self._renew_after is not None and member.done >= self._renew_after:
            member.retiring = True
            self._backlog.extendleft(reversed(member.take_back()))
            if not member.jobs:
                member.tell((ch.FINISH,), self._spill)

    def _look_after_the_slow(self) -> None:
        """Report long calls as begun, and take back what waits behind those that take longer than
        expected."""
        now = time.monotonic()
        for member in self._members.values():
            member.full = False
            if not member.jobs:
                continue
            if now > member.since + SOON:
                self._tell_begun(member, long=0.0)
            if len(member.jobs) > 1 and now > member.overdue:
                self._backlog.extendleft(reversed(member.take_back()))

    # Ends

    def _bury(self, number: int, cause: Cause) -> None:
        """Replace a dead worker and settle what it had: the call that ran is lost, the others go
        elsewhere."""
        member = self._members[number]
        self._read_answers(member)
        self.selector.unregister(member.ours)
        self.selector.unregister(member.output)
        del self._members[number]
        back = member.take_back()
        # Several in a row that end before they did anything: the next would do the same.
        self._stillborn = 0 if member.done or member.jobs else self._stillborn + 1
        if self._stillborn < _MOST_STILLBORN:
            self._fork()
        member.last_output()
        member.close()
        for job in member.jobs:
            if job.stopping:
                self._report(Stopped(job.task, job.attempt))
            else:
                self._report(Ended(job.task, job.attempt, cause, member.place, lost=True))
        self._backlog.extendleft(reversed(back))
        self._give_up_if_hopeless()

    def _give_up_if_hopeless(self) -> None:
        """Without workers, end all jobs."""
        while self._backlog and not self._members:
            cause = Cause("insufficient resources", self._hopeless)
            job = self._backlog.popleft()
            self._report(Ended(job.task, job.attempt, cause, NOWHERE, lost=True))

    def abandon(self, why: str) -> None:
        """End all jobs, and those that are still to come: the pool itself has failed."""
        self._hopeless = why
        for member in self._members.values():
            self._backlog.extend(member.jobs)
            member.close()
        self._members.clear()
        self._give_up_if_hopeless()
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
