"""Clusters from the window: the card and its dialogs, a real runner, real controllers and engines."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import psutil
import pytest
from cluster_talks import of_clusters
from clusters import RealCluster
from endings import is_dead
from toolboxes import Toolbox

from treadle import Pipeline, sweep
from treadle.app.window.bridge import Bridge
from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs
from treadle.core import protocol as p
from treadle.schemes.ipython.profiles import create

pytestmark = pytest.mark.slow

MS = 60_000


class Journey(Toolbox):
    """What a person does, each step waited for."""

    def __init__(self, qtbot, folder) -> None:
        self.qtbot = qtbot
        bridge = Bridge()
        bridge.start()
        qtbot.waitUntil(lambda: bridge.state == "idle", timeout=MS)
        super().__init__(bridge, folder)
        self.until(lambda: self.clusters.state == "ready")

    def until(self, so):
        self.qtbot.waitUntil(lambda: bool(so()), timeout=MS)

    def started(self, engines=2):
        dialog = self.dialogs.start_engines()
        dialog.engines.setValue(engines)
        dialog.start.click()
        self.until(lambda: "start" not in self.dialogs.open or dialog.strip.said)
        assert "start" not in self.dialogs.open, dialog.strip.said
        self.until(lambda: self.row is not None and len(numbered(self.row)) >= engines)
        return self.row

    def failed(self, seconds=60.0, **fields):
        """Start what cannot be started; return what is said."""
        dialog = self.dialogs.start_engines()
        dialog.deadline.setValue(int(seconds))
        for name, text in fields.items():
            getattr(dialog, name).setText(text)
        began = time.monotonic()
        dialog.start.click()
        self.until(lambda: bool(dialog.strip.said))
        assert time.monotonic() - began < seconds + 5
        assert dialog.start.isEnabled()
        said = dialog.strip.said
        dialog.close()
        return said

    def end(self):
        client = self.bridge._client
        self.bridge.stop()
        if client is not None:
            client.close()
        super().end()


@pytest.fixture
def travel(qapp, qtbot, tmp_path):
    made = []

    def begun():
        made.append(Journey(qtbot, tmp_path))
        return made[-1]

    yield begun
    for journey in made:
        journey.end()
    qtbot.waitUntil(lambda: not of_clusters(Path(os.environ["IPYTHONDIR"])), timeout=MS)


def numbered(row):
    return [engine for engine in row.engines if engine.number is not None]


def alive(pids):
    return [pid for pid in pids if psutil.pid_exists(pid) and not is_dead(psutil.Process(pid))]


def processes(row):
    return [row.process, *(engine.pid for engine in row.engines)]


def column(tree, item, title):
    titles = [tree.headerItem().text(at) for at in range(tree.columnCount())]
    return item.text(titles.index(title))


def children(tree):
    host = tree.topLevelItem(0)
    return [host.child(at) for at in range(host.childCount())]


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


def test_restarted_engines_are_other_processes(travel):
    journey = travel()
    row = journey.started(2)
    question = journey.dialogs.restart_engines()
    question.buttons["restart"].click()
    before = {engine.uuid for engine in row.engines}
    journey.until(
        lambda: len(journey.row.engines) == 2 and not before & {engine.uuid for engine in journey.row.engines}
    )
    journey.until(lambda: not alive([engine.pid for engine in row.engines]))
    assert alive([row.process])


def test_one_engine_is_stopped_and_the_other_stays(travel):
    journey = travel()
    row = journey.started(2)
    dialog = journey.dialogs.information()
    children(dialog.tree)[0].setSelected(True)
    dialog.buttons["stop"].click()
    journey.until(lambda: not alive([row.engines[0].pid]))
    journey.until(lambda: len(journey.row.engines) == 1)
    assert alive(processes(row)) == [row.process, row.engines[1].pid]


def test_what_is_left_running_is_found_and_used_again_and_stop_leaves_nothing(travel):
    journey = travel()
    row = journey.started(2)
    dialog = journey.dialogs.clean_up()
    dialog.leave.click()
    journey.until(lambda: "clean-up" not in journey.dialogs.open)
    journey.end()
    assert alive(processes(row)) == processes(row)
    again = travel()
    again.until(lambda: again.row is not None and again.clusters.looked() and len(again.row.engines) == 2)
    assert {engine.pid for engine in again.row.engines} == {engine.pid for engine in row.engines}
    assert again.row.left_running
    dialog = again.dialogs.clean_up()
    dialog.stop.click()
    again.until(lambda: "clean-up" not in again.dialogs.open or dialog.strip.said)
    assert not alive(processes(row))


def test_a_shutdown_ends_all_there_is(travel):
    journey = travel()
    row = journey.started(2)
    dialog = journey.dialogs.shut_down()
    journey.until(dialog.shut_down.isEnabled)
    dialog.shut_down.click()
    journey.until(lambda: "shut-down" not in journey.dialogs.open or dialog.strip.said)
    assert not alive(processes(row))


def test_clean_up_ends_what_was_started(travel):
    journey = travel()
    row = journey.started(2)
    dialog = journey.dialogs.clean_up()
    dialog.stop.click()
    journey.until(lambda: "clean-up" not in journey.dialogs.open)
    assert not alive(processes(row))
    journey.until(lambda: journey.card.how.text() == "No cluster runs in this profile.")
    assert journey.clusters.here is None


def test_a_start_that_is_given_up_leaves_nothing(travel):
    journey = travel()
    dialog = journey.dialogs.start_engines()
    dialog.engines.setValue(2)
    dialog.start.click()
    journey.until(lambda: bool(of_clusters(Path(os.environ["IPYTHONDIR"]))) or not dialog.strip.going)
    assert not dialog.strip.said
    dialog.reject()
    journey.until(lambda: not dialog.strip.going)
    assert not dialog.strip.said
    assert dialog.isVisible()
    journey.until(lambda: not of_clusters(Path(os.environ["IPYTHONDIR"])))
    assert journey.clusters.here is None


def test_a_start_that_fails_says_why(travel, tmp_path, monkeypatch):
    journey = travel()
    said = journey.failed(python="/nowhere/python3")
    assert "/nowhere/python3" in said
    assert "Name a Python that has ipyparallel" in said
    bad = tmp_path / "bad-python"
    bad.write_text("#!/bin/sh\necho this is no python >&2\nexit 3\n")
    bad.chmod(0o755)
    said = journey.failed(seconds=20, python=str(bad))
    assert "this is no python" in said
    journey.until(lambda: not of_clusters(Path(os.environ["IPYTHONDIR"])))


def test_a_cluster_of_no_such_profile_or_of_one_that_has_it_is_refused(travel):
    journey = travel()
    operation = journey.clusters.start(p.ClusterName("labb"), 1)
    journey.until(lambda: not operation.going)
    assert "there is no IPython profile 'labb'" in operation.error.message
    assert operation.error.remedy
    journey.started(1)
    operation = journey.clusters.start(journey.row.name, 1)
    journey.until(lambda: not operation.going)
    assert "it runs already" in operation.error.message


def test_a_port_that_is_taken_is_said(travel):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        folder = create("default")
        (folder / "ipcontroller_config.py").write_text(f"c = get_config()\nc.IPController.regport = {port}\n")
        journey = travel()
        said = journey.failed(seconds=20)
        assert "Address already in use" in said


def test_a_change_of_profile_that_is_cancelled_changes_nothing(travel):
    create("lab")
    journey = travel()
    row = journey.started(1)
    journey.card._profile_chosen(journey.card.profile.findText("lab"))
    dialog = journey.dialogs.open["change-profile"]
    assert dialog.wanted == "lab"
    assert not dialog.change.isEnabled()
    dialog.reject()
    assert journey.clusters.chosen == "default"
    assert alive(processes(row)) == processes(row)


@pytest.mark.parametrize("fate", ["stop", "leave"])
def test_a_change_of_profile_first_lets_go_of_what_runs(travel, fate):
    create("lab")
    journey = travel()
    row = journey.started(1)
    dialog = journey.dialogs.change_profile("lab")
    getattr(dialog, fate).setChecked(True)
    dialog.change.click()
    journey.until(lambda: "change-profile" not in journey.dialogs.open)
    assert journey.clusters.chosen == "lab"
    assert bool(alive(processes(row))) == (fate == "leave")
    assert journey.clusters.here is None
    if fate == "leave":
        journey.dialogs.use_profile("default")
        journey.until(lambda: journey.clusters.here is not None)
        assert journey.row.left_running
        journey.clusters.shut_down(row.name)
        journey.until(lambda: not alive(processes(row)))


def test_a_foreign_controller_is_named_and_survives(travel, tmp_path):
    foreign = RealCluster(Path(os.environ["IPYTHONDIR"]).parent)
    try:
        foreign.add_engines(1)
        journey = travel()
        journey.until(lambda: journey.row is not None and len(journey.row.engines) == 1)
        assert "somebody else’s" in journey.card.how.text()
        assert not journey.card.deeds.buttons["clean-up"].isEnabled()
        row = journey.started(2)
        mine = [engine.pid for engine in row.engines if engine.ours]
        dialog = journey.dialogs.shut_down()
        journey.until(lambda: "Engines of others: 1 engine on" in dialog.what.text())
        assert "somebody else" in dialog.what.text()
        dialog.reject()
        dialog = journey.dialogs.clean_up()
        dialog.stop.click()
        journey.until(lambda: "clean-up" not in journey.dialogs.open)
        assert not alive(mine)
        journey.end()
        assert foreign.controller.poll() is None
        assert foreign.engines[0].poll() is None
    finally:
        foreign.close()


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


def test_a_profile_is_made_and_used(travel):
    journey = travel()
    dialog = journey.dialogs.new_profile()
    dialog.name.setText("no/such")
    dialog.make.click()
    journey.until(lambda: bool(dialog.strip.said))
    assert "cannot be the name of a profile" in dialog.strip.said
    dialog.name.setText("lab")
    dialog.make.click()
    journey.until(lambda: journey.clusters.chosen == "lab")
    assert Path(os.environ["IPYTHONDIR"], "profile_lab").is_dir()


def test_a_controller_that_is_killed_is_told_and_cleaned_up_and_another_one_started(travel):
    journey = travel()
    row = journey.started(1)
    os.kill(row.process, signal.SIGKILL)
    journey.until(lambda: journey.clusters.here is None)
    assert not journey.card.deeds.buttons["run-on"].isEnabled()
    again = journey.started(1)
    assert again.process != row.process
    journey.until(lambda: not alive(processes(row)))


def test_a_runner_that_is_killed_takes_its_cluster_along_and_all_is_told(travel):
    journey = travel()
    row = journey.started(1)
    dialog = journey.dialogs.run_on_engines()
    dialog.statement.setPlainText("import time; time.sleep(60)")
    dialog.run.click()
    journey.until(lambda: journey.row.engines[0].state == "busy")
    os.kill(journey.bridge._client.pid, signal.SIGKILL)
    journey.until(lambda: bool(dialog.strip.said))
    assert "killed by signal 9" in dialog.strip.said
    assert "killed by signal 9" in journey.card.how.toolTip()
    journey.until(lambda: not alive(processes(row)))
    journey.bridge.start()
    journey.until(lambda: journey.clusters.state == "ready")
    assert journey.clusters.here is None
