"""A scheme that executes nothing: it reports of each call what a test says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from treadle.core.planning.make_plan import make_plan
from treadle.core.run.executor import Executor
from treadle.core.run.scheduler import Policy
from treadle.core.scheme import Capacity, Ended, Place, Report
from treadle.core.worker.execute import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from treadle.core.pipeline import Pipeline
    from treadle.core.worker.call import Call, ValueId
    from treadle.core.worker.failures import Cause

DONE = Result({"out": 1}, {}, {}, {}, {})


def ended(call: Call, result: Result | Cause = DONE, **facts: Any) -> Ended:
    return Ended(call.task, call.attempt, result, Place("a worker"), **facts)


@dataclass
class ToldScheme:
    """``answer`` gives the reports of a call, ``stopped`` those of a task that is to stop, ``exported`` of a value."""

    name: str = "told"
    slots: int = 9
    answer: Callable[[Call], Iterable[Report]] = lambda call: [ended(call)]
    stopped: Callable[[str], Iterable[Report]] = lambda _task: ()
    exported: Callable[[ValueId], Iterable[Report]] = lambda _value: ()
    runs_here: bool = False
    calls: list[Call] = field(default_factory=list)

    def open(self, report: Callable[[Report], None]) -> None:
        self.report = report
        report(Capacity(self.name, self.slots))

    def submit(self, calls: Sequence[Call]) -> None:
        for call in calls:
            self.calls.append(call)
            self.tell(self.answer(call))

    def tell(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self.report(report)

    def stop(self, tasks: Iterable[str]) -> None:
        for task in tasks:
            self.tell(self.stopped(task))

    def export(self, values: Iterable[ValueId]) -> None:
        for value in values:
            self.tell(self.exported(value))

    def fetch(self, value: ValueId, deadline: float) -> Any:
        return value

    def release(self, tasks: Iterable[str]) -> None:
        pass

    def close(self, deadline: float) -> None:
        pass


def executor(pipeline: Pipeline, folder: Path, *schemes: ToldScheme, **options: Any) -> Executor:
    named = {scheme.name: scheme for scheme in schemes}
    return Executor(make_plan(pipeline), named, Policy(tuple(named)), folder=folder, **options)
