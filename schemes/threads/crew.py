"""The threads of the host: they take calls from one queue, as many at a time as is worth it."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .answers import Outbox
    from .attempt import Performer
    from .messages import JobMessage

BRISK = 100e-6
"""Seconds; calls as short as this are executed by one thread: two would only wait for the interpreter's lock, and for
one another."""

PATIENCE = 0.001
"""Seconds for which answers of short calls may gather."""

_WEIGHT = 0.25


class CrewMember:
    """One thread: whether its call is a long one, how many it has done, and what it waits at for more."""

    __slots__ = ("baton", "calls", "leaving", "long", "number", "place", "seen", "thread")

    def __init__(self, place: int) -> None:
        self.place = place
        self.baton = threading.Lock()
        self.baton.acquire()
        self.long = False
        self.leaving = False
        self.number = 0
        self.calls = 0
        self.seen = -1
        self.thread = 0


class Crew:
    """``threads`` threads, and more for as long as some of them are held up by calls that nobody waits for.

    A call whose kind is not known yet is taken for a long one. ``places`` is how many threads there can be.
    """

    def __init__(
        self, threads: int, places: int, performer: Performer, answers: Outbox, clock: Callable[[], float]
    ) -> None:
        self._performer, self._answers, self._clock = performer, answers, clock
        self._queue: deque[JobMessage] = deque()
        self._lock = threading.Lock()
        self._idle: list[CrewMember] = []
        self._members: set[CrewMember] = set()
        self._free = list(range(places))[::-1]
        self._expected: dict[int, float] = {}
        self._flushed = clock()
        for _ in range(threads):
            self._hire()

    def _hire(self) -> None:
        member = CrewMember(self._free.pop())
        self._members.add(member)
        threading.Thread(target=self._work, args=(member,), name=f"treadle-{member.place}", daemon=True).start()

    def add(self, jobs: Iterable[JobMessage]) -> None:
        """Take calls, and wake as many threads as they are worth."""
        jobs = list(jobs)
        self._queue.extend(jobs)
        long = sum(map(self._is_long, jobs))
        self._wake(long if long else 0 if self._brisk() else 1)

    def substitute(self, number: int) -> None:
        """Put another thread in the place of the one that runs this call, for which nobody waits; it then leaves."""
        with self._lock:
            for member in self._members:
                if member.number == number and not member.leaving and self._free:
                    member.leaving = True
                    self._hire()
                    return

    def take_back(self) -> list[int]:
        """Return the numbers of the calls that have not begun, which then never do."""
        taken: list[int] = []
        while self._queue:
            try:
                taken.append(self._queue.popleft()[0])
            except IndexError:
                break
        return taken

    @property
    def busy(self) -> bool:
        """Whether a call runs."""
        return any(member.number for member in list(self._members))

    def thread_of(self, number: int) -> int:
        """Return the thread that runs a call, as the system numbers it; 0 if none does."""
        return next((member.thread for member in list(self._members) if member.number == number), 0)

    def look_after(self) -> bool:
        """Wake another thread if none that is awake seems to get on; return whether to look again soon."""
        if not self._queue or not self._idle:
            return False
        if not any(member.calls != member.seen for member in self._awake() if not member.long):
            self._wake(1)
        for member in list(self._members):
            member.seen = member.calls
        return True

    # Which threads do what

    def _is_long(self, job: JobMessage) -> bool:
        return self._expected.get(job[3], 1.0) > BRISK

    def _awake(self) -> list[CrewMember]:
        with self._lock:
            return [member for member in self._members if member not in self._idle]

    def _brisk(self) -> bool:
        """Say whether a thread is awake that will soon take the next call."""
        return any(not member.long for member in self._awake())

    def _wake(self, count: int) -> None:
        with self._lock:
            for _ in range(min(count, len(self._idle))):
                self._idle.pop().baton.release()

    # A thread

    def _work(self, member: CrewMember) -> None:
        member.thread = threading.get_native_id()
        while not member.leaving:
            try:
                job = self._queue.popleft()
            except IndexError:
                self._rest(member)
                continue
            self._take(member, job)
        with self._lock:
            self._members.discard(member)
            self._free.append(member.place)

    def _take(self, member: CrewMember, job: JobMessage) -> None:
        member.long = self._is_long(job)
        member.number = job[0]
        if member.long:
            # What others wait for must not wait for this call.
            self._flush()
        seconds = self._performer.perform(job, member.place)
        member.number = 0
        member.calls += 1
        if seconds >= 0:
            self._learn(job[3], seconds)
        if member.long or self._clock() > self._flushed + PATIENCE:
            self._flush()
        member.long = False

    def _rest(self, member: CrewMember) -> None:
        self._flush()
        with self._lock:
            if self._queue:
                return
            self._idle.append(member)
        member.baton.acquire()

    def _flush(self) -> None:
        self._answers.flush()
        self._flushed = self._clock()

    def _learn(self, template: int, seconds: float) -> None:
        known = self._expected.get(template)
        if known is None:
            self._expected[template] = seconds
        else:
            # One call that was held up by others says little.
            self._expected[template] = known + _WEIGHT * (min(seconds, 3 * known) - known)
