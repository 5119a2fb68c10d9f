"""F07: a task with a time limit that hangs is ended as timed out within a second of it; the run goes on elsewhere."""

from __future__ import annotations

import time

import pytest
from killing import left_over

from treadle import Pipeline, Schemes, module, run, sweep
from treadle.app.schemes import SCHEMES
from treadle.core.run.states import TaskState

LIMIT = 1.0
PARALLEL = [name for name in SCHEMES if name != "serial"]


@module(schemes=Schemes(threads=True))
def sleeps(x: int) -> int:
    time.sleep(60 if x == 2 else 0.01)
    return x


@module(schemes=Schemes(threads=True))
def is_busy(x: int) -> int:
    while x == 2:
        pass
    return x


@module(schemes=Schemes(threads=True))
def holds_the_interpreter(x: int) -> int:
    if x == 2:
        # One call in C that never lets another thread have its turn.
        sum(range(10**12))
    return x


@pytest.mark.slow
@pytest.mark.parametrize("scheme", PARALLEL)
@pytest.mark.parametrize("function", [sleeps, is_busy, holds_the_interpreter])
def test_a_task_that_hangs_is_ended_and_its_neighbours_finish(function, scheme):
    pipeline = Pipeline("limits")
    node = pipeline.add(function, x=sweep(list(range(41))))
    node.timeout = LIMIT
    began = time.monotonic()
    result = run(pipeline, scheme=scheme, cache=False)
    took = time.monotonic() - began
    failures = {failure.id: failure for failure in result.failures}
    failure = failures.pop(f"{node.id}[2]")
    assert failure.cause.kind == "timed out"
    assert failure.ended - failure.began < LIMIT + 1
    # A thread that holds the interpreter holds up those beside it until their time is over, too.
    assert len(failures) <= (1 if function is holds_the_interpreter and scheme == "threads" else 0)
    assert [task.state for task in result.tasks].count(TaskState.SUCCEEDED) == 40 - len(failures)
    assert took < 15
    result.close()
    assert left_over() == []
