"""The thread hosts there are: one that works, and for a while those that it replaces and those of suspects."""

from __future__ import annotations

import itertools
import os
import selectors
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.scheme import Began, Logged
from ...core.worker.failures import Cause
from ..hosting.brood import Brood
from ..hosting.deaths import UNREACHABLE, MemoryWatch, cause_of_death, left_program
from ..hosting.learning import SHORT
from . import messages as m
from .hosted import Hosted
from .patience import NEVER, due

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...core.scheme import Report
    from ..hosting.child import Setup

GARBLED = Cause(
    "lost contact",
    "what the thread host told makes no sense: a module has written to a descriptor that it did not open (those from 3 "
    "on belong to Treadle)",
)
HUNG = Cause(
    "lost contact",
    "the thread host did not answer any more: a module that ran in it holds the interpreter and lets no other thread "
    "run, or the process is suspended",
)


class Fleet:
    """Starts and ends the hosts, and says when one has ended: ``buried`` is called with it and the cause.

    ``main`` is the host that takes calls, None if none can be had; ``hopeless`` then says why. ``selector`` watches all
    sockets. OSError if the supervisor cannot be started.
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
        self.hopeless = ""
        self.hosts: dict[int, Hosted] = {}
        self.selector = selectors.DefaultSelector()
        try:
            self.brood = Brood(setup, self.selector, "thread hosts")
        except BaseException:
            self.selector.close()
            raise
        self.main = self._next_main()

    def _next_main(self) -> Hosted | None:
        """Start the host that is to take calls; None if none can be had."""
        if self.brood.hopeless:
            self.hopeless = self.brood.hopeless
            return None
        try:
            return self.fork(self.threads)
        except OSError as error:
            self.hopeless = f"thread hosts cannot be started: {error}"
            return None

    def fork(self, threads: int) -> Hosted:
        """Start a host with so many threads. OSError if no more files can be opened."""
        tell = lambda task, line: self._report(Logged(task, line))  # noqa: E731
        host = Hosted(next(self._numbers), threads, self._setup, Path(self._setup.memory), tell)
        self.hosts[host.number] = host
        self.selector.register(host.ours, selectors.EVENT_READ, (host, True))
        self.selector.register(host.printed, selectors.EVENT_READ, (host, False))
        self.brood.fork(host.number, host.theirs.fileno(), host.printing)
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
            self.main = self._next_main()

    def leave(self, host: Hosted) -> None:
        """Have a host that nobody waits for hand over its values."""
        host.leaving, host.asked = True, time.monotonic()
        host.tell(m.LEAVE)

    def dismiss(self, host: Hosted) -> None:
        """Kill a host; its end is told soon."""
        if not host.dismissed:
            host.dismissed = True
            if host is self.main:
                self.main = self._next_main()
            self.brood.kill(host.number)

    # Patience

    def look_after(self) -> None:
        """Report calls that run for long, and replace hosts that do not get rid of calls nobody waits for."""
        now = time.monotonic()
        self.brood.look_after(now)
        for host in list(self.hosts.values()):
            self._tell_begun(host)
            if now >= due(host):
                if host.silent < NEVER:
                    self.sever(host, left_program(self.brood.program_of(host.number)))
                elif host.unheard:
                    self.sever(host, HUNG)
                elif host.retiring:
                    self.dismiss(host)
                else:
                    self.retire(host)

    def sever(self, host: Hosted, why: Cause) -> None:
        """Kill a host that lives and cannot be talked with: what it had is settled as after any death."""
        if host.severed is None:
            host.severed = why
            self._ignore(host)
            self.brood.kill(host.number)

    def patience(self) -> float | None:
        """Return after how many seconds a host is to be looked after; None if that is not needed."""
        ends = [self.brood.due, *map(due, self.hosts.values())]
        if any(host.jobs and not host.quiet for host in self.hosts.values()):
            ends.append(time.monotonic() + SHORT)
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
            if not job.told and (not job.short or now - job.seen > SHORT / 2):
                job.told = True
                self._report(Began(job.task, job.attempt, host.place))
        host.quiet = len(running) >= min(host.threads, len(host.jobs)) and all(job.told for job in running)

    # What happens

    def notices(self) -> None:
        """Take in what the supervisor told."""
        for notice in self.brood.notices():
            match notice:
                case ("born", number, pid, _) if number in self.hosts:
                    self.hosts[number].born(pid)
                case ("used", number, memory) if number in self.hosts:
                    self.hosts[number].peak = memory
                case ("exited", number, status, *words) if number in self.hosts:
                    self._bury(number, self._cause(self.hosts[number], status, *words))
                case ("unborn", number, text) if number in self.hosts:
                    self._bury(number, Cause("insufficient resources", f"no thread host could be made: {text}"))
                case ("orphaned", number) if number in self.hosts:
                    cause = Cause("killed", "killed together with the supervisor of the thread host")
                    self._bury(number, cause, orphaned=True)

    def _cause(self, host: Hosted, status: int, why: str, traceback: str) -> Cause:
        if host.severed is not None and status == signal.SIGKILL:
            return host.severed
        if os.waitstatus_to_exitcode(status) == m.CUT_OFF:
            return UNREACHABLE
        # What we ended ourselves must not be taken for one of those that the system has killed.
        struck = status == signal.SIGKILL and not host.dismissed and self._memory.struck()
        return cause_of_death(status, why, traceback, out_of_memory=struck, peak=host.peak)

    def watch_room(self) -> None:
        """Have the selector tell when there is room again for what hosts are to be told."""
        for host in self.hosts.values():
            if host.silent < NEVER or host.severed is not None:
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

    def _bury(self, number: int, cause: Cause, *, orphaned: bool = False) -> None:
        host = self.hosts[number]
        if not (host.answered or host.board.latest() or host.dismissed or orphaned):
            self.brood.failed(cause)
        self._replace(host)
        self._buried(host, cause)
        host.close()

    def _replace(self, host: Hosted) -> None:
        del self.hosts[host.number]
        self._ignore(host)
        self.selector.unregister(host.printed)
        if host is self.main:
            self.main = self._next_main()

    def abandon(self, why: str) -> list[Hosted]:
        """Let go of all hosts, which are being killed, and return them: the scheme itself has failed."""
        self.main, self.hopeless = None, why
        hosts = list(self.hosts.values())
        self.hosts.clear()
        for host in hosts:
            self.brood.kill(host.number)
        return hosts

    def close(self, seconds: float) -> None:
        """End all hosts and what they started."""
        self.brood.close(seconds)
        for host in self.hosts.values():
            host.close()
        self.hosts.clear()
        self.main = None
        self.selector.close()
