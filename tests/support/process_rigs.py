"""A real pool of worker processes, and ways to wait for what it reports."""

from __future__ import annotations

import os
import queue
import select
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treadle.core.scheme import Capacity, Ended, Logged, Report, Stopped
from treadle.core.worker.call import Argument, Call, Form, Given, Ref, Target
from treadle.core.worker.execute import Result
from treadle.core.worker.failures import Cause
from treadle.schemes.processes.scheme import ProcessesScheme

if TYPE_CHECKING:
    from collections.abc import Callable

DEEDS = Path(__file__).parents[1] / "schemes" / "processes"
DEADLINE = 20.0


class Rig:
    """A scheme that is open, and all that it reported."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.scheme = ProcessesScheme(folder / "files", [DEEDS], **options)
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self.seen: list[Report] = []
        self.over: dict[str, Ended | Stopped] = {}
        self._count = 0
        self.scheme.open(self.reports.put)

    def call(self, name: str | Callable[..., Any], task: str = "", **arguments: Any) -> Call:
        self._count += 1
        target = Target(path=f"deeds:{name}") if isinstance(name, str) else Target(live=name)
        given = {port: value if isinstance(value, Argument) else Given(value) for port, value in arguments.items()}
        return Call(task or f"task-{self._count}", Form(target), given)

    def submit(self, *calls: Call) -> list[str]:
        self.scheme.submit(calls)
        return [call.task for call in calls]

    def take(self, deadline: float = DEADLINE) -> Report:
        report = self.reports.get(timeout=deadline)
        self.seen.append(report)
        if isinstance(report, Ended | Stopped):
            assert report.task not in self.over, f"{report.task} was answered twice"
            self.over[report.task] = report
        return report

    def end_of(self, task: str, deadline: float = DEADLINE) -> Ended | Stopped:
        end = time.monotonic() + deadline
        while task not in self.over:
            self.take(max(0.01, end - time.monotonic()))
        return self.over[task]

    def ended(self, task: str) -> Ended:
        found = self.end_of(task)
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

    def run(self, name: str | Callable[..., Any], **arguments: Any) -> Any:
        (task,) = self.submit(self.call(name, **arguments))
        return self.value(task)

    def cause_of(self, name: str | Callable[..., Any], **arguments: Any) -> Cause:
        (task,) = self.submit(self.call(name, **arguments))
        return self.cause(task)

    def forty(self) -> list[str]:
        """Submit forty neighbours of a fault."""
        return self.submit(*[self.call("busy", f"neighbour-{n}", seconds=0.002 + n / 1e6) for n in range(40)])

    def all_well(self, neighbours: list[str]) -> bool:
        """Say whether every neighbour was answered once, and rightly, and the pool still works."""
        values = [self.value(task) for task in neighbours]
        return values == [0.002 + n / 1e6 for n in range(40)] and self.run("add", a=1) == 2

    def pids(self) -> list[int]:
        """Return the processes of the workers that are known by now."""
        return [member.pid for member in list(self.scheme._pool.members) if member.pid]

    def lines_of(self, task: str) -> list[str]:
        return [report.line for report in self.seen if isinstance(report, Logged) and report.task == task]

    def of(self, kind: type[Report]) -> list[Any]:
        return [report for report in self.seen if isinstance(report, kind)]

    @staticmethod
    def ref(task: str) -> Ref:
        return Ref((task, "out", -1))

    @property
    def slots(self) -> int:
        return [report.slots for report in self.seen if isinstance(report, Capacity)][-1]


def suspend(process: int, deadline: float = 5.0) -> None:
    """Stop a process with all its threads; they may go on for a moment after the signal."""
    os.kill(process, signal.SIGSTOP)
    end = time.monotonic() + deadline
    threads = Path(f"/proc/{process}/task")
    while any((one / "stat").read_text().rpartition(")")[2].split()[0] != "T" for one in threads.iterdir()):
        assert time.monotonic() < end, f"process {process} goes on"


class Signals:
    """A named pipe that tasks write words to: a barrier without sleeping."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = str(path)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._begun = b""

    def word(self, deadline: float = DEADLINE) -> str:
        end = time.monotonic() + deadline
        while b"\n" not in self._begun:
            ready, _, _ = select.select([self._descriptor], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the task never said what it should"
            self._begun += os.read(self._descriptor, 4096)
        word, _, self._begun = self._begun.partition(b"\n")
        return word.decode()

    def close(self) -> None:
        os.close(self._descriptor)
