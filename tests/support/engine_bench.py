"""A scheme on real engines, and what it reports."""

from __future__ import annotations

import queue
import time
from typing import TYPE_CHECKING, Any

from engines import running_cluster, scheme_on

from treadle.core.scheme import Began, Capacity, Ended, Report, Stopped
from treadle.core.worker.call import Argument, Call, Form, Given, Items, Ref, Target
from treadle.core.worker.execute import Result
from treadle.core.worker.failures import Cause

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clusters import RealCluster

SECONDS = 30.0


class Bench:
    """An open scheme, until ``close``."""

    def __init__(self, folder: Path, cluster: RealCluster | None = None, **options: Any) -> None:
        self.cluster = running_cluster() if cluster is None else cluster
        self.scheme = scheme_on(self.cluster, folder / "files", **options)
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.seen: list[Report] = []
        self.slots = 0
        self.scheme.open(self.reports.put)
        while not self.slots:
            self.take()

    def take(self, seconds: float = SECONDS) -> Report:
        report = self.reports.get(timeout=seconds)
        self.seen.append(report)
        if isinstance(report, Capacity):
            self.slots = report.slots
        return report

    def until(self, told: Callable[[Report], bool], seconds: float = SECONDS) -> Any:
        """Take reports until there is one like this, and return it."""
        end = time.monotonic() + seconds
        while True:
            report = self.take(max(0.01, end - time.monotonic()))
            if told(report):
                return report

    def until_began(self, task: str) -> Began:
        return self.until(lambda one: isinstance(one, Began) and one.task == task)

    def until_over(self, task: str, seconds: float = SECONDS) -> Ended | Stopped:
        return self.until(lambda one: isinstance(one, Ended | Stopped) and one.task == task, seconds)

    def submit(self, *calls: Call) -> None:
        self.scheme.submit(calls)

    def run(self, *calls: Call, seconds: float = SECONDS) -> dict[str, Ended]:
        """Execute calls, no more at a time than there are slots; return how each ended."""
        ended: dict[str, Ended] = {}
        waiting, out = list(calls), 0
        while waiting or out:
            taken = max(0, self.slots - out)
            batch, waiting = waiting[:taken], waiting[taken:]
            if batch:
                self.scheme.submit(batch)
                out += len(batch)
            report = self.take(seconds)
            if isinstance(report, Ended):
                assert report.task not in ended, "answered twice"
                ended[report.task] = report
                out -= 1
        return ended

    def result(self, made: Call) -> Result:
        found = self.run(made)[made.task].result
        assert isinstance(found, Result), found
        return found

    def cause(self, made: Call) -> Cause:
        found = self.run(made)[made.task].result
        assert isinstance(found, Cause), found
        return found

    def value(self, task: str, output: str = "out", place: int = -1) -> Any:
        return self.scheme.fetch((task, output, place), SECONDS)

    def close(self) -> None:
        self.scheme.close(10.0)


def call(function: Any, task: str = "task", settings: dict[str, Any] | None = None, **arguments: Any) -> Call:
    """Return a call; what is no argument yet is given as a value."""
    target = Target(path=function) if isinstance(function, str) else Target(live=function)
    given: dict[str, Argument] = {
        name: value if isinstance(value, Ref | Items) else Given(value) for name, value in arguments.items()
    }
    return Call(task, Form(target, **(settings or {})), given)
