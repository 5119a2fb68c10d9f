"""One worker as its owner sees it: what it was sent, and what it answered."""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import signal
import socket
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from ...core.scheme import Began, Place
from ..hosting import channel as ch
from ..hosting.learning import SHORT
from .board import ASKED, BEGUN, ENDED, EPOCH, STOP, WORN, Board, new_board
from .claiming import FINISH, GO_ON, JOBS, RECALLED
from .outlet import Outlet
from .pace import AHEAD, MOST
from .requests import Requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ...core.worker.failures import Cause
    from ..hosting.keeping import Slots
    from ..hosting.kin import Proven
    from .parcels import Job

_GRACE = 0.010
_UNBEGUN = 0.5
"""Seconds within which a worker begins a call that is all it has, if it gets on at all."""

_STUCK = 0.1
"""Seconds for which a worker is left alone, if there are others, that has begun nothing of what was taken back."""

_SETTLE = 0.001
"""Seconds after which what either side wrote on the board is seen by the other, by far."""

_HOLD_BACK = 0.001
"""Seconds; while shorter calls wait at a worker, it may gather its answers."""

_OWN = 0.5
"""Seconds after which what a worker takes is due to the call that runs, and not to those before it."""

_HEAVY = 48 * 1024
"""In bytes: what one packet should hold."""


