from __future__ import annotations

import pytest

from treadle import Pipeline
from treadle.app.window.runs.record import RunRecord
from treadle.core import protocol as p


def started(*nodes):
    return p.RunStarted(run="r", journal="", nodes=tuple(p.PlannedNode(node=name) for name in nodes))


def row(task, state, node="a", scheme="processes", **facts):
    return p.TaskRow(task, node, {}, state, scheme, **facts)


def news(*tasks, nodes=(), seconds=1.0):
    return p.RunNews(run="r", seconds=seconds, tasks=tasks, nodes=tuple(nodes))


@pytest.fixture
def record():
    return RunRecord(started("a", "b"), Pipeline("x"))


def test_tasks_that_run_are_counted_by_scheme(record):
    record.take(news(row("a[0]", "running"), row("a[1]", "running")))
    record.take(news(row("a[0]", "succeeded", ended=1.0)))
    assert (record.busy["processes"], record.schemes["processes"]) == (1, 2)


def test_what_runs_when_contact_is_lost_is_shown_so_and_what_is_done_stays(record):
    record.take(
        news(
            row("a", "succeeded"),
            row("b", "running", "b"),
            nodes=[p.NodeRow("a", {"succeeded": 1}), p.NodeRow("b", {"running": 1})],
        )
    )
    rows, changed = record.lose("it was killed")
    assert [one.state for one in rows] == ["lost contact"]
    assert changed == {"b"}
    assert record.counts() == {"succeeded": 1, "lost contact": 1}
    assert record.over


def test_the_time_left_goes_by_what_tasks_took_on_as_many_workers(record):
    assert record.seconds_left() is None
    done = [row(f"a[{n}]", "succeeded", began=n * 1.0, ended=n * 1.0 + 2) for n in range(4)]
    record.take(
        news(
            *done, nodes=[p.NodeRow("a", {"succeeded": 4, "waiting": 4}), p.NodeRow("b", {"succeeded": 1})], seconds=4.0
        )
    )
    assert record.seconds_left() == pytest.approx(4 * 2 / 2)


def test_a_failed_task_that_is_tried_again_has_not_failed(record):
    record.take(news(row("a", "failed")))
    assert list(record.failed) == ["a"]
    record.take(news(row("a", "succeeded")))
    assert not record.failed


def test_a_node_without_axes_has_one_task_before_it_is_made(record):
    assert record.nodes["a"].total == 1


def test_the_tasks_of_all_nodes_are_counted_together(record):
    assert (record.total, record.counts()) == (2, {})
    record.take(news(nodes=[p.NodeRow("a", {"waiting": 5})]))
    record.take(news(nodes=[p.NodeRow("a", {"waiting": 2, "running": 3})]))
    assert (record.total, record.counts()) == (6, {"waiting": 2, "running": 3})
    record.take(news(nodes=[p.NodeRow("new", {"ready": 1})]))
    assert record.total == 7
