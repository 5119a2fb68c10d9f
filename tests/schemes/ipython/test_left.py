"""A cluster that was left running, and is used by runs of whoever finds it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from clusters import wait_until

from treadle import Pipeline, Schemes, module, run, sweep
from treadle.schemes.ipython import nannies
from treadle.schemes.ipython.addresses import Address
from treadle.schemes.ipython.cluster import Cluster
from treadle.schemes.ipython.ending import stop_records
from treadle.schemes.ipython.ledger import Ledger
from treadle.schemes.ipython.profiles import profile_folder


@module(schemes=Schemes(processes=False))
def kill_first(x: int, folder: str) -> int:
    """Kill the engine, if no other has done so for this item; return its process."""
    marker = Path(folder) / f"{x}"
    if x == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return os.getpid()


@pytest.fixture
def left():
    """Return the address of a cluster with one engine that was left running."""
    cluster = Cluster.start(Address(profile_folder()), 1)
    cluster.leave()
    cluster.close()
    yield cluster.address
    stop_records(Ledger().of(*cluster.address))
    wait_until(lambda: Ledger().records() == [])


def engines(address: Address) -> list[int]:
    return [one.proof.pid for record in Ledger().of(*address) for one in record.engines if one.proof.lives]


def killing(tmp_path, count):
    made = Pipeline("killing")
    made.add(kill_first, id="kill", x=sweep(list(range(count))), folder=str(tmp_path))
    return made


@pytest.mark.slow
def test_an_engine_that_dies_in_a_run_is_replaced_and_what_comes_is_left_running_too(left, tmp_path) -> None:
    (before,) = engines(left)
    with run(killing(tmp_path, 20), scheme="ipython", cache=False) as result:
        assert result.state == "succeeded"
        assert {task.scheme for task in result.tasks} == {"ipython"}
    (after,) = engines(left)
    assert before != after
    assert all(record.left_running for record in Ledger().of(*left))


@pytest.mark.slow
def test_an_engine_whose_nanny_was_dead_before_the_run_is_replaced_soon(left, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(nannies, "EVERY_SECONDS", 0.3)
    (before,) = engines(left)
    (nanny,) = (one for one in psutil.Process(before).children() if "ipyparallel.engine.nanny" in one.cmdline())
    nanny.kill()
    with run(killing(tmp_path, 200), scheme="ipython", cache=False) as result:
        assert result.state == "succeeded"
    (after,) = engines(left)
    assert before != after
