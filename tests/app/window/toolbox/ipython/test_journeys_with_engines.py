"""Engines from the window: runs and statements on real ones, and what is told and set of them."""

from __future__ import annotations

import socket

import psutil
import pytest
from cluster_journeys import children, column

from treadle import Pipeline, sweep
from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs

pytestmark = pytest.mark.slow

MS = 60_000


def test_information_agrees_with_the_processes_that_there_are(travel):
    journey = travel()
    journey.started(2)
    dialog = journey.dialogs.information()
    assert dialog.lock_words.text() == "Encrypted"
    assert dialog.tree.topLevelItemCount() == 1
    assert socket.gethostname() in dialog.tree.topLevelItem(0).text(0)
    for item, engine in zip(children(dialog.tree), journey.row.engines, strict=True):
        process = psutil.Process(int(column(dialog.tree, item, "Process")))
        assert f"--Session.session={engine.uuid}" in process.cmdline()
        assert abs(process.memory_info().rss - engine.used) < 40e6
        assert column(dialog.tree, item, "State") == "Idle"
        assert column(dialog.tree, item, "Whose") == "ours"
    assert psutil.Process(journey.row.process).is_running()


@pytest.fixture
def pipeline(monkeypatch, tmp_path):
    (tmp_path / "deeds_on_engines.py").write_text(
        "import os, time\n"
        "def where(value: int, seconds: float = 0.0) -> int:\n"
        "    time.sleep(seconds)\n"
        "    return os.getpid()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    made = Pipeline("where")
    made.file = tmp_path / "where.treadle"
    return made


def on_engines(journey, pipeline):
    runs = Runs(journey.bridge, Document(pipeline), journey.settings)
    runs.trusting.give(lambda _error: None)
    journey.until(lambda: runs.trusting.trusted)
    runs.scheme = "ipython"
    return runs


def test_a_run_uses_the_engines_and_says_so(travel, pipeline):
    journey = travel()
    row = journey.started(2)
    pipeline.add("deeds_on_engines:where", id="where", value=sweep(list(range(8))))
    runs = on_engines(journey, pipeline)
    with journey.qtbot.waitSignal(runs.run_ended, timeout=MS):
        runs.start()
    tasks = list(runs.record.tasks.values())
    assert [(task.state, task.scheme) for task in tasks] == [("succeeded", "ipython")] * 8
    done = {engine.number for engine in row.engines}
    assert {task.worker.rpartition(" ")[2] for task in tasks} <= {str(number) for number in done}
    runs.close()


def test_information_says_what_each_engine_executes(travel, pipeline):
    journey = travel()
    journey.started(2)
    pipeline.add("deeds_on_engines:where", id="where", value=sweep([1, 2]), seconds=30.0)
    runs = on_engines(journey, pipeline)
    runs.start()
    dialog = journey.dialogs.information()
    journey.until(lambda: all(column(dialog.tree, item, "State") == "Busy" for item in children(dialog.tree)))
    journey.until(lambda: all(column(dialog.tree, item, "Task") for item in children(dialog.tree)))
    running = {name for name, task in runs.record.tasks.items() if task.state == "running"}
    assert {column(dialog.tree, item, "Task") for item in children(dialog.tree)} == running
    assert "used by a run" in dialog.about.text()
    asked = journey.dialogs.clean_up()
    assert "A run uses this cluster" in asked.warning.text()
    asked.reject()
    with journey.qtbot.waitSignal(runs.run_ended, timeout=MS):
        runs.cancel()
    runs.close()


def test_a_statement_runs_on_the_engines_that_are_ticked(travel):
    journey = travel()
    row = journey.started(2)
    dialog = journey.dialogs.run_on_engines()
    dialog.statement.setPlainText("import os\nprint('hello')\nos.getpid()")
    dialog.run.click()
    journey.until(lambda: "2 of 2" in dialog.counted.text())
    assert all(str(engine.pid) in dialog.output.toPlainText() for engine in row.engines)
    dialog.choice.tick([row.engines[1].number])
    dialog.statement.setPlainText("1 / 0")
    dialog.run.click()
    journey.until(lambda: "0 of 1" in dialog.counted.text())
    assert "ZeroDivisionError: division by zero" in dialog.output.toPlainText()


def test_an_endless_statement_is_given_up_and_the_engine_works_on(travel):
    journey = travel()
    journey.started(1)
    dialog = journey.dialogs.run_on_engines()
    dialog.statement.setPlainText("while True: pass")
    dialog.run.click()
    journey.until(lambda: dialog.strip.going and dialog.strip.cancel.isEnabled())
    dialog.strip.cancel.click()
    journey.until(lambda: dialog.run.isEnabled())
    dialog.statement.setPlainText("6 * 7")
    dialog.run.click()
    journey.until(lambda: bool(dialog.counted.text()) or dialog.strip.said)
    assert (dialog.counted.text(), dialog.strip.said) == ("1 of 1 went well", ""), dialog.output.toPlainText()
    assert "42" in dialog.output.toPlainText()


def test_variables_reach_engines_that_are_there_and_those_that_join(travel):
    journey = travel()
    journey.started(1)
    dialog = journey.dialogs.environment()
    dialog.add()
    dialog.table.item(0, 0).setText("LAB_MODE")
    dialog.table.item(0, 1).setText("deep")
    dialog.apply.click()
    journey.until(lambda: "environment" not in journey.dialogs.open)
    dialog = journey.dialogs.start_engines()
    assert dialog.adds
    dialog.engines.setValue(1)
    dialog.start.click()
    journey.until(lambda: [engine.number for engine in journey.row.engines] == [0, 1])
    said = journey.dialogs.run_on_engines()
    said.statement.setPlainText("import os; os.environ['LAB_MODE']")
    said.run.click()
    journey.until(lambda: "2 of 2" in said.counted.text())
    assert said.output.toPlainText().count("'deep'") == 2


def test_the_logs_of_controller_and_engines_can_be_read(travel):
    journey = travel()
    journey.started(1)
    dialog = journey.dialogs.logs()
    journey.until(lambda: dialog.list.count() == 2)
    assert [dialog.list.item(at).text() for at in range(2)] == ["Controller", "Engine 0"]
    assert dialog.text_.toPlainText()
