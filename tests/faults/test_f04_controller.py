"""F4: the controller of a cluster is killed: contact is lost within 15 s, nothing hangs, finished results are kept."""

from __future__ import annotations

import threading
import time

import pytest
from clusters import RealCluster
from engine_bench import Bench, call

from treadle.core.scheme import Capacity, Ended


@pytest.fixture
def lone_cluster(tmp_path_factory):
    made = RealCluster(tmp_path_factory.mktemp("lone"))
    made.add_engines(2)
    yield made
    made.close()


def wait_for_ever() -> None:
    threading.Event().wait()


def add(x: int) -> int:
    return x + 1


@pytest.mark.slow
def test_contact_with_a_killed_controller_is_lost_within_fifteen_seconds_and_nothing_hangs(lone_cluster, tmp_path):
    bench = Bench(tmp_path, lone_cluster)
    bench.run(call(add, "done", x=1))
    bench.submit(call(wait_for_ever, "stuck"), call(add, "also", x=1))
    bench.until_began("stuck")
    lone_cluster.controller.kill()
    began = time.monotonic()
    told = bench.until(lambda one: isinstance(one, Capacity) and not one.slots, 20.0)
    assert time.monotonic() - began < 15
    assert told.why == "lost contact with the controller of the cluster: a part of it has ended"
    ended = next(
        (one for one in bench.seen if isinstance(one, Ended) and one.task == "stuck"), None
    ) or bench.until_over("stuck", 5.0)
    assert (ended.lost, ended.result.kind) == (True, "lost contact")
    assert bench.value("done") == 2
    bench.submit(call(add, "later", x=1))
    assert bench.until_over("later", 5.0).refused
    began = time.monotonic()
    bench.close()
    assert time.monotonic() - began < 5
