"""The thread hosts there are: one that works, and for a while those that it replaces and those of suspects."""

from __future__ import annotations

import contextlib
import itertools
import os
import selectors
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.scheme import Began, Logged
from ...core.worker.failures import Cause
from ..hosting import kin
from ..hosting.deaths import MemoryWatch, cause_of_death
from ..hosting.nursery import Nursery
from . import messages as m
from .hosted import Hosted
from .patience import NEVER, SOON, due

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...core.scheme import Report
    from ..hosting.child import Setup

MOST_STILLBORN = 5

CLOSED = (
    "the thread host cannot be reached any more: a module that runs in it has closed descriptors that it did not "
    "open (as os.closerange does); such a module must not run in threads"
)


class Fleet:
    """Starts and ends the hosts, and says when one has ended: ``buried`` is called with it and the cause.

    ``main`` is the host that takes calls, None if none can be had. ``selector`` watches all sockets.
    """

    def __init__(
        self,
        setup: Setup,
        threads: int,
        environment: Mapping[str, str],
        report: Callable[[Report], None],
        buried: Callable[[Hosted, Cause], None],
    ) -> None:
        self._setup, self.threads, self._environment = setup, threads, dict(environment)
        self._report, self._buried = report, buried
        self._numbers = itertools.count()
        self._memory = MemoryWatch()
        self._stillborn = 0
        self.hosts: dict[int, Hosted] = {}
        self.selector = selectors.DefaultSelector()
        self._nursery = Nursery(setup)
        self.selector.register(self._nursery.control, selectors.EVENT_READ, None)
        self.main: Hosted | None = self.fork(threads)

    def fork(self, threads: int) -> Hosted:
        """Start a host with so many threads."""
        tell = lambda task, line: self._report(Logged(task, line))  # noqa: E731
        host = Hosted(next(self._numbers), threads, self._setup, Path(self._setup.memory), tell)
        self.hosts[host.number] = host
        self.selector.register(host.ours, selectors.EVENT_READ, (host, True))
        self.selector.register(host.printed, selectors.EVENT_READ, (host, False))
        # If the supervisor is gone, that is noticed where its notices are read.
        with contextlib.suppress(OSError):
            self._nursery.fork(host.number, host.theirs.fileno(), host.printing)
        host.start(self._environment)
        return host

    @property
    def alone(self) -> int:
        """How many hosts of suspects there are."""
        return sum(host.alone for host in self.hosts.values())

    @property
    def full(self) -> bool:
        """Whether there is no room for what a host is to be told."""
        return any(host.full for host in self.hosts.values())

    def retire(self, host: Hosted) -> None:
        """Have a host take no more calls; the main one is replaced."""
        if host.retiring or host.number not in self.hosts:
            return
        host.retiring, host.asked = True, time.monotonic()
        host.tell(m.RETIRE)
        if host is self.main:
            self.main = self.fork(self.threads)

    def leave(self, host: Hosted) -> None:
        """Have a host that nobody waits for hand over its values."""
        host.leaving, host.asked = True, time.monotonic()
        host.tell(m.LEAVE)

    def dismiss(self, host: Hosted) -> None:
        """Kill a host; its end is told soon."""
        if not host.dismissed:
            host.dismissed = True
            if host is self.main:
                self.main = self.fork(self.threads)
            with contextlib.suppress(OSError):
                self._nursery.kill(host.number)

    # Patience

    def look_after(self) -> None:
        """Report calls that run for long, and replace hosts that do not get rid of calls nobody waits for."""
        now = time.monotonic()
        for host in list(self.hosts.values()):
            self._tell_begun(host)
            if now >= due(host):
                if host.silent < NEVER:
                    self._sever(host)
                elif host.retiring:
                    self.dismiss(host)
                else:
                    self.retire(host)

    def _sever(self, host: Hosted) -> None:
        """Kill a host that lives and can be told nothing: what it had is settled as after any death."""
        host.severed = True
        with contextlib.suppress(OSError):
            self._nursery.kill(host.number)

    def patience(self) -> float | None:
        """Return after how many seconds a host is to be looked after; None if that is not needed."""
        ends = [due(host) for host in self.hosts.values()]
        if any(host.jobs and not host.quiet for host in self.hosts.values()):
            ends.append(time.monotonic() + SOON)
        end = min(ends, default=NEVER)
        return max(0.001, end - time.monotonic()) if end < NEVER else None

    def _tell_begun(self, host: Hosted) -> None:
        """Report the calls that run, if that was not done."""
        host.quiet = False
        if not host.jobs:
            return
        running = [job for job in host.running() if job.wanted]
        now = time.monotonic()
        for job in running:
            job.seen = job.seen or now
            if not job.told and (not job.short or now - job.seen > SOON / 2):
                job.told = True
                self._report(Began(job.task, job.attempt, host.place))
        host.quiet = len(running) >= min(host.threads, len(host.jobs)) and all(job.told for job in running)

    # What happens

    def notices(self) -> None:
        """Take in what the supervisor told."""
        for notice in self._nursery.notices():
            match notice:
                case ("born", number, pid) if number in self.hosts:
                    self.hosts[number].born(pid)
                case ("exited", number, status) if number in self.hosts:
                    self._bury(number, self._cause(self.hosts[number], status))
                case ("unborn", number, text) if number in self.hosts:
                    self._bury(number, Cause("insufficient resources", f"no thread host could be made: {text}"))
                case None:
                    self._replace_supervisor()

    def _cause(self, host: Hosted, status: int) -> Cause:
        if os.waitstatus_to_exitcode(status) == m.CUT_OFF or (host.severed and status == signal.SIGKILL):
            return Cause("lost contact", CLOSED)
        return cause_of_death(status, out_of_memory=status == signal.SIGKILL and self._memory.struck())

    def watch_room(self) -> None:
        """Have the selector tell when there is room again for what hosts are to be told."""
        for host in self.hosts.values():
            if host.silent < NEVER:
                # Its end of the channel would be found again and again.
                self._ignore(host)
                continue
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if host.full else 0)
            if wanted != host.watched:
                host.watched = wanted
                self.selector.modify(host.ours, wanted, (host, True))

    def _ignore(self, host: Hosted) -> None:
        if host.watched:
            host.watched = 0
            self.selector.unregister(host.ours)

    def _bury(self, number: int, cause: Cause) -> None:
        host = self.hosts[number]
        # Several in a row that end before they did anything: the next would do the same.
        lived = host.answered or host.board.latest() or host.dismissed
        self._stillborn = 0 if lived else self._stillborn + 1
        self._replace(host, hopeless=self._stillborn >= MOST_STILLBORN)
        self._buried(host, cause)
        host.close()

    def _replace(self, host: Hosted, *, hopeless: bool) -> None:
        del self.hosts[host.number]
        self._ignore(host)
        self.selector.unregister(host.printed)
        if host is self.main:
            self.main = None if hopeless else self.fork(self.threads)

    def _replace_supervisor(self) -> None:
        """Start anew after the supervisor itself has ended; the kernel has killed its hosts."""
        self.selector.unregister(self._nursery.control)
        orphans = list(self.hosts.values())
        for host in orphans:
            if host.pid:
                kin.kill_with_group(host.pid)
        self._nursery.close(1.0)
        self._nursery = Nursery(self._setup)
        self.selector.register(self._nursery.control, selectors.EVENT_READ, None)
        for host in orphans:
            self._bury(host.number, Cause("killed", "killed together with the supervisor of the thread host"))

    def abandon(self) -> None:
        """Let go of all hosts: the scheme itself has failed."""
        self.main = None
        while self.hosts:
            self.hosts.popitem()[1].close()

    def close(self, seconds: float) -> None:
        """End all hosts and what they started."""
        self._nursery.close(seconds)
        for host in self.hosts.values():
            host.close()
        self.hosts.clear()
        self.main = None
        self.selector.close()
