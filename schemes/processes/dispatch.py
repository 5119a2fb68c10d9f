"""Decides which worker gets which job, and which job waits for the worker that has its input."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from ...core.scheme import Ended, Place, Report
from ...core.worker.failures import Cause
from ..hosting.learning import UNKNOWN
from .pace import TRIVIAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..hosting.keeping import Slot, Slots
    from .member import Member
    from .pace import Pace
    from .parcels import Job
    from .values import Kept, Values

NOWHERE = Place("no worker")
_NO_ROOM = Cause("insufficient resources", "there is no room to bring the values together that it reads")
SPEED = 700e6
"""Bytes a second at which a value can be made readable for others: a shorter wait is better than that."""


class Dispatch:
    """The jobs that no worker has yet, in order; apart those whose input a worker keeps, since others overtake them.

    ``publish`` makes a template readable for the workers.
    """

    def __init__(
        self,
        members: Mapping[int, Member],
        values: Values,
        pace: Pace,
        publish: Callable[[int], None],
        report: Callable[[Report], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._members, self._values, self._pace = members, values, pace
        self._publish, self._report, self._clock = publish, report, clock
        self._backlog: deque[Job] = deque()
        self._bound: list[Job] = []

    def add(self, jobs: Iterable[Job]) -> None:
        """Take jobs."""
        self._backlog.extend(jobs)

    def put_back(self, jobs: list[Job]) -> None:
        """Take jobs again, before all others."""
        self._backlog.extendleft(reversed(jobs))

    def remove(self, task: str, latest: int) -> Job | None:
        """Forget a job, if it is here, and was not submitted after the one with the serial number ``latest``."""
        for jobs in (self._backlog, self._bound):
            for job in jobs:
                if job.task == task and job.serial <= latest:
                    jobs.remove(job)
                    return job
        return None

    def drain(self) -> list[Job]:
        """Return all jobs and forget them."""
        jobs = [*self._bound, *self._backlog]
        self._bound.clear()
        self._backlog.clear()
        return jobs

    def feed(self) -> None:
        """Send as many jobs as the workers should have."""
        while self._fed():
            # What could not be sent has made room for others.
            pass

    def _fed(self) -> bool:
        """Give out jobs and send them; say whether some could not be sent at all."""
        now = self._clock()
        if self._bound:
            self._feed_bound(now)
        backlog, pace = self._backlog, self._pace
        members = [member for member in self._members.values() if member.open]
        members = [member for member in members if now >= member.stuck_until] or members
        while backlog:
            job = backlog[0]
            job.expected = pace.expected(job.kind)
            try:
                if job.refs and self._values.homes(job.refs):
                    self._bound.append(backlog.popleft())
                    job.since = now
                    self._feed_bound(now)
                    continue
                choose = _as_few_as_needed if pace.is_trivial(job.kind) else _least_busy
                member = choose(members, job, now)
                if member is None:
                    break
                self._give(member, job, now)
                backlog.popleft()
            except KeyError:
                self._gone(backlog.popleft())
            except OSError as error:
                self._refuse(backlog.popleft(), error)
        any_refused = False
        for member in self._members.values():
            if member.outgoing:
                unsent, refused = member.flush()
                self.put_back(unsent)
                for job, why in refused:
                    self._refuse(job, why)
                    any_refused = True
        return any_refused

    def _give(self, member: Member, job: Job, now: float) -> None:
        self._publish(job.kind)
        slots: Slots = ()
        if job.refs:
            found: list[Slot] = []
            size = 0
            for value in job.refs:
                slot, moved = self._values.slot(value, member.number)
                found.append(slot)
                size += moved
                member.reads_files |= type(slot) is tuple
            if type(job.arguments) is tuple:
                slots, job.bytes_in = tuple(found), size
            else:
                slots = dict(zip(job.refs, found, strict=True))
                job.bytes_in = max(job.bytes_in, size)
        member.give(job, slots, now)

    def _refuse(self, job: Job, error: OSError) -> None:
        """Leave a job to other schemes that is too large for the channel, and finds no room elsewhere."""
        cause = Cause("insufficient resources", f"there is no room to send the call to a worker: {error}")
        self._report(Ended(job.task, job.attempt, cause, NOWHERE, refused=True))

    def _gone(self, job: Job) -> None:
        task, output, _ = next(value for value in job.refs if not self._values.has(value))
        cause = Cause("lost contact", f"the output {output!r} of {task} that it reads is gone")
        self._report(Ended(job.task, job.attempt, cause, NOWHERE, lost=True))

    # Jobs whose input a worker keeps

    def _feed_bound(self, now: float) -> None:
        """Send those whose worker has room; have values written for those that would wait too long for it."""
        ahead = dict.fromkeys(self._members, 0.0)
        waiting: list[Job] = []
        bound, self._bound = self._bound, []
        for job in bound:
            job.expected = self._pace.expected(job.kind)
            try:
                homes = self._values.homes(job.refs)
                if not homes:
                    self._backlog.appendleft(job)
                elif not self._sent_home(job, homes, ahead, now):
                    waiting.append(job)
            except KeyError:
                self._gone(job)
            except OSError as error:
                self._refuse(job, error)
        self._bound = waiting

    def _sent_home(self, job: Job, homes: dict[int, list[Kept]], ahead: dict[int, float], now: float) -> bool:
        number = self._best_of(homes)
        if number < 0:
            self._report(Ended(job.task, job.attempt, _NO_ROOM, NOWHERE))
            return True
        home = self._members[number]
        apart = [kept for one, values in homes.items() if one != number for kept in values]
        if apart:
            # Wherever it will run, these must be written.
            self._have_written(apart)
        elif home.open and home.has_room(job, now) and not ahead[number]:
            self._give(home, job, now)
            return True
        cost = _size(homes[number]) / SPEED
        if self._wait(job, home, ahead[number], now) <= cost and not home.retiring:
            ahead[number] += job.expected if job.expected < UNKNOWN else 0.0
        elif home.retiring or any(one.open and one.has_room(job, now) for one in self._others(home)):
            self._have_written(homes[number])
        return False

    def _others(self, home: Member) -> list[Member]:
        return [member for member in self._members.values() if member is not home]

    def _best_of(self, homes: dict[int, list[Kept]]) -> int:
        """Return where to run: where the most is, or what cannot leave; -1 if such things are in two places."""
        stuck = [one for one, values in homes.items() if self._members[one].requests.holds_on_to(values)]
        if len(stuck) > 1:
            return -1
        return stuck[0] if stuck else max(homes, key=lambda one: _size(homes[one]))

    def _wait(self, job: Job, home: Member, ahead: float, now: float) -> float:
        """Return how long a job may have to wait for its worker; if nothing is known, as long as it has waited."""
        remaining = home.remaining(now)
        return now - job.since if remaining > UNKNOWN / 2 else remaining + ahead

    def _have_written(self, values: list[Kept]) -> None:
        for kept in values:
            self._members[kept.worker].requests.write(kept.key)

    def due(self, now: float) -> list[float]:
        """Return when jobs that wait for a worker are to be looked at again."""
        if not self._bound or len(self._members) < 2:
            return []
        return [now + 0.005] if any(not member.jobs for member in self._members.values()) else []


def _size(values: list[Kept]) -> int:
    return sum(kept.size for kept in values)


def _as_few_as_needed(members: Sequence[Member], job: Job, now: float) -> Member | None:
    """Return the first worker that has nothing to do or trivial jobs only, if it has room; all must be open."""
    for member in members:
        if member.jobs and now > member.overdue:
            # Jobs are not what they seem, and should not all have to find that out behind one another.
            break
        if member.load <= TRIVIAL * len(member.jobs):
            # Without room, it has some again sooner than another one would have begun.
            return member if member.has_room(job, now) else None
    return _least_busy(members, job, now)


def _least_busy(members: Iterable[Member], job: Job, now: float) -> Member | None:
    """Return an idle worker, or the one with the least to do of those that have room; all must be open."""
    best: Member | None = None
    for member in members:
        if not member.jobs:
            return member
        if (best is None or member.load < best.load) and member.has_room(job, now):
            best = member
    return best
