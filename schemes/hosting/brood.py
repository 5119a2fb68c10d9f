"""The workers of a scheme as processes: has them made and ended by a supervisor, and replaces that when it ends."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from selectors import EVENT_READ
from typing import TYPE_CHECKING, Any

from . import kin
from .nursery import Nursery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from selectors import BaseSelector

    from ...core.worker.failures import Cause
    from .child import Setup

BIRTH = 20.0
"""Seconds within which a worker that was asked for says that it is ready."""

MOST_FAILURES = 5
"""Workers that end before they did anything, and supervisors that end before an answer came, are replaced so often."""


class Brood:
    """Makes and ends workers, and tells of them: ``notices`` yields what the supervisor tells of each.

    When the supervisor ends, ``("orphaned", number)`` is told of each worker, and the next one is started.
    ``selector`` watches it, with None as data. Once ``hopeless`` says why, no worker can be made any more;
    ``last_words`` is the traceback of the last that ended by an error before it did anything. OSError if the first
    supervisor cannot be started.
    """

    def __init__(self, setup: Setup, selector: BaseSelector, kind: str) -> None:
        self._setup, self._selector, self._kind = setup, selector, kind
        self._workers: dict[int, kin.Proven | None] = {}
        self._births: dict[int, float] = {}
        self._late: set[int] = set()
        self._untold: deque[tuple[Any, ...]] = deque()
        self._stillborn = self._orphaned = 0
        self.hopeless = self.last_words = ""
        self._nursery: Nursery | None = None
        self._start()

    def _start(self) -> None:
        self._nursery = Nursery(self._setup)
        for one in self._nursery.watched:
            self._selector.register(one, EVENT_READ, None)

    # What is asked of it

    def fork(self, number: int, *descriptors: int) -> None:
        """Have a worker made that owns these descriptors; what comes of it is told by ``notices``."""
        if self.hopeless or self._nursery is None:
            self._untold.append(("unborn", number, self.hopeless))
            return
        try:
            self._nursery.fork(number, *descriptors)
        except (BrokenPipeError, ConnectionResetError):
            # The supervisor is gone, which is noticed where its notices are read.
            pass
        except OSError as error:
            self._untold.append(("unborn", number, str(error)))
            return
        self._workers[number] = None
        self._births[number] = time.monotonic() + BIRTH

    def kill(self, number: int) -> None:
        """Have a worker killed; its end is told soon."""
        if self._nursery is None:
            return
        try:
            self._nursery.kill(number)
        except BlockingIOError:
            if worker := self._workers.get(number):
                worker.kill_with_group()
        except OSError:
            # The supervisor is gone, and the kernel ends its workers.
            pass

    def ready(self, number: int) -> None:
        """Take note that a worker has said that it is ready."""
        self._births.pop(number, None)

    # How it goes

    def failed(self, cause: Cause) -> None:
        """Take note that a worker has ended before it did anything: after several in a row, the next would too."""
        self._stillborn += 1
        self.last_words = cause.traceback
        if self._stillborn >= MOST_FAILURES and not self.hopeless:
            self.hopeless = f"{self._kind} cannot be started, or end at once: {cause.message}"

    def thrived(self) -> None:
        """Take note that a worker has done something."""
        self._stillborn = self._orphaned = 0
        if self._nursery is not None:
            self.hopeless = ""

    def program_of(self, number: int) -> str:
        """Return what a worker executes, if a module has put another program in the place of ours."""
        if self._nursery is None or not (worker := self._workers.get(number)):
            return ""
        found = kin.command_of(worker.pid)
        return "" if found in {"?", kin.command_of(self._nursery.pid)} else found

    @property
    def waits(self) -> bool:
        """Whether there is anything to be looked after."""
        return bool(self._untold or self._births)

    @property
    def due(self) -> float:
        """When to call ``look_after``, at the latest."""
        return 0.0 if self._untold else min(self._births.values(), default=float("inf"))

    def look_after(self, now: float) -> None:
        """End workers that are not ready in time, and a supervisor that does not answer."""
        for number in [number for number, end in self._births.items() if now >= end]:
            del self._births[number]
            if self._workers[number]:
                self._late.add(number)
                self.kill(number)
            elif self._nursery is not None:
                self._nursery.kill_supervisor()

    def notices(self) -> Iterator[tuple[Any, ...]]:
        """Yield what there is to be told of workers: see ``Supervisor``, and above."""
        for notice in self._nursery.notices() if self._nursery is not None else ():
            if notice is None:
                self._replace()
            else:
                yield self._noted(notice)
        while self._untold:
            yield self._untold.popleft()

    def _noted(self, notice: tuple[Any, ...]) -> tuple[Any, ...]:
        kind, number = notice[:2]
        if kind == "born":
            self._workers[number] = kin.Proven(*notice[2:])
        elif kind in {"exited", "unborn"}:
            self._forget(number)
            if number in self._late:
                self._late.discard(number)
                return "unborn", number, f"it was not ready within {BIRTH:g} s"
        return notice

    def _forget(self, number: int) -> None:
        self._workers.pop(number, None)
        self._births.pop(number, None)

    # The supervisor's end

    def _replace(self) -> None:
        """Start anew after the supervisor itself has ended; the kernel has killed its workers."""
        self._orphaned += 1
        orphans = list(self._workers.items())
        for _, worker in orphans:
            if worker:
                worker.kill_with_group()
        # One that has closed its socket has nothing more to do.
        self._let_go(0.0)
        for number, _ in orphans:
            self._forget(number)
            self._untold.append(("orphaned", number))
        if self._orphaned >= MOST_FAILURES:
            self.hopeless = (
                f"{self._kind} cannot be started: their supervisor has ended {self._orphaned} times in a row"
            )
            return
        try:
            self._start()
        except OSError as error:
            self.hopeless = f"{self._kind} cannot be started: {type(error).__name__}: {error}"

    def _let_go(self, seconds: float) -> None:
        nursery, self._nursery = self._nursery, None
        if nursery is not None:
            for one in nursery.watched:
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(one)
            nursery.close(seconds)

    def close(self, seconds: float) -> None:
        """End the supervisor, all workers, and what they started. Never fails."""
        self._let_go(seconds)
        self._workers.clear()
        self._births.clear()
