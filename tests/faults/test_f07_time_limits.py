"""F07: a task with a time limit that hangs is ended as timed out within a second of it; the run goes on elsewhere."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from killing import left_over

from treadle import Pipeline, Schemes, module, run, sweep
from treadle.app.schemes import SCHEMES
from treadle.core.run.states import TaskState

LIMIT = 1.0
PARALLEL = [name for name in SCHEMES if name not in {"serial", "ipython"}]


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
    # Those beside a thread that holds the interpreter are held up until their time is over, and not blamed for it.
    assert failures == {}
    assert [task.state for task in result.tasks].count(TaskState.SUCCEEDED) == 40
    assert took < 15
    result.close()
    assert left_over() == []


@module(schemes=Schemes(threads=True))
def suspends_its_process(x: int, marker: str) -> int:
    if x == 2 and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(0.01)
    return x


@pytest.mark.parametrize("scheme", ["processes", "threads"])
def test_a_worker_that_is_suspended_holds_up_nobody_for_longer_than_a_second_over_the_limit(tmp_path, scheme):
    pipeline = Pipeline("suspended")
    node = pipeline.add(suspends_its_process, x=sweep(list(range(11))), marker=str(tmp_path / "marker"))
    node.timeout, node.retries = LIMIT, 1
    began = time.monotonic()
    result = run(pipeline, scheme=scheme, cache=False)
    assert result.ok
    assert time.monotonic() - began < LIMIT + 4
    result.close()


@module(schemes=Schemes(threads=True))
def ends_its_process(x: int, log: str) -> int:
    if x % 10 == 3:
        with Path(log).open("a") as file:
            file.write(f"{x}\n")
        os._exit(3)
    time.sleep(0.005)
    return x


def test_in_a_thread_host_a_call_that_ends_it_is_tried_three_times_whatever_its_neighbours_do(tmp_path):
    pipeline = Pipeline("guilty")
    node = pipeline.add(ends_its_process, x=sweep(list(range(40))), log=str(tmp_path / "log"))
    result = run(pipeline, scheme="threads", n_procs=2, cache=False)
    assert {failure.id for failure in result.failures} == {f"{node.id}[{x}]" for x in (3, 13, 23, 33)}
    tries = (tmp_path / "log").read_text().split()
    assert {x: tries.count(x) for x in tries} == {"3": 3, "13": 3, "23": 3, "33": 3}
    result.close()


@module(schemes=Schemes(threads=True))
def spins(x: int, log: str) -> int:
    """Note whether the process of an earlier task lives, and never end."""
    with Path(log).open("a+") as file:
        file.seek(0)
        earlier = [int(line.split()[0]) for line in file]
        file.write(f"{os.getpid()} {sum(map(psutil.pid_exists, earlier))}\n")
    while True:
        pass


def test_with_one_core_no_task_runs_beside_one_whose_time_is_over(tmp_path):
    pipeline = Pipeline("spinning")
    node = pipeline.add(spins, x=sweep([1, 2]), log=str(tmp_path / "log"))
    node.timeout = 0.3
    result = run(pipeline, scheme="threads", n_procs=1, cache=False)
    assert [failure.cause.kind for failure in result.failures] == ["timed out"] * 2
    assert [line.split()[1] for line in (tmp_path / "log").read_text().splitlines()] == ["0", "0"]
    result.close()
