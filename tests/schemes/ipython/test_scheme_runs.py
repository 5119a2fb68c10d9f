"""Whole runs on real engines: places of nodes, as a pipeline has them."""

from __future__ import annotations

import os
import time

import pytest
from clusters import wait_until
from engines import running_cluster

from treadle import Pipeline, run, start_run, sweep
from treadle.core.errors import UsageError
from treadle.core.pipeline import Placement
from treadle.schemes.ipython.cluster import Cluster


def engine_number() -> int:
    from IPython import get_ipython

    return int(get_ipython().kernel.engine_id)


def host(name: str) -> str:
    assert name
    return os.uname().nodename


def plus(x: int) -> int:
    return x + 1


def total(xs: list[int]) -> int:
    return sum(xs)


@pytest.mark.parametrize("scheme", ["ipython"])
def test_what_runs_once_on_each_engine_is_mapped_by_engine_and_done_again_each_time(scheme, tmp_path) -> None:
    for _ in range(2):
        made = Pipeline("places")
        each = made.add(engine_number)
        each.placement = Placement(once_on="engine")
        more = made.add(plus, x=each.out.each())
        joined = made.add(total, xs=more.out.joined())
        result = run(made, scheme=scheme, cache=tmp_path / "cache")
        numbers = result[each]
        assert len(numbers) == 2
        assert result[more] == [number + 1 for number in numbers]
        assert result[joined] == sum(result[more])
        assert [list(labels.values()) for labels, _ in result.items(more)] == [[f"engine {one}"] for one in numbers]
        (record,) = [task for task in result.tasks if task.node == each.id]
        assert record.scheme == "ipython"


@pytest.mark.parametrize("scheme", ["ipython"])
def test_each_item_runs_on_the_host_that_it_names_and_one_without_engines_fails_alone(scheme) -> None:
    made = Pipeline("hosts")
    node = made.add(host, name=sweep([os.uname().nodename, "no-such-host"]))
    node.placement = Placement(host_from="name")
    result = run(made, scheme=scheme, cache=False)
    (failure,) = result.failures
    assert failure.id == f"{node.id}[1]"
    assert "no-such-host" in failure.cause.message
    assert [task.scheme for task in result.tasks if task.id == f"{node.id}[0]"] == ["ipython"]


def hold(x: int, folder: str) -> int:
    from pathlib import Path

    (Path(folder) / f"begun-{x}").touch()
    end = time.monotonic() + 30
    while x < 2 and not (Path(folder) / "go").exists():
        assert time.monotonic() < end
        time.sleep(0.005)
    return x


@pytest.mark.parametrize("scheme", ["ipython"])
def test_of_a_run_whose_engine_is_interrupted_one_task_fails_and_says_why(scheme, tmp_path) -> None:
    made = Pipeline("interrupted")
    node = made.add(hold, x=sweep([0, 1, 2, 3]), folder=str(tmp_path))
    after = made.add(plus, x=node.out)
    begun = [tmp_path / f"begun-{x}" for x in (0, 1)]
    handle = start_run(made, scheme=scheme, cache=False)
    wait_until(lambda: all(path.exists() for path in begun))
    other = Cluster.attach(running_cluster().address)
    try:
        ((_, task),) = other.interrupt([min(other.uuids())]).items()
    finally:
        other.close()
    (tmp_path / "go").touch()
    result = handle.result(30)
    assert result.state == "failed"
    (failure,) = [one for one in result.failures if one.node == node.id]
    assert (failure.id, failure.cause.message) == (task, "somebody interrupted its engine, as Ctrl-C does")
    assert {one.state.value for one in result.tasks if one.node == node.id and one.id != task} == {"succeeded"}
    assert sorted(one.state.value for one in result.tasks if one.node == after.id) == ["skipped", *["succeeded"] * 3]
    assert run(made, scheme=scheme, cache=False).state == "succeeded"


def test_without_engines_a_placed_node_says_what_it_needs() -> None:
    made = Pipeline("none")
    made.add(plus, x=1).placement = Placement(engines=(0,))
    result = run(made, cache=False)
    assert "placement needs the ipython scheme" in result.failures[0].cause.message


def test_a_profile_that_is_not_there_is_an_error_before_the_run() -> None:
    made = Pipeline("none")
    made.add(plus, x=1)
    with pytest.raises(UsageError, match="no IPython profile 'nowhere'"):
        run(made, scheme="ipython:nowhere", cache=False)
