"""The calls that were sent to a worker and not taken back, as the worker sees them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from .board import BEGUN, EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..hosting.channel import Inbox
    from .board import Board

JOBS, RECALLED, FINISH, GO_ON = range(4)
"""What the owner sends: calls; up to which number they may be begun, the others having been taken back; the end; and
that a worker which rests is to begin calls again."""


class Queue:
    """Gives out one call at a time, each only once its owner can know that it is begun.

    The owner takes calls back by raising the epoch on the board and looking which call was begun. A worker says on
    the board what it is about to begin, and only then looks at the epoch: so either it sees that calls were taken
    back, and waits to be told which, or the owner sees the call as begun. ``tell`` sends the answers on that were
    held back; it is called before each wait.
    """

    def __init__(self, inbox: Inbox, board: Board, tell: Callable[[], None]) -> None:
        self._inbox, self._tell = inbox, tell
        self._numbers = board.numbers
        self._jobs: deque[tuple[Any, ...]] = deque()
        self._epoch = 0
        self._last = 0
        self._rests = False

    def next(self) -> tuple[Any, ...] | None:
        """Return the next call, its number first; None at the end."""
        while True:
            while self._jobs:
                job = self._jobs.popleft()
                if self._claimed(job[0]):
                    return job
            self._tell()
            if not self._read():
                return None

    @property
    def soon_done(self) -> bool:
        """Whether the next call is there and known to be a short one."""
        return bool(self._jobs) and self._jobs[0][1]

    def rest(self) -> None:
        """Give out no call before the owner says so; it takes all back that it has sent."""
        self._rests = True
        self._jobs.clear()

    def _claimed(self, number: int) -> bool:
        self._numbers[BEGUN] = number
        if self._numbers[EPOCH] == self._epoch:
            return True
        self._tell()
        while self._numbers[EPOCH] != self._epoch:
            if not self._read():
                return False
        return number <= self._last

    def _read(self) -> bool:
        match self._inbox.next():
            case (0, jobs):
                if not self._rests:
                    self._jobs.extend(jobs)
            case (1, epoch, last):
                self._epoch, self._last = epoch, last
                self._jobs.clear()
            case (3,):
                self._rests = False
            case _:
                return False
        return True