class Member:
    """The owner's side of one worker.

    What the worker answers lies on a board that both share, and so does the number of the call that it has begun.
    So when the worker has died, its owner knows exactly which call was running; and it can take back what is not
    begun, whatever the worker does. OSError if no more files can be opened.

    ``stuck_until`` is until when it should get nothing that others can do, since it did not begin what it had.
    ``parted_at`` is when its end of the channels was closed: its end follows at once, or else its module has done that.
    ``severed`` is why its owner kills it and believes no more of what comes through its channels, ``overdrawn`` why it
    was killed that took more memory than it may.
    """

    def __init__(self, number: int, mark: bytes, tell: Callable[[str, str], None], overflow: tuple[Path, ...]) -> None:
        self.number = number
        self.pid = 0
        self.place = Place(f"process #{number}")
        self._process: Proven | None = None
        self._overflow = overflow
        with contextlib.ExitStack() as undo:
            self.ours, self.theirs = ch.pair()
            undo.callback(self.ours.close)
            undo.callback(self.theirs.close)
            self.shared = new_board()
            undo.callback(os.close, self.shared)
            self.board = Board(self.shared)
            self.outlet = Outlet(mark, self._current, tell, self.board.numbers)
            undo.callback(self.outlet.close)
            self.requests = Requests()
            undo.pop_all()
        self._inbox = ch.Inbox(self.ours, *overflow)
        self.jobs: deque[Job] = deque()
        self.load = 0.0
        self.since = 0.0
        self.told = True
        self.full = self.retiring = self.finishing = self.reads_files = self._resumed = False
        self.done = self.peak = 0
        self.interrupt_at = self.kill_at = self.parted_at = self.stuck_until = 0.0
        self.severed: Cause | None = None
        self.overdrawn: Cause | None = None
        self._epoch = 0
        self._count = 0
        self.outgoing: list[list[tuple[Any, ...]]] = []
        self._weight = 0

    def _current(self) -> str:
        return self.jobs[0].task if self.jobs else ""

    @property
    def open(self) -> bool:
        """Whether it takes jobs at all."""
        return not (self.full or self.retiring or self.kill_at or self.severed or self.parted_at)

    def has_room(self, job: Job, now: float) -> bool:
        """Say whether a job may be sent now to a worker that is open.

        At once if the worker is idle, else only short ones behind short ones.
        """
        jobs = self.jobs
        if not jobs:
            return True
        if job.expected > SHORT or len(jobs) >= MOST or now > self.since + 2 * jobs[0].expected + _GRACE:
            return False
        return self.load + job.expected <= AHEAD or (len(jobs) == 1 and self.load <= SHORT)

    @property
    def overdue(self) -> float:
        """When what waits at it should wait no longer, because the first call takes so much longer than expected."""
        return self.since + 2 * self.jobs[0].expected + _GRACE

    @property
    def patience(self) -> float:
        """When jobs should be taken back from it; infinity if there are none that could be."""
        if len(self.jobs) > 1:
            return self.overdue
        return self.since + _UNBEGUN if self.jobs and self.running() is None else math.inf

    def remaining(self, now: float) -> float:
        """Return how long what it has will take; what is late may take as long again as it is late."""
        if not self.jobs:
            return 0.0
        return max(0.0, self.load - self.jobs[0].expected) + abs(self.jobs[0].expected - (now - self.since))

    # What it is sent

    def give(self, job: Job, slots: Slots, now: float) -> None:
        """Have a job sent by the next ``flush``."""
        self._count += 1
        job.number = self._count
        if not self.jobs:
            self.since = now
            self.told = False
        self.jobs.append(job)
        self.load += job.expected
        short = job.expected <= _HOLD_BACK
        if not self.outgoing or self._weight > _HEAVY:
            self.outgoing.append([])
            self._weight = 0
        self._weight += job.bytes_in + len(job.arguments)
        self.outgoing[-1].append((job.number, short, job.task, job.attempt, job.kind, job.arguments, slots))

    def flush(self) -> tuple[list[Job], list[tuple[Job, OSError]]]:
        """Send what was given; return what cannot be sent now, because the channel is full.

        And those jobs that are too large for it, with why there is no room for them elsewhere.
        """
        given, self.outgoing = self.outgoing, []
        refused: list[tuple[Job, OSError]] = []
        left = sum(map(len, given))
        for jobs in given:
            for part, packet in ch.packets(JOBS, jobs, *self._overflow):
                if isinstance(packet, OSError):
                    refused.append((self._taken_out(part[0][0]), packet))
                elif not self._put(packet):
                    self.full = True
                    ch.unsend(packet, *self._overflow)
                    return [self._taken_out() for _ in range(left)][::-1], refused
                left -= len(part)
        return [], refused

    def _taken_out(self, number: int = 0) -> Job:
        """Take out the job of this number, or the last one."""
        place = next((place for place, job in enumerate(self.jobs) if job.number == number), len(self.jobs) - 1)
        job = self.jobs[place]
        del self.jobs[place]
        self.load = self.load - job.expected if self.jobs else 0.0
        return job

    def finish(self) -> None:
        """Let the worker end when it has done what it has."""
        if not self.finishing:
            self.finishing = self._put(pickle.dumps((FINISH,), 5))

    def is_worn(self, after: int | None) -> bool:
        """Say whether it has done so many calls, or a module has changed its process for good."""
        return bool(self.board.numbers[WORN]) or (after is not None and self.done >= after)

    @property
    def rests(self) -> bool:
        """Whether it begins nothing, because a module has changed its process for good."""
        return bool(self.board.numbers[WORN]) and not self._resumed

    def resume(self) -> None:
        """Let it begin calls again if it rests: nobody can take its place."""
        if self.rests:
            self._resumed = self._put(pickle.dumps((GO_ON,), 5))

    def _put(self, packet: bytes) -> bool:
        try:
            self.ours.send(packet)
        except BlockingIOError:
            return False
        except OSError:
            # It died; its end is reported soon, and then all that was sent is looked through.
            pass
        return True

    def take_back(self, interrupt: int = 0) -> list[Job]:
        """Take all jobs back that the worker has not begun; interrupt the call of this number if it runs.

        See ``claiming.Queue`` for the worker's side. The worker begins nothing new before it is told what it has.
        So an interruption, which is sent before, never reaches a later call.
        """
        numbers = self.board.numbers
        self._epoch += 1
        numbers[EPOCH] = self._epoch
        time.sleep(_SETTLE)
        begun, ended = numbers[BEGUN], numbers[ENDED]
        kept = [job for job in self.jobs if job.number <= begun]
        back = [job for job in self.jobs if job.number > begun]
        self._discard_unread()
        if kept and ended < interrupt == kept[-1].number:
            self._interrupt()
        self._put(pickle.dumps((RECALLED, self._epoch, kept[-1].number if kept else 0), 5))
        if self.finishing:
            self._put(pickle.dumps((FINISH,), 5))
        self.jobs = deque(kept)
        self.load = sum(job.expected for job in kept)
        self.full = False
        return back

    def give_up(self, now: float) -> list[Job]:
        """Take back what waits at it because it does not get on."""
        back = self.take_back()
        if not self.jobs:
            self.stuck_until = now + _STUCK
        return back

    def _discard_unread(self) -> None:
        inbox = ch.Inbox(self.theirs, *self._overflow)
        while True:
            try:
                if inbox.next(socket.MSG_DONTWAIT) is None:
                    return
            except OSError:
                return

    # How a call is ended

    def stop(self, job: Job) -> None:
        """Let a call know that it is cancelled, if it asks."""
        self.board.numbers[STOP] = job.number

    @property
    def asks(self) -> bool:
        """Whether the running call has asked if it was cancelled."""
        return bool(self.jobs) and self.board.numbers[ASKED] == self.jobs[0].number

    def _interrupt(self) -> None:
        if self._process is not None:
            self._process.send(signal.SIGINT)

    # What it tells

    def answered(self, now: float) -> Job:
        """Return the job that the worker has just answered."""
        job = self.jobs.popleft()
        self.load = self.load - job.expected if self.jobs else 0.0
        self.since = now
        self.full, self.told = False, not self.jobs
        self.interrupt_at = self.kill_at = self.stuck_until = 0.0
        self.done += 1
        return job

    def messages(self) -> Iterator[Any]:
        """Yield what the worker has sent. GarbledError if that is no message."""
        while True:
            try:
                message = self._inbox.next()
            except (BlockingIOError, OSError):
                return
            if message is None:
                return
            yield message

    @property
    def board_is_sound(self) -> bool:
        """Whether what the owner wrote last is on the board."""
        return bool(self.board.numbers[EPOCH] == self._epoch)

    def running(self) -> Job | None:
        """Return the job that a worker which is dead was at."""
        return self.jobs[0] if self.jobs and self.jobs[0].number <= self.board.numbers[BEGUN] else None

    def began(self, long: float) -> Began | None:
        """Return the report that the first job runs, once, if it may take this long."""
        if self.told or not self.jobs or self.jobs[0].expected < long:
            return None
        self.told = True
        job = self.jobs[0]
        return Began(job.task, job.attempt, self.place)

    def born(self, process: Proven) -> None:
        """Take note of the process, and close what only it uses."""
        self._process, self.pid = process, process.pid
        self.place = Place(f"process {self.pid}", self.pid)
        self.outlet.close_writer()
        self.requests.close_other()
        os.close(self.shared)
        self.shared = -1

    def is_to_blame(self, now: float) -> bool:
        """Whether the running call has taken what is too much; not if that may be from those before it."""
        return self.overdrawn is not None and (not self.done or now > self.since + _OWN)

    def close(self) -> None:
        """Let go of all descriptors."""
        for one in (self.outlet, self.requests, self.board, self.ours, self.theirs):
            one.close()
        if self.shared >= 0:
            os.close(self.shared)
            self.shared = -1
