"""F2, F3: engines are killed while a run uses them, some or all; F7: a hanging task on an engine has a time limit."""

from __future__ import annotations

import random
import threading
import time

import pytest
from clusters import RealCluster

from treadle import Pipeline, Schemes, module, start_run, sweep
from treadle.core.run.records import TaskChanged
from treadle.core.run.states import TaskState

COUNT = 120


@pytest.fixture
def cluster(tmp_path_factory, monkeypatch):
    """Four engines of this test alone, found as the user's own."""
    made = RealCluster(tmp_path_factory.mktemp("own"))
    try:
        made.add_engines(4)
        monkeypatch.setenv("IPYTHONDIR", str(made.address.profile_dir.parent))
        yield made
    finally:
        made.close()


def twice(x: int) -> int:
    time.sleep(0.02)
    return 2 * x


def total(xs: list[int]) -> int:
    return sum(xs)


@module(schemes=Schemes(processes=False, ipython=True))
def only_there(x: int) -> int:
    time.sleep(0.02)
    return 2 * x


@module(schemes=Schemes(processes=False, ipython=True))
def hangs(x: int) -> int:
    while x == 2:
        pass
    return x


def pipeline_of(function) -> tuple[Pipeline, object, object]:
    made = Pipeline("kills")
    mapped = made.add(function, x=sweep(list(range(COUNT))))
    return made, mapped, made.add(total, xs=mapped.out.joined())


class Watch:
    """Counts the tasks that have succeeded, and calls once there are so many."""

    def __init__(self, count: int, then) -> None:
        self._count, self._then = count, then

    def __call__(self, event) -> None:
        if isinstance(event, TaskChanged) and event.record.state is TaskState.SUCCEEDED:
            self._count -= 1
            if self._count == 0:
                self._then()


@pytest.mark.slow
def test_tasks_of_killed_engines_run_on_the_others(cluster):
    def kill_two() -> None:
        for engine in cluster.engines[:2]:
            engine.kill()

    pipeline, _, joined = pipeline_of(only_there)
    joined.scheme = "ipython"
    result = start_run(pipeline, scheme="ipython", cache=False, listener=Watch(20, kill_two)).result(60)
    assert result.state == "succeeded", result.failures
    assert result[joined] == sum(2 * x for x in range(COUNT))


@pytest.mark.slow
def test_when_all_engines_are_killed_the_next_scheme_takes_over(cluster):
    def kill_all() -> None:
        for engine in cluster.engines:
            engine.kill()

    pipeline, mapped, joined = pipeline_of(twice)
    result = start_run(pipeline, scheme="ipython", cache=False, listener=Watch(20, kill_all)).result(60)
    assert result.state == "succeeded", result.failures
    assert result[joined] == sum(2 * x for x in range(COUNT))
    assert {task.scheme for task in result.tasks if task.node == mapped.id} >= {"processes"}


@pytest.mark.slow
def test_when_no_scheme_is_left_the_run_fails_and_says_that_there_are_no_engines(cluster):
    def kill_all() -> None:
        for engine in cluster.engines:
            engine.kill()

    pipeline, _, _ = pipeline_of(only_there)
    result = start_run(pipeline, scheme="ipython", cache=False, listener=Watch(20, kill_all)).result(60)
    assert result.state == "failed"
    assert any("no engines" in failure.cause.message for failure in result.failures), result.failures


@pytest.mark.slow
def test_a_task_that_hangs_on_an_engine_is_ended_at_its_time_limit_and_its_neighbours_finish(cluster):
    made = Pipeline("limits")
    node = made.add(hangs, x=sweep(list(range(30))))
    node.timeout = 1.0
    result = start_run(made, scheme="ipython", cache=False).result(60)
    (failure,) = result.failures
    assert failure.id == f"{node.id}[2]"
    assert failure.cause.kind == "timed out"
    assert failure.ended - failure.began < 2.0
    assert [task.state for task in result.tasks].count(TaskState.SUCCEEDED) == 29


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_killed_at_whatever_moment_the_run_ends_right_or_says_why_not(cluster, seed):
    chance = random.Random(seed)
    over = threading.Event()

    def kill_at_random() -> None:
        while not over.wait(chance.uniform(0.05, 1.0)):
            living = [one for one in (*cluster.engines, cluster.controller) if one.poll() is None]
            if living:
                chance.choice(living).kill()

    killer = threading.Thread(target=kill_at_random)
    killer.start()
    try:
        pipeline, _, joined = pipeline_of(twice)
        result = start_run(pipeline, scheme="ipython", cache=False).result(60)
    finally:
        over.set()
        killer.join()
    if result.state == "succeeded":
        assert result[joined] == sum(2 * x for x in range(COUNT))
    else:
        assert all(failure.cause and failure.cause.message for failure in result.failures)
