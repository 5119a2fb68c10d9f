"""Ends calls before their time: first with a word, then with a signal, then with their worker."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...core.scheme import Report, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .dispatch import Dispatch
    from .member import Member
    from .parcels import Job

PATIENCE = 0.6
"""Seconds that a module which asks whether it is cancelled gets before it is interrupted."""

LAST = 0.7
"""Seconds that an interrupted module gets to tidy up before it is killed."""


class Stopping:
    """Stops the jobs of workers. ``answers`` takes in what a worker has answered, ``kill`` ends it."""

    def __init__(
        self,
        members: Mapping[int, Member],
        dispatch: Dispatch,
        report: Callable[[Report], None],
        answers: Callable[[Member], None],
        kill: Callable[[Member], None],
    ) -> None:
        self._members, self._dispatch, self._report = members, dispatch, report
        self._answers, self._kill = answers, kill

    def stop(self, task: str, latest: int) -> None:
        """End a job: at once if no worker has begun it.

        A later attempt of its task, submitted after the one with the serial number ``latest``, is not meant.
        """
        if (job := self._dispatch.remove(task, latest)) is not None:
            self._report(Stopped(task, job.attempt))
            return
        for member in list(self._members.values()):
            for job in member.jobs:
                if job.task == task and job.serial <= latest and not job.stopping:
                    self._stop_at(member, job)
                    return

    def _stop_at(self, member: Member, job: Job) -> None:
        job.stopping = True
        member.stop(job)
        asks = member.asks
        back = member.take_back(0 if asks else job.number)
        self._answers(member)
        self._dispatch.put_back([one for one in back if one is not job])
        if any(one is job for one in back):
            self._report(Stopped(job.task, job.attempt))
        elif any(one is job for one in member.jobs):
            now = time.monotonic()
            member.interrupt_at = now + PATIENCE if asks else 0.0
            member.kill_at = now + LAST + (PATIENCE / 2 if asks else 0.0)

    def press(self, member: Member, now: float) -> None:
        """Do what is due with a worker whose call is to end."""
        if now >= member.kill_at:
            self._answers(member)
            if member.kill_at:
                # Once is enough: its end will be reported.
                member.kill_at = now + 60.0
                member.interrupt_at = 0.0
                self._kill(member)
        elif member.interrupt_at and now >= member.interrupt_at:
            member.interrupt_at = 0.0
            if member.jobs:
                self._dispatch.put_back(member.take_back(member.jobs[0].number))
