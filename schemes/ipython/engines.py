"""One engine as the scheme knows it: what it can do, and the batches it has in hand."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...core.scheme import Place
from .pace import BATCH, MOST, SHORT, UNKNOWN
from .remote.messages import Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .jobs import Job

LIGHT_GB = 0.25
"""A job that asks for more memory than this travels alone, and what it asks for is counted."""

BEGIN_SECONDS = 0.5
"""In which an engine that is free tells that it has begun a job."""

_SLACK = 4.0
_LATE = 0.05


UNKNOWN_FACTS = Facts(
    host="", user="", pid=0, parent=0, started=0, python=(0, 0, 0), versions={}, cores=1, memory=0, shared=False,
    why_not="", missing=(), folder="", executable="",
)  # fmt: skip
"""What is known of an engine before it has told anything."""


@dataclass(slots=True, eq=False)
class Batch:
    """Jobs that were sent together, by number, those that have been answered taken out.

    ``heard`` counts the messages that came while it ran, ``told`` is how many there were once the reply says so, and
    ``rest`` are the answers in the reply.
    """

    jobs: dict[int, Job]
    expected: float
    since: float = 0.0
    heard: int = 0
    told: int = -1
    rest: list[Any] = field(default_factory=list)
    request: Any = None


class Engine:
    """An engine: it executes one batch, and another one may wait there.

    It is ``ready`` once it has answered to our greeting. ``local`` says whether its process is one of this machine.
    While ``lent`` is set, its core belongs to a job that runs on another engine of its host. ``ending`` says why we are
    about to kill it, ``unusable`` why it cannot be used at all, ``foreign`` how much of others' work lies there, and
    ``began`` when its process did, in ticks of the kernel, if it is one of this machine.
    """

    def __init__(self, number: int, uuid: str) -> None:
        self.number, self.uuid = number, uuid
        self.facts = UNKNOWN_FACTS
        self.place = Place(f"engine {number}")
        self.ready = False
        self.local = False
        self.batches: deque[Batch] = deque()
        self.sent: set[int] = set()
        self.lent: Job | None = None
        self.recalling = False
        self.ending_since = 0.0
        self.ending = ""
        self.foreign = 0
        self.reads_files = False
        self.unusable = ""
        self.began = 0

    def jobs(self) -> Iterable[Job]:
        """Go through the jobs that are not answered."""
        for batch in self.batches:
            yield from batch.jobs.values()

    @property
    def idle(self) -> bool:
        """Whether it has nothing of ours to do."""
        return not self.batches and self.lent is None

    @property
    def holds_back(self) -> bool:
        """Whether jobs wait here behind another one."""
        return not self.recalling and sum(len(batch.jobs) for batch in self.batches) > 1

    def room(self, job: Job, now: float) -> float:
        """Return how many seconds of work a batch that begins with this job may have; 0 if none can be sent now."""
        if not self.ready or self.lent is not None or self.recalling or self.ending:
            return 0.0
        if not self.batches:
            return BATCH
        running = self.batches[0]
        if len(self.batches) > 1 or job.expected > SHORT or running.expected > 2 * BATCH or job.n_procs > 1:
            return 0.0
        # Behind what takes longer than was expected nothing has to wait.
        return 0.0 if self.overdue(now) else BATCH

    def overdue(self, now: float) -> bool:
        """Say whether what runs takes much longer than was expected."""
        if not self.batches or self.batches[0].expected > UNKNOWN / 2:
            return bool(self.batches)
        return now - self.batches[0].since > _SLACK * self.batches[0].expected + _LATE

    @property
    def stuck_at(self) -> float:
        """When it will be clear that none of its jobs has begun because it works for others; never, if one has."""
        first = self.batches[0].jobs.values() if self.batches and not self.recalling else ()
        return self.batches[0].since + BEGIN_SECONDS if first and not any(job.began for job in first) else UNKNOWN

    def overdue_at(self) -> float:
        """Return when what runs will be late."""
        running = self.batches[0]
        return running.since + _SLACK * running.expected + _LATE

    def remaining(self, now: float) -> float:
        """Return how many seconds of work it may still have; UNKNOWN if that is not known."""
        if any(batch.expected > UNKNOWN / 2 for batch in self.batches):
            return UNKNOWN
        return max(
            0.0, sum(batch.expected for batch in self.batches) - (now - self.batches[0].since if self.batches else 0.0)
        )

    def drop(self, job: Job) -> None:
        """Forget a job that it has."""
        for batch in self.batches:
            batch.jobs.pop(job.number, None)


def batched(jobs: deque[Job], room: float, most: int, fits: Callable[[Job], bool]) -> list[Job]:
    """Take the jobs from the left that go into one batch: one, and as many short ones that fit behind it."""
    taken = [jobs.popleft()]
    left = room - taken[0].expected
    if taken[0].alone or taken[0].n_procs != 1:
        return taken
    while jobs and len(taken) < min(most, MOST):
        job = jobs[0]
        if not fits(job) or job.expected > min(SHORT, left) or job.alone or job.n_procs != 1 or job.mem_gb > LIGHT_GB:
            break
        taken.append(jobs.popleft())
        left -= job.expected
    return taken
