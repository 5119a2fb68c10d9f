"""Documents that are run from the window, by a real runner, with modules in a file beside them."""

from __future__ import annotations

import os
import signal

import pytest
from bridges import bridge_to_a_runner
from msgspec.structs import replace

from treadle import Pipeline, sweep
from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs
from treadle.app.window.runs.tasks_panel import TasksPanel
from treadle.core.edits import update_nodes
from treadle.core.pipeline import Sweep

MS = 60_000
DEEDS = """
import time
from pathlib import Path

def double(value: float = 1.0) -> float:
    print(f"doubling {value}", flush=True)
    return 2 * value

def total(values: list) -> float:
    return sum(values)

def wait(value: float = 1.0, gate: str = "") -> float:
    end = time.monotonic() + 60
    while gate and not Path(gate).exists() and time.monotonic() < end:
        time.sleep(0.01)
    return value

def fall(value: float = 1.0) -> float:
    raise ValueError(f"{value} is no luck")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "deeds_of_a_window.py").write_text(DEEDS)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture
def bridge(qapp, qtbot):
    with bridge_to_a_runner(qtbot) as made:
        yield made


@pytest.fixture
def opened(bridge, settings, folder, qtbot):
    made = []

    def opened(pipeline, name="deeds", trusted=True):
        pipeline.file = folder / f"{name}.treadle"
        runs = Runs(bridge, Document(pipeline), settings)
        made.append(runs)
        if trusted:
            errors = []
            runs.trusting.give(lambda error: errors.append(error) if error else None)
            qtbot.waitUntil(lambda: runs.trusting.trusted or bool(errors), timeout=MS)
            assert not errors
        return runs

    yield opened
    for runs in made:
        if not runs._closed:
            runs.close()


def mapped():
    pipeline = Pipeline("mapped")
    doubled = pipeline.add("deeds_of_a_window:double", id="double", value=sweep([1.0, 2.0, 3.0]))
    pipeline.add("deeds_of_a_window:total", id="total", values=doubled.out.joined())
    return pipeline


def waiting(gate, value=1.0):
    pipeline = Pipeline("waiting")
    first = pipeline.add("deeds_of_a_window:double", id="first", value=value)
    second = pipeline.add("deeds_of_a_window:wait", id="second", value=first.out, gate=str(gate))
    pipeline.add("deeds_of_a_window:double", id="third", value=second.out)
    return pipeline


def until(qtbot, runs, node, state):
    qtbot.waitUntil(lambda: runs.look(node).state == state, timeout=MS)


def over(qtbot, runs):
    qtbot.waitUntil(lambda: runs.state == "idle" and runs.record is not None, timeout=MS)
    return runs.record.state


def preview(qtbot, runs, task):
    told = []
    runs.ask_task(task, told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=MS)
    return told[0].previews["out"]["text"]


def test_a_mapped_pipeline_is_run_and_is_up_to_date_afterwards(opened, qtbot):
    runs = opened(mapped())
    qtbot.waitUntil(lambda: runs.look("total").freshness == "never run", timeout=MS)
    assert runs.start()
    assert over(qtbot, runs) == "succeeded"
    look = runs.look("double")
    assert (look.state, dict(look.counts), look.total, look.mapped) == ("succeeded", {"succeeded": 3}, 3, True)
    assert preview(qtbot, runs, "total") == "12.0"
    assert sorted(line.text for line in runs.lines) == ["doubling 1.0", "doubling 2.0", "doubling 3.0"]
    qtbot.waitUntil(lambda: runs.look("double").freshness == "fresh", timeout=MS)
    longer = {"double": {"sweeps": {"value": Sweep((1.0, 2.0, 3.0, 4.0))}}}
    runs.document.edit(update_nodes(runs.document.pipeline, longer), "set")
    until(qtbot, runs, "double", "stale")
    assert runs.look("double").freshness == ""
    qtbot.waitUntil(lambda: runs.look("double").freshness == "stale", timeout=MS)
    assert "value" in runs.look("double").reason


def test_a_run_to_a_node_leaves_out_what_follows(opened, qtbot):
    runs = opened(mapped())
    runs.start(until=["double"])
    assert over(qtbot, runs) == "succeeded"
    assert not runs.look("total").counts


def test_a_run_pauses_goes_on_and_ends(opened, qtbot, folder):
    runs = opened(waiting(folder / "gate"))
    runs.start()
    until(qtbot, runs, "second", "running")
    runs.pause()
    (folder / "gate").touch()
    until(qtbot, runs, "second", "succeeded")
    assert runs.look("third").going
    runs.go_on()
    assert over(qtbot, runs) == "succeeded"


def test_a_run_stops_at_breakpoints_and_goes_on_from_there(opened, qtbot):
    pipeline = mapped()
    for node in ("double", "total"):
        pipeline.nodes[node] = replace(pipeline.nodes[node], breakpoint=True)
    runs = opened(pipeline)
    runs.start()
    qtbot.waitUntil(lambda: runs.stops.places == ("double",) and runs.stops.halted, timeout=MS)
    runs.stops.go_on()
    qtbot.waitUntil(lambda: runs.stops.places == ("total",), timeout=MS)
    assert runs.look("double").state == "succeeded"
    runs.stops.go_on(["total"])
    assert over(qtbot, runs) == "succeeded"


def test_a_run_is_cancelled_and_what_is_done_stays(opened, qtbot, folder):
    runs = opened(waiting(folder / "gate"))
    runs.start()
    until(qtbot, runs, "second", "running")
    runs.cancel()
    assert over(qtbot, runs) == "cancelled"
    assert runs.look("first").state == "succeeded"
    assert runs.look("second").state == "cancelled"


def test_two_documents_run_at_once_in_one_runner(opened, qtbot, folder):
    one = opened(waiting(folder / "gate-1", 1.0), "one")
    other = opened(waiting(folder / "gate-2", 5.0), "other")
    one.start()
    other.start()
    until(qtbot, one, "second", "running")
    until(qtbot, other, "second", "running")
    (folder / "gate-2").touch()
    assert over(qtbot, other) == "succeeded"
    assert one.going
    (folder / "gate-1").touch()
    assert over(qtbot, one) == "succeeded"
    assert (preview(qtbot, one, "third"), preview(qtbot, other, "third")) == ("4.0", "20.0")


def test_a_run_that_waits_for_the_same_result_of_another_can_be_cancelled(opened, qtbot, folder):
    one, other = opened(waiting(folder / "gate"), "one"), opened(waiting(folder / "gate"), "other")
    one.start()
    until(qtbot, one, "second", "running")
    other.start()
    until(qtbot, other, "first", "cached")
    other.cancel()
    assert over(qtbot, other) == "cancelled"
    (folder / "gate").touch()
    assert over(qtbot, one) == "succeeded"


def test_a_failure_is_a_problem_with_its_traceback_and_is_tried_again(opened, qtbot, theme):
    pipeline = Pipeline("falling")
    pipeline.add("deeds_of_a_window:fall", id="fall", value=sweep([1.0, 2.0]))
    runs = opened(pipeline)
    panel = TasksPanel(theme)
    qtbot.addWidget(panel)
    panel.set_runs(runs)
    runs.start()
    assert over(qtbot, runs) == "failed"
    assert {one.task for one in runs.problems() if one.severity == "error"} == {"fall[0]", "fall[1]"}
    panel.table.selectRow(0)
    qtbot.waitUntil(lambda: "Traceback" in panel.details.toPlainText(), timeout=MS)
    first = runs.record.id
    assert runs.retry_failed(["fall"])
    qtbot.waitUntil(lambda: runs.record.id != first, timeout=MS)
    assert over(qtbot, runs) == "failed"


def test_a_runner_that_is_killed_in_a_run_is_started_again_and_the_run_resumed(opened, qtbot, folder, bridge):
    runs = opened(waiting(folder / "gate"))
    runs.start()
    until(qtbot, runs, "second", "running")
    os.kill(bridge._client.pid, signal.SIGKILL)
    until(qtbot, runs, "second", "lost contact")
    assert runs.state == "lost contact"
    assert runs.look("first").state == "succeeded"
    (folder / "gate").touch()
    assert runs.retry_failed()
    assert over(qtbot, runs) == "succeeded"
    assert runs.look("first").state == "cached"


def test_a_file_from_elsewhere_runs_when_a_person_has_trusted_it(opened, qtbot):
    runs = opened(mapped(), trusted=False)
    qtbot.waitUntil(lambda: runs.trusting.restricted is True, timeout=MS)
    with qtbot.waitSignal(runs.trust_needed, timeout=MS) as caught:
        runs.start()
    assert {one.place for one in caught.args[0].code} == {"double", "total"}
    runs.trust_and_run()
    assert over(qtbot, runs) == "succeeded"


def test_serial_runs_from_the_window_outside_the_runner(opened, qtbot):
    runs = opened(mapped())
    runs.scheme = "serial"
    runs.start()
    assert over(qtbot, runs) == "succeeded"
    assert runs.look("double").scheme == "serial"


def test_a_scheme_that_is_not_there_is_a_problem_that_says_what_there_is(opened, qtbot):
    runs = opened(mapped())
    runs.scheme = "proceses"
    runs.start()
    qtbot.waitUntil(lambda: bool(runs.problems()), timeout=MS)
    assert "proceses" in runs.problems()[0].message
    assert "processes" in runs.problems()[0].remedy
