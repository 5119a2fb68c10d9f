"""A scheme that is open, with what it reported."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

from ...core.scheme import Capacity, Ended, Exported, Report, Scheme
from ...core.worker.execute import Result
from ...core.worker.failures import Cause

if TYPE_CHECKING:
    from pathlib import Path

    from ...core.worker.call import Call
    from .candidate import Candidate

SECONDS = 60.0


class Bench:
    """A scheme that is open, and what it reported."""

    def __init__(self, candidate: Candidate, folder: Path) -> None:
        self.candidate = candidate
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.scheme: Scheme = candidate.make(folder)
        self.scheme.open(self.reports.put)
        self.seen: list[Report] = []
        self.slots = 0
        while not self.slots:
            self.take()

    def take(self) -> Report:
        report = self.reports.get(timeout=SECONDS)
        self.seen.append(report)
        if isinstance(report, Capacity):
            assert report.scheme == self.candidate.name
            self.slots = report.slots
        return report

    def run(self, *calls: Call) -> dict[str, Ended]:
        """Execute calls, no more at a time than there are slots; return how each ended."""
        ended: dict[str, Ended] = {}
        waiting, out = list(calls), 0
        while waiting or out:
            # There may be fewer slots than before.
            free = max(0, self.slots - out)
            batch, waiting = waiting[:free], waiting[free:]
            if batch:
                self.scheme.submit(batch)
                out += len(batch)
            report = self.take()
            if isinstance(report, Ended):
                assert report.task not in ended, "answered twice"
                ended[report.task] = report
                out -= 1
        return ended

    def result(self, call: Call) -> Result:
        result = self.run(call)[call.task].result
        assert isinstance(result, Result), result
        return result

    def cause(self, call: Call) -> Cause:
        cause = self.run(call)[call.task].result
        assert isinstance(cause, Cause), cause
        return cause

    def until(self, kind: type[Report], task: str = "") -> Any:
        """Take reports until there is one of this kind, about this task, and return it."""
        while True:
            report = self.take()
            if isinstance(report, kind) and getattr(report, "task", task) == task:
                return report

    def exported(self, task: str, output: str = "out", place: int = -1) -> Any:
        self.scheme.export([(task, output, place)])
        report = self.until(Exported)
        assert report.value == (task, output, place)
        return report.handed

    def fetch(self, task: str, output: str = "out", place: int = -1) -> Any:
        return self.scheme.fetch((task, output, place), SECONDS)

    def of(self, task: str, kind: type[Report]) -> list[Any]:
        return [report for report in self.seen if isinstance(report, kind) and getattr(report, "task", "") == task]
