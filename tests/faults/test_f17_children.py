"""F17: what a task starts ends with it, is named, and takes nobody else down."""

from __future__ import annotations

import concurrent.futures
import math
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from endings import gone
from killing import left_over

from treadle import Pipeline, Schemes, module, run, sweep

OWNER = Path(__file__).parents[1] / "support" / "breeding_owner.py"


def test_a_daemon_that_a_task_leaves_is_ended_and_named(pool, signals):
    (victim,) = pool.submit(pool.call("daemon", "victim", file=signals.path))
    neighbours = pool.forty()
    pool.value(victim)

    assert gone(int(signals.word()))
    assert any("ended a process that the task left: " in line for line in pool.lines_of(victim))
    assert pool.all_well(neighbours)


@pytest.mark.parametrize("deed", ["child_for_ever", "daemon_then_wait"])
def test_the_children_of_a_task_end_when_it_is_cancelled(pool, signals, deed):
    (victim,) = pool.submit(pool.call(deed, "victim", file=signals.path))
    neighbours = pool.forty()
    child = int(signals.word())

    pool.scheme.stop([victim])

    assert gone(child)
    assert pool.all_well(neighbours)


@module(schemes=Schemes(threads=True))
def roots_with_joblib(x: int) -> list:
    from joblib import Parallel, delayed

    return Parallel(2)(delayed(math.sqrt)(n) for n in range(x))


@module(schemes=Schemes(threads=True))
def roots_with_a_fork_server(x: int) -> list:
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as pool:
        return list(pool.map(math.sqrt, range(x)))


@pytest.mark.parametrize("scheme", ["processes", "threads"])
@pytest.mark.parametrize("function", [roots_with_joblib, roots_with_a_fork_server])
def test_helpers_that_libraries_keep_for_the_next_task_are_there_for_it_and_end_with_the_run(function, scheme):
    pipeline = Pipeline("pools")
    node = pipeline.add(function, x=sweep([1, 2, 3, 4]))
    result = run(pipeline, scheme=scheme, n_procs=1, cache=False)
    assert result[node] == [[math.sqrt(n) for n in range(x)] for x in (1, 2, 3, 4)]
    result.close()
    assert left_over() == []


@pytest.fixture
def group():
    """A control group of no more than a hundred processes."""
    base = next(
        (one for one in map(Path, ("/sys/fs/cgroup/pids", "/sys/fs/cgroup")) if (one / "cgroup.procs").exists()), None
    )
    if os.getuid() or base is None:
        pytest.skip("F17 is NOT tested: making a control group needs root and /sys/fs/cgroup")
    made = base / f"treadle-test-{os.getpid()}"
    try:
        made.mkdir()
        (made / "pids.max").write_text("100")
    except OSError as error:
        pytest.skip(f"F17 is NOT tested: no control group for processes can be made here ({error})")
    yield made
    made.rmdir()


def test_a_fork_bomb_under_a_limit_fails_its_task_and_leaves_nothing(tmp_path, group):
    command = ["/bin/sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh", sys.executable, str(OWNER)]

    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["exception", "BlockingIOError", "40", "True"]
    assert (group / "cgroup.procs").read_text() == ""
