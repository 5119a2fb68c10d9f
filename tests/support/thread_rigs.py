"""A real thread host, and ways to wait for what it reports."""

from __future__ import annotations

import os
import queue
import select
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treadle.core.scheme import Capacity, Ended, Exported, Logged, Lost, Report, Stopped
from treadle.core.worker.call import Argument, Call, Form, Given, Ref, Target
from treadle.core.worker.execute import Result
from treadle.core.worker.failures import Cause
from treadle.schemes.threads.scheme import ThreadsScheme

if TYPE_CHECKING:
    from collections.abc import Callable

DEEDS = Path(__file__).parents[1] / "schemes" / "threads"
DEADLINE = 20.0


class Rig:
    """A scheme that is open, and all that it reported."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.scheme = ThreadsScheme(folder / "files", [DEEDS], **options)
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.seen: list[Report] = []
        self.over: dict[tuple[str, int], Ended | Stopped] = {}
        self.attempts: dict[str, int] = {}
        self.scheme.open(self.reports.put)

    def call(self, deed: str | Callable[..., Any], task: str = "", **arguments: Any) -> Call:
        """Return the next attempt of a task, or a call of a new one."""
        task = task or f"task-{len(self.attempts)}"
        self.attempts[task] = self.attempts.get(task, 0) + 1
        target = Target(path=f"thread_deeds:{deed}") if isinstance(deed, str) else Target(live=deed)
        given = {port: value if isinstance(value, Argument) else Given(value) for port, value in arguments.items()}
        return Call(task, Form(target), given, attempt=self.attempts[task])

    def submit(self, *calls: Call) -> list[str]:
        self.scheme.submit(calls)
        return [call.task for call in calls]

    def start(self, deed: str | Callable[..., Any], task: str = "", **arguments: Any) -> str:
        return self.submit(self.call(deed, task, **arguments))[0]

    def take(self, deadline: float = DEADLINE) -> Report:
        report = self.reports.get(timeout=deadline)
        self.seen.append(report)
        if isinstance(report, Ended | Stopped):
            key = report.task, report.attempt
            assert key not in self.over, f"{key} was answered twice"
            self.over[key] = report
        return report

    def until(self, condition: Callable[[], Any], deadline: float = DEADLINE) -> Any:
        """Take reports until the condition holds, and return what it found."""
        end = time.monotonic() + deadline
        while not (found := condition()):
            self.take(max(0.01, end - time.monotonic()))
        return found

    def end_of(self, task: str, deadline: float = DEADLINE) -> Ended | Stopped:
        key = task, self.attempts[task]
        return self.until(lambda: self.over.get(key), deadline)

    def ended(self, task: str, deadline: float = DEADLINE) -> Ended:
        found = self.end_of(task, deadline)
        assert isinstance(found, Ended), found
        return found

    def cause(self, task: str) -> Cause:
        found = self.ended(task).result
        assert isinstance(found, Cause), found
        return found

    def value(self, task: str) -> Any:
        found = self.ended(task).result
        assert isinstance(found, Result), found
        return self.scheme.fetch((task, "out", -1), DEADLINE)

    def run(self, deed: str | Callable[..., Any], task: str = "", **arguments: Any) -> Any:
        return self.value(self.start(deed, task, **arguments))

    def exported(self, task: str, place: int = -1) -> Any:
        value = task, "out", place
        self.scheme.export([value])
        return self.until(
            lambda: next((one for one in self.seen if isinstance(one, Exported) and one.value == value), None)
        ).handed

    def lost(self) -> set[str]:
        return {task for report in self.seen if isinstance(report, Lost) for task in report.tasks}

    def lines_of(self, task: str) -> list[str]:
        return [report.line for report in self.seen if isinstance(report, Logged) and report.task == task]

    @staticmethod
    def ref(task: str, place: int = -1) -> Ref:
        return Ref((task, "out", place))

    @property
    def host(self) -> int:
        """The process of the main host."""
        assert self.scheme._dispatcher is not None
        main = self.scheme._dispatcher.fleet.main
        assert main is not None
        return main.pid

    @property
    def slots(self) -> int:
        return [report.slots for report in self.seen if isinstance(report, Capacity)][-1]


class Pipe:
    """A named pipe: tasks write words to it, or wait for bytes from it. A barrier without sleeping."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = str(path)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._begun = b""

    def word(self) -> str:
        """Return the next word that a task writes."""
        end = time.monotonic() + DEADLINE
        while b"\n" not in self._begun:
            ready, _, _ = select.select([self._descriptor], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the task never said what it should"
            self._begun += os.read(self._descriptor, 4096)
        word, _, self._begun = self._begun.partition(b"\n")
        return word.decode()

    def open(self, count: int) -> None:
        """Let so many tasks pass that wait here."""
        os.write(self._descriptor, b"x" * count)

    def close(self) -> None:
        os.close(self._descriptor)
