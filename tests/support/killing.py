"""Pipelines that can be checked, and somebody who kills their workers at random."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from typing import TYPE_CHECKING, Any, Self

import psutil
from offspring import offspring
from quick_work import numbers, total, work

from treadle import Pipeline

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 5.0


def fan(items: int, depth: int) -> tuple[Pipeline, Any]:
    """Return a pipeline that maps a chain of ``depth`` nodes over ``items`` numbers and adds up, and its last node."""
    pipeline = Pipeline("fan")
    last = pipeline.add(numbers, count=items).out.each()
    for _ in range(depth):
        last = pipeline.add(work, x=last).out
    return pipeline, pipeline.add(total, items=last.joined())


def answer(items: int, depth: int) -> int:
    """Return what the last node of ``fan`` gives."""
    found = list(range(items))
    for _ in range(depth):
        found = [work(x) for x in found]
    return sum(found)


class Killer:
    """Kills a random worker of this process every few milliseconds, while it is entered."""

    def __init__(self, seed: int, most: int = 8, pause: tuple[float, float] = (0.005, 0.06)) -> None:
        self.killed = 0
        self._random = random.Random(seed)
        self._most = most
        self._pause = pause
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._kill)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._over.set()
        self._thread.join(SECONDS)

    def _kill(self) -> None:
        while self.killed < self._most and not self._over.wait(self._random.uniform(*self._pause)):
            workers = _workers()
            if workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._random.choice(workers), signal.SIGKILL)
                    self.killed += 1


def _workers() -> Sequence[int]:
    """Return the children of our supervisors."""
    found: list[int] = []
    for supervisor in offspring(recursive=False):
        with contextlib.suppress(psutil.Error):
            found += [child.pid for child in supervisor.children()]
    return found


def left_over() -> list[psutil.Process]:
    """Return the descendants of this process that are still there after five seconds."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if not (found := offspring()):
            return []
        psutil.wait_procs(found, timeout=0.1)
    return found
