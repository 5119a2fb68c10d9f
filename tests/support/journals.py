"""Writes journals of invented runs, event by event."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from treadle.core.journal.facts import NodeFacts, RunFacts
from treadle.core.journal.reader import RunReader
from treadle.core.journal.writer import Journal
from treadle.core.run.records import RunEnded, TaskChanged, TaskLogged, TaskProgress, TaskRecord
from treadle.core.run.states import RunState, TaskState
from treadle.core.worker.failures import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECONDS = 10.0
BOOM = Cause("exception", "boom", type="ValueError", traceback="Traceback (most recent call last):\nValueError: boom\n")
NODES = (
    NodeFacts("load", "Load", "demo:load", 1, 0.25, {"path": {"value": "data"}}),
    NodeFacts("fit", "Fit", "demo:fit", 2, 1.5, {"x": {"from": "load.out"}, "sigma": {"value": 2.0}}, ("load",)),
)


class InventedRun:
    """A run whose events a test invents, and its journal."""

    def __init__(self, folder: Path, run_id: str = "2026-01-02-0304-demo-aaaa", **facts: Any) -> None:
        self.warnings: list[str] = []
        self.warned = threading.Event()
        self.records: dict[str, TaskRecord] = {}
        self.folder = folder
        given = {"name": "demo", "nodes": NODES, **facts}
        self.journal = Journal(folder, run_id, RunFacts(**given), self._warn)
        eventually(lambda: self.journal._store or self.warned.is_set())

    def _warn(self, text: str) -> None:
        self.warnings.append(text)
        self.warned.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.journal.close(SECONDS)

    def change(self, task: str, state: TaskState, **fields: Any) -> TaskRecord:
        record = self.records[task]
        for name, value in fields.items():
            setattr(record, name, value)
        record.state = state
        self.journal.hear(TaskChanged(record))
        return record

    def make(self, task: str, node: str = "fit", **labels: str) -> TaskRecord:
        self.records[task] = TaskRecord(task, node, labels)
        return self.change(task, TaskState.WAITING)

    def start(self, task: str, scheme: str = "processes", worker: str = "worker 1", at: float = 0.0) -> TaskRecord:
        attempts = self.records[task].attempts + 1
        place = {"scheme": scheme, "reason": f"{scheme}: a slot was free", "worker": worker, "pid": 42}
        self.change(task, TaskState.READY)
        self.change(task, TaskState.DISPATCHED, **place, attempts=attempts, dispatched=at)
        return self.change(task, TaskState.RUNNING, began=at + 0.001)

    def succeed(self, task: str, seconds: float = 0.5, **fields: Any) -> TaskRecord:
        record = self.records[task]
        given = {"seconds": seconds, "ended": record.began + seconds, "cpu_seconds": seconds / 2, "cause": None}
        return self.change(task, TaskState.SUCCEEDED, **{**given, "peak_memory": 50_000_000, **fields})

    def fail(self, task: str, cause: Cause = BOOM, seconds: float = 0.1) -> TaskRecord:
        record = self.records[task]
        return self.change(task, TaskState.FAILED, cause=cause, seconds=seconds, ended=record.began + seconds)

    def retry(self, task: str, cause: Cause | None = BOOM) -> TaskRecord:
        return self.change(task, TaskState.READY, cause=cause, ended=self.records[task].began + 0.1)

    def simple(self, task: str, node: str = "fit", **labels: str) -> TaskRecord:
        self.make(task, node, **labels)
        self.start(task)
        return self.succeed(task)

    def log(self, task: str, line: str) -> None:
        self.journal.hear(TaskLogged(task, line))

    def progress(self, task: str, fraction: float, text: str = "") -> None:
        self.journal.hear(TaskProgress(task, fraction, text))

    def end(self, state: RunState = RunState.SUCCEEDED, **options: Any) -> Path:
        self.journal.hear(RunEnded(state))
        assert self.journal.close(SECONDS, **options)
        return self.journal.path

    @contextlib.contextmanager
    def reader(self) -> Iterator[RunReader]:
        with RunReader(self.journal.path) as reader:
            yield reader


def eventually(check: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """Return what ``check`` gives once that is true: for what another thread or process brings about."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := check()):
        assert time.monotonic() < end, f"not within {seconds} s: {check}"
        pause.wait(0.01)
    return found
