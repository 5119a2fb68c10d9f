"""Measures the processes scheme beside concurrent.futures, in one run: medians of three."""

from __future__ import annotations

import concurrent.futures
import importlib
import operator
import os
import queue
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treadle.core.scheme import Ended, Report
from treadle.core.worker.call import Call, Given, Ref, Target
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

    name = "treadle"

    def __init__(self) -> None:
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.folder = tempfile.TemporaryDirectory()
        self.scheme = ProcessesScheme(Path(self.folder.name) / "files", [Path(__file__).parent], workers=WORKERS)
        self.scheme.open(self._reports.put)
        self._targets: dict[str, Target] = {}

    def call(self, task: str, path: str, **arguments: Any) -> Call:
        target = self._targets.setdefault(path, Target(path=path))
        given = {name: value if isinstance(value, Ref) else Given(value) for name, value in arguments.items()}
        return Call(task, target, given, positional=("a", "b"), coerce=_NONE)

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
            self.finish([self.call("c0", "processes:zeros", a=MEGABYTES)])
            for step in range(1, LENGTH):
                self.finish([self.call(f"c{step}", "processes:plus_one", a=Ref((f"c{step - 1}", "out", -1)))])
                self.scheme.release([f"c{step - 1}"])
            assert self.scheme.fetch((f"c{LENGTH - 1}", "out", -1), 10)[0] == LENGTH - 1
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


class Futures:
    """concurrent.futures.ProcessPoolExecutor, forking."""

    name = "concurrent.futures"

    def __init__(self) -> None:
        self._pool = concurrent.futures.ProcessPoolExecutor(WORKERS)
        self._pool.submit(operator.add, 1, 1).result()

    def flat(self) -> float:
        def run() -> None:
            concurrent.futures.wait([self._pool.submit(operator.add, number, 1) for number in range(TASKS)])

        return timed(run) / TASKS * 1e6

    def round_trip(self) -> float:
        return (
            statistics.median(timed(lambda: self._pool.submit(operator.add, 1, 1).result()) for _ in range(ROUND_TRIPS))
            * 1e6
        )

    def chain(self) -> float:
        def run() -> None:
            array = self._pool.submit(functions.zeros, MEGABYTES).result()
            for _ in range(1, LENGTH):
                array = self._pool.submit(functions.plus_one, array).result()
            assert array[0] == LENGTH - 1

        return timed(run)

    def replacement(self) -> float:
        """Never: the pool is broken."""
        return float("inf")

    def close(self) -> None:
        self._pool.shutdown()


def zeros(a: int) -> Any:
    import numpy as np

    return np.zeros(a * 1_000_000 // 8)


def plus_one(a: Any) -> Any:
    return a + 1


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
    print(f"{'':40}" + "".join(f"{one.name:>20}" for one in (Ours, Futures)))
    pools = [Ours(), Futures()]
    try:
        for measure, title in MEASURES.items():
            found = [statistics.median(getattr(pool, measure)() for _ in range(REPEATS)) for pool in pools]
            print(f"{title:40}" + "".join(f"{value:20.4g}" for value in found))
    finally:
        for pool in pools:
            pool.close()


if __name__ == "__main__":
    # The functions are called by their import path, so that both sides find them.
    sys.path.insert(0, str(Path(__file__).parent))
    functions = importlib.import_module("processes")
    main()
