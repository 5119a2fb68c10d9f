"""Measures the processes scheme alone, without scheduler and executor: ``python -m benchmarks.processes``."""

from __future__ import annotations

import os
import queue
import signal
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treadle.core.scheme import Ended, Report
from treadle.core.worker.call import Call, Form, Given, Ref, Target
from treadle.schemes.processes.scheme import ProcessesScheme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REPEATS = 3
WORKERS = 2
TASKS = 10_000
ROUND_TRIPS = 500
LENGTH = 10
MEGABYTES = 100
_NONE: dict[str, str] = {}


class Ours:
    """The scheme alone, without scheduler and executor."""

    def __init__(self) -> None:
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.folder = tempfile.TemporaryDirectory()
        self.scheme = ProcessesScheme(Path(self.folder.name) / "files", [Path(__file__).parent.parent], workers=WORKERS)
        self.scheme.open(self._reports.put)
        self._forms: dict[str, Form] = {}

    def call(self, task: str, path: str, **arguments: Any) -> Call:
        form = self._forms.setdefault(path, Form(Target(path=path), positional=("a", "b"), coerce=_NONE))
        given = {name: value if isinstance(value, Ref) else Given(value) for name, value in arguments.items()}
        return Call(task, form, given)

    def finish(self, calls: Sequence[Call]) -> list[Ended]:
        self.scheme.submit(calls)
        ended: list[Ended] = []
        while len(ended) < len(calls):
            report = self._reports.get(timeout=60)
            if isinstance(report, Ended):
                ended.append(report)
        return ended

    def flat(self) -> float:
        calls = [self.call(f"t{number}", "operator:add", a=number, b=1) for number in range(TASKS)]
        return timed(lambda: self.finish(calls)) / TASKS * 1e6

    def round_trip(self) -> float:
        calls = [self.call(f"r{number}", "operator:add", a=number, b=1) for number in range(ROUND_TRIPS)]
        return statistics.median(timed(lambda call=call: self.finish([call])) for call in calls) * 1e6

    def chain(self) -> float:
        def run() -> None:
            self.finish([self.call("c0", "benchmarks.work:make", megabytes=MEGABYTES)])
            for step in range(1, LENGTH):
                self.finish([self.call(f"c{step}", "benchmarks.work:plus_one", array=Ref((f"c{step - 1}", "out", -1)))])
                self.scheme.release([f"c{step - 1}"])
            assert self.scheme.fetch((f"c{LENGTH - 1}", "out", -1), 10)[0] == LENGTH
            self.scheme.release([f"c{LENGTH - 1}"])

        return timed(run)

    def replacement(self) -> float:
        """Kill all workers; measure until as many new ones have answered."""
        old = {member.pid for member in self.scheme._pool.members}  # type: ignore[union-attr]

        def run() -> None:
            for pid in old:
                os.kill(pid, signal.SIGKILL)
            answered = False
            while not answered:
                (ended,) = self.finish([self.call("pid", "os:getpid")])
                # Those that were killed may still be sent a task, which is then lost.
                answered = not ended.lost and self.scheme.fetch(("pid", "out", -1), 10) not in old

        return timed(run)

    def close(self) -> None:
        self.scheme.close(5)
        self.folder.cleanup()


def timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


MEASURES = {
    "flat": f"{TASKS:,} trivial tasks, µs each",
    "round_trip": "there and back, µs",
    "chain": f"{MEGABYTES} MB through {LENGTH} tasks, s",
    "replacement": "kill to the answer of a new worker, s",
}


def main() -> None:
    ours = Ours()
    try:
        for measure, title in MEASURES.items():
            found = statistics.median(getattr(ours, measure)() for _ in range(REPEATS))
            print(f"{title:40}{found:12.4g}")
    finally:
        ours.close()


if __name__ == "__main__":
    main()
