"""Questions to a journal: nodes, tasks in some order, one task."""

from __future__ import annotations

import pytest
from journals import InventedRun

from treadle.core.errors import UsageError
from treadle.core.journal.owners import Owner, this_process
from treadle.core.journal.reader import RunReader
from treadle.core.journal.summaries import NodeSummary
from treadle.core.run.states import RunState, TaskState


@pytest.fixture
def reader(tmp_path):
    run = InventedRun(
        tmp_path, file="/data/demo.treadle", scheme="auto", options={"n_procs": 4}, versions={"python": "3.11"},
        pipeline="{}",
    )  # fmt: skip
    run.simple("load", node="load")
    for number in range(5):
        run.make(f"fit[{number}]", item=str(number))
        run.start(f"fit[{number}]", scheme="threads" if number % 2 else "processes")
        run.succeed(f"fit[{number}]", seconds=float(number), peak_memory=1000 - number)
    run.make("fit[5]", item="5")
    run.start("fit[5]")
    run.fail("fit[5]")
    with RunReader(run.end(RunState.FAILED)) as reader:
        yield reader


def test_the_summary_says_how_the_run_was_asked_for_and_how_it_ended(reader):
    found = reader.summary()
    assert (found.name, found.state, found.file, found.scheme) == ("demo", "failed", "/data/demo.treadle", "auto")
    assert (found.options, found.versions) == ({"n_procs": 4}, {"python": "3.11"})
    assert (found.tasks, found.counts) == (7, {"succeeded": 6, "failed": 1})
    assert found.owner == this_process()
    assert not found.live
    assert reader.pipeline() == "{}"


def test_tasks_that_a_killed_run_left_under_way_do_not_lower_the_mean():
    node = NodeSummary("fit", "fit", "m:fit", None, None, {}, (), schemes={"processes": 4})
    node.add("succeeded", 2, 0.8, 0.4, 0.0, 0, 0, 0, 2)
    node.add("running", 1, None, None, None, None, None, None, 1)
    node.add("dispatched", 1, None, None, None, None, None, None, 1)
    assert node.mean == pytest.approx(0.4)


def test_nodes_are_counted_and_added_up(reader):
    load, fit = reader.nodes()
    assert (load.id, load.sources, fit.sources) == ("load", (), ("load",))
    assert fit.counts == {"succeeded": 5, "failed": 1}
    assert fit.schemes == {"processes": 4, "threads": 2}
    assert (fit.seconds, fit.longest, fit.peak_memory) == (pytest.approx(10.1), 4.0, 1000)
    assert (fit.n_procs, fit.mem_gb, fit.inputs["sigma"]) == (2, 1.5, {"value": 2.0})
    assert fit.mean == pytest.approx(10.1 / 6)


def test_tasks_can_be_had_by_node_state_order_and_page(reader):
    assert len(reader.tasks(node="fit")) == 6
    assert [task.id for task in reader.tasks(states=[TaskState.FAILED])] == ["fit[5]"]
    assert [task.id for task in reader.tasks(node="fit", order="longest", limit=2)] == ["fit[4]", "fit[3]"]
    assert [task.id for task in reader.tasks(limit=2, offset=5)] == ["fit[4]", "fit[5]"]
    assert reader.tasks(node="nothing") == []


def test_an_unknown_task_is_told_with_a_suggestion(reader):
    with pytest.raises(UsageError, match=r"no task 'fit\[9\]'\. Did you mean 'fit\[[0-9]\]'"):
        reader.task("fit[9]")


def test_a_process_with_our_number_that_started_at_another_time_is_not_ours():
    ours = this_process()
    assert ours.lives(0.0)
    assert not Owner(ours.host, ours.pid, ours.started - 1000).lives(0.0)
    assert not Owner(ours.host, 2**22 + 1, ours.started).lives(0.0)


def test_of_a_process_on_another_machine_its_last_word_counts():
    import time

    away = Owner("elsewhere", 1, 0.0)
    assert away.lives(time.time())
    assert not away.lives(time.time() - 3600)
