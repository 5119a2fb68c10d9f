"""Calls that ran when their host ended: each is tried again in a host of its own, so that the guilty one is found."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...core.worker.call import ValueId
    from ...core.worker.handing import Handed
    from .hosted import HostedCall


class Suspects:
    """The suspected tasks, and those of their calls that wait for a host.

    A call that reads what cannot leave the main host must run there: then it is the only one that runs, and all
    others wait.
    """

    def __init__(self) -> None:
        self._tasks: set[str] = set()
        self._ready: deque[tuple[HostedCall, dict[ValueId, Handed]]] = deque()
        self._bound: deque[HostedCall] = deque()

    def __contains__(self, task: str) -> bool:
        return task in self._tasks

    def suspect(self, tasks: Iterable[str]) -> None:
        """Take note of the tasks that ran when a host ended."""
        self._tasks.update(tasks)

    def clear(self, task: str) -> None:
        """Take note that a task has ended and its host has not."""
        self._tasks.discard(task)

    def add(self, job: HostedCall, handed: dict[ValueId, Handed]) -> None:
        """Take a call that can run in any host, with how the values that it reads can be had."""
        self._ready.append((job, handed))

    def bind(self, job: HostedCall) -> None:
        """Take a call that can only run in the main host."""
        self._bound.append(job)

    def next(self) -> tuple[HostedCall, dict[ValueId, Handed]] | None:
        """Return the next call that is to have a host of its own."""
        while self._ready:
            job, handed = self._ready.popleft()
            if job.wanted:
                return job, handed
        return None

    def next_bound(self) -> HostedCall | None:
        """Return the next call that is to be the only one in the main host."""
        while self._bound:
            job = self._bound.popleft()
            if job.wanted:
                return job
        return None

    def drain(self) -> list[HostedCall]:
        """Return all calls that wait, which then do so no longer."""
        found = [job for job, _ in self._ready] + [*self._bound]
        self._ready.clear()
        self._bound.clear()
        return found

    @property
    def bound(self) -> bool:
        """Whether a call waits for the main host to be empty."""
        while self._bound and not self._bound[0].wanted:
            self._bound.popleft()
        return bool(self._bound)
