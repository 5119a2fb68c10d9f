"""One worker as its owner sees it: what it was sent, what it answered, what it printed."""

from __future__ import annotations

import os
import pickle
import socket
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...core.scheme import Place
from ..hosting import channel as ch
from ..hosting.lines import Printed
from .pace import AHEAD, MOST, SHORT, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ..hosting.wire import Encoded

_CHUNK = 1 << 16
_AT_A_TIME = 16
_GRACE = 0.010


@dataclass(slots=True)
class Job:
    """A call on its way: ``expected`` seconds, where its largest input was made, whether it is to be
    stopped."""

    task: str
    attempt: int
    encoded: Encoded
    expected: float = UNKNOWN
    home: int = -1
    stopping: bool = False


class Member:
    """The owner's side of one worker.

    The owner keeps a second handle of the worker's end of the channel. So it can take back what the worker
    has not read yet, without asking, whatever the worker does; and when the worker has died, it knows
    exactly which call was running: the one that was read and not answered.
    """

    def __init__(self, number: int, mark: bytes, tell: Callable[[str, str], None]) -> None:
        self.number = number
        self.pid = 0
        self.place = Place(f"process #{number}")
        self.ours, self.theirs = ch.pair()
        self.inbox = ch.Inbox(self.ours)
        self.output, self.printing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        os.set_blocking(self.printing, True)
        self.printed = Printed(mark, tell)
        self.jobs: deque[Job] = deque()
        self.load = 0.0
        self.since = 0.0
        self.told = True
        self.full = False
        self.done = 0
        self.retiring = False
        self._sent: deque[tuple[bytes, Job | None]] = deque()

    def has_room(self, job: Job, now: float) -> bool:
        """Say whether a job may be sent now: at once if the worker is idle, else only short ones behind
        short ones."""
        if self.full or self.retiring:
            return False
        if not self.jobs:
            return True
        if job.expected > SHORT or len(self.jobs) >= MOST:
            return False
        if now > self.overdue:
            return False
        return self.load + job.expected <= AHEAD or (len(self.jobs) == 1 and self.load <= SHORT)

    @property
    def overdue(self) -> float:
        """When the running call has taken so much longer than expected that those behind it should not
        wait."""
        return self.since + 2 * self.jobs[0].expected + _GRACE

    def send(self, job: Job, payload: bytes) -> bool:
        """Send a job; False if the channel is full."""
        if not self._put(payload, job):
            return False
        if not self.jobs:
            self.since = time.monotonic()
            self.printed.begin(job.task)
            self.told = False
        self.jobs.append(job)
        self.load += job.expected
        return True

    def tell(self, message: tuple[Any, ...], folder: Path) -> bool:
        """Send another message than a job; False if the channel is full."""
        return self._put(ch.packet(pickle.dumps(message, 5), folder), None)

    def _put(self, payload: bytes, job: Job | None) -> bool:
        try:
            self.ours.send(payload)
        except BlockingIOError:
            self.full = True
            return False
        except OSError:
            # It died; its end is reported soon, and then all that was sent is looked through.
            if job is None:
                return True
        self._sent.append((payload, job))
        return True

    def answered(self) -> Job:
        """Return the job that the worker has just answered."""
        job = self.jobs.popleft()
        self.load = self.load - job.expected if self.jobs else 0.0
        while self._sent and self._sent.popleft()[1] is not job:
            pass
        self.since = time.monotonic()
        self.full, self.told = False, not self.jobs
        self.done += 1
        return job

    def messages(self) -> Iterator[Any]:
        """Yield what the worker has sent."""
        while True:
            try:
                message = self.inbox.next()
            except (BlockingIOError, OSError):
                return
            if message is None:
                return
            yield message

    def take_back(self) -> list[Job]:
        """Take all jobs back that the worker has not begun; other messages are sent again.

        The worker may go on reading meanwhile, so what is taken need not be the last that was sent.
        """
        taken = Counter(self._unread())
        kept: deque[tuple[bytes, Job | None]] = deque()
        back: list[tuple[bytes, Job | None]] = []
        for payload, job in self._sent:
            if taken[payload]:
                taken[payload] -= 1
                back.append((payload, job))
            else:
                kept.append((payload, job))
        self._sent = kept
        self.jobs = deque(job for _, job in kept if job is not None)
        self.load = sum(job.expected for job in self.jobs)
        self.full = False
        for payload, job in back:
            if job is None:
                self._put(payload, None)
        return [job for _, job in back if job is not None]

    def _unread(self) -> Iterator[bytes]:
        while True:
            try:
                payload = self.theirs.recv(2 * ch.LARGEST, socket.MSG_DONTWAIT)
            except OSError:
                return
            if not payload:
                return
            yield payload

    # Output

    def read_output(self) -> bool:
        """Read some of what the worker printed; False if there is no more at the moment."""
        for _ in range(_AT_A_TIME):
            try:
                data = os.read(self.output, _CHUNK)
            except BlockingIOError:
                return False
            if not data:
                return False
            self.printed.feed(data)
        return True

    def next_output(self) -> None:
        """Turn from the output of the task that was just answered to that of the next one."""
        # Its mark was written before its answer: it is there.
        end = time.monotonic() + 1.0
        while not self.printed.at_mark and time.monotonic() < end:
            self.read_output()
        self.printed.next_task(self.jobs[0].task if self.jobs else "")

    def last_output(self) -> None:
        """Pass on what the worker printed before it died."""
        end = time.monotonic() + 1.0
        while self.read_output() and time.monotonic() < end:
            pass
        self.printed.next_task("")

    def born(self, pid: int) -> None:
        """Take note of the process, and close the end of the pipe that only it uses."""
        self.pid, self.place = pid, Place(f"process {pid}", pid)
        self._close_printing()

    def _close_printing(self) -> None:
        if self.printing >= 0:
            os.close(self.printing)
            self.printing = -1

    def close(self) -> None:
        """Let go of all descriptors."""
        self._close_printing()
        self.ours.close()
        self.theirs.close()
        if self.output >= 0:
            os.close(self.output)
            self.output = -1


def choose(members: Iterable[Member], job: Job, now: float) -> Member | None:
    """Return the worker with the least to do, among idle ones the one that made the largest input of the job."""
    best: Member | None = None
    for member in members:
        if not member.has_room(job, now):
            continue
        if member.number == job.home and not member.jobs:
            return member
        if best is None or (len(member.jobs) > 0, member.load) < (len(best.jobs) > 0, best.load):
            best = member
    return best
