"""The workers there are: has them made and ended, and watches their sockets."""

from __future__ import annotations

import contextlib
import itertools
import selectors
from typing import TYPE_CHECKING, Any

from ...core.scheme import Logged, Report
from ..hosting.brood import Brood
from ..hosting.deaths import left_program
from .member import Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.worker.failures import Cause
    from ..hosting.child import Setup

CALLS, OUTPUT, VALUES = range(3)
"""What a socket is for; the selector tells it with the worker."""

PARTED = 0.5
"""Seconds within which a worker ends whose end of the channels is closed; else its module has done that."""


class Staff:
    """The workers by their numbers. ``selector`` watches all sockets. OSError if none can be made."""

    def __init__(self, setup: Setup, report: Callable[[Report], None]) -> None:
        self._setup, self._report = setup, report
        self._numbers = itertools.count()
        self.failed = ""
        self.members: dict[int, Member] = {}
        self.selector = selectors.DefaultSelector()
        try:
            self.brood = Brood(setup, self.selector, "worker processes")
        except BaseException:
            self.selector.close()
            raise

    @property
    def hopeless(self) -> str:
        """Why no worker can be had; empty as long as there is hope."""
        return self.failed or self.brood.hopeless

    def hire(self) -> None:
        """Have one more worker made, if more files can be opened."""
        number = next(self._numbers)
        tell = lambda task, line: self._report(Logged(task, line))  # noqa: E731
        try:
            member = Member(number, self._setup.mark, tell, self._setup.overflow)
        except OSError as error:
            # The others go on; if there are none, this says why.
            self.failed = f"worker processes cannot be started: {error}"
            return
        self.failed = ""
        self.members[number] = member
        self.selector.register(member.ours, selectors.EVENT_READ, (member, CALLS))
        self.selector.register(member.outlet.reader, selectors.EVENT_READ, (member, OUTPUT))
        self.selector.register(member.requests.ours, selectors.EVENT_READ, (member, VALUES))
        handles = (member.theirs.fileno(), member.outlet.writer, member.requests.theirs.fileno(), member.shared)
        self.brood.fork(number, *handles)

    def kill(self, member: Member) -> None:
        """End a worker; that is told soon."""
        self.brood.kill(member.number)

    def sever(self, member: Member, why: Cause) -> None:
        """End a worker that cannot be talked with any more, and hear no more of it."""
        if member.severed is None:
            member.severed = why
            self.ignore(member.ours, member.requests.ours)
            self.kill(member)

    def sever_if_parted(self, member: Member, now: float) -> None:
        """End a worker whose channels have been closed for too long: its module has done that."""
        if member.parted_at and now > member.parted_at + PARTED:
            self.sever(member, left_program(self.brood.program_of(member.number)))

    def ignore(self, *watched: Any) -> None:
        """Let the selector watch these no more."""
        for one in watched:
            # It may be ignored already.
            with contextlib.suppress(KeyError):
                self.selector.unregister(one)

    def due(self) -> list[float]:
        """Return when workers are to be looked at again."""
        found = [member.parted_at + PARTED for member in self.members.values() if member.parted_at]
        return [*found, self.brood.due] if self.brood.waits else found

    def close(self, seconds: float) -> None:
        """End all workers and what they started."""
        self.brood.close(seconds)
        for member in self.members.values():
            member.close()
        self.members.clear()
        self.selector.close()
