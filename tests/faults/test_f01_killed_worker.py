"""F1: a worker process that is killed costs the task it was at, and nothing else."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from treadle import Pipeline, run


def test_a_killed_worker_costs_its_task_and_is_replaced_at_once(pool, signals):
    pool.run("add", a=1)
    (victim,) = pool.submit(pool.call("wait_for_ever", "victim", file=signals.path))
    neighbours = pool.forty()
    process = int(signals.word())
    os.kill(process, signal.SIGKILL)
    killed = time.monotonic()

    found = pool.ended(victim)
    while len(set(pool.pids()) - {process}) < 2:
        assert time.monotonic() < killed + 2
        pool.run("add", a=1)

    assert (found.result.kind, found.result.message) == ("killed", "killed by signal 9 (SIGKILL)")
    assert found.lost
    assert pool.all_well(neighbours)


def test_a_run_tries_the_task_of_a_killed_worker_again(tmp_path):
    p = Pipeline("killed once")
    node = p.add(die_the_first_time, marker=str(tmp_path / "marker"))

    result = run(p, scheme="processes", n_procs=2, cache=False)

    assert result.ok
    assert result[node] == "alive"


def die_the_first_time(marker: str) -> str:
    if not Path(marker).exists():
        Path(marker).write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def test_what_a_killed_worker_kept_is_made_again(tmp_path):
    p = Pipeline("kept and lost")
    array = p.add(make_array, marker=str(tmp_path / "made"))
    node = p.add(die_with_its_input, array=array.out, marker=str(tmp_path / "marker"))

    result = run(p, scheme="processes", n_procs=2, cache=False)

    assert result.ok
    assert result[node] == 1_000_000.0
    assert len((tmp_path / "made").read_text()) == 2


def make_array(marker: str) -> Any:
    import numpy as np

    with Path(marker).open("a") as file:
        file.write("x")
    return np.ones(1_000_000)


def die_with_its_input(array: Any, marker: str) -> float:
    if not Path(marker).exists():
        Path(marker).write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    return float(array.sum())
