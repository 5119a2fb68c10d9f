"""Whole runs on real engines: places of nodes, as a pipeline has them."""

from __future__ import annotations

import os

import pytest

from treadle import Pipeline, run, sweep
from treadle.core.errors import UsageError
from treadle.core.pipeline import Placement


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
