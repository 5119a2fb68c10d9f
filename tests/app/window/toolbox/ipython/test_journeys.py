"""Clusters from the window: they begin and end, with a real runner, real controllers and engines."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
from cluster_journeys import alive, children, processes
from cluster_talks import of_clusters
from clusters import RealCluster

from treadle.core import protocol as p
from treadle.schemes.ipython.profiles import create

pytestmark = pytest.mark.slow

MS = 60_000


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
