"""Runs of random pipelines give what a slow and simple interpreter gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from plans import pipelines
from reference import Absent, Failed, Interpreter

import treadle
from treadle.core.run.states import TaskState

if TYPE_CHECKING:
    from treadle.core.pipeline import Pipeline

relaxed = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def values_of(result: Any, node_id: str, port: str) -> dict[tuple[int, ...], Any]:
    executor = result._executor
    node = executor.plan.node(node_id)
    tasks = executor.scheduler.layout.of_node(node.number)
    return {
        place: executor.results.value(task.id, port)
        for place, task in tasks.items()
        if task.state.good and not task.lacks(port)
    }


def failed_in(result: Any, node_id: str) -> set[tuple[int, ...]]:
    executor = result._executor
    number = executor.plan.node(node_id).number
    return {t.index for t in executor.scheduler.layout.tasks.values() if t.node == number and t.cause is not None}


def assert_equal(pipeline: Pipeline) -> None:
    result = treadle.run(pipeline, scheme="serial", cache=False)
    expected = Interpreter(pipeline).outputs
    for node_id, node in pipeline.nodes.items():
        if node.fold or node.repeat or node.group:
            # Its tasks are items or rounds; those that read it show whether the last one was right.
            continue
        for port in result._executor.plan.node(node_id).module.outputs:
            column = expected[f"{node_id}.{port.name}"]
            good = {k: v for k, v in column.table.items() if not isinstance(v, Failed | Absent)}
            assert values_of(result, node_id, port.name) == good
            assert failed_in(result, node_id) == {k for k, v in column.table.items() if isinstance(v, Failed)}
    assert all(record.state.terminal for record in result.tasks)
    assert {r.id: r.state for r in result.tasks} == {
        task.id: task.state for task in result._executor.scheduler.layout.tasks.values()
    }
    assert (result.state == "succeeded") == (
        not any(record.state in {TaskState.FAILED, TaskState.CANCELLED} for record in result.tasks)
    )


@settings(relaxed, max_examples=100)
@given(pipelines())
def test_a_run_equals_the_reference(pipeline) -> None:
    assert_equal(pipeline)


@pytest.mark.slow
@settings(relaxed, max_examples=3_000)
@given(pipelines(14))
def test_a_large_run_equals_the_reference(pipeline) -> None:
    assert_equal(pipeline)
