from __future__ import annotations

import pytest
from fake_clusters import LAB, USUAL, refused
from PyQt6.QtWidgets import QLabel

from treadle.core import protocol as p


@pytest.fixture
def fresh(empty):
    return empty, empty.dialogs.start_engines()


def test_a_cluster_is_started_as_the_fields_say_and_that_is_remembered(fresh):
    one, dialog = fresh
    one.remembered.set_variables("default", {"MODE": "deep"})
    dialog.engines.setValue(3)
    dialog.python.setText(" /opt/Python ")
    dialog.niceness.setValue(10)
    dialog.encrypt.setChecked(False)
    dialog.deadline.setValue(20)
    assert "others on this machine may listen" in dialog.about.text()
    dialog.start.click()
    assert one.bridge.of(p.StartCluster) == [{
        "name": USUAL, "engines": 3, "deadline": 20, "python": "/opt/Python", "niceness": 10, "encrypt": False,
        "variables": {"MODE": "deep"},
    }]  # fmt: skip
    assert not one.dialogs.open
    assert one.remembered.how("default") == dialog.how()
    one.bridge.clusters.clear()
    one.clusters.refresh()
    assert one.dialogs.start_engines().how() == dialog.how()


def test_by_default_there_is_an_engine_for_each_core_and_all_is_encrypted(fresh):
    one, dialog = fresh
    assert dialog.engines.text().startswith("one for each core")
    dialog.start.click()
    (asked,) = one.bridge.of(p.StartCluster)
    assert (asked["engines"], asked["encrypt"], asked["deadline"]) == (0, True, 60)


def test_who_types_less_than_the_least_deadline_gets_that(fresh, qtbot):
    _one, dialog = fresh
    dialog.deadline.selectAll()
    qtbot.keyClicks(dialog.deadline, "1")
    dialog.deadline.interpretText()
    assert dialog.deadline.value() == dialog.deadline.minimum() > 1


def test_engines_are_added_where_a_cluster_runs(toolbox):
    one = toolbox()
    dialog = one.dialogs.start_engines()
    assert dialog.title.text() == "Add engines to cluster default"
    assert dialog.python_row.isHidden()
    dialog.engines.setValue(2)
    dialog.start.click()
    assert one.bridge.of(p.AddEngines) == [{"name": USUAL, "engines": 2, "deadline": 60}]
    assert len(one.row.engines) == 5


def test_cancel_gives_up_a_start_and_keeps_the_dialog_with_what_was_set(fresh):
    one, dialog = fresh
    one.bridge.slow = {p.StartCluster}
    dialog.engines.setValue(3)
    dialog.start.click()
    one.bridge.doing(p.StartCluster, "1 of 3 engines", 0.33)
    assert dialog.strip.text.text() == "1 of 3 engines"
    assert not dialog.fields.isEnabled()
    assert not dialog.start.isEnabled()
    dialog.reject()
    assert len(one.bridge.of(p.CancelRequest)) == 1
    assert dialog.isVisible()
    assert (dialog.strip.said, dialog.engines.value()) == ("", 3)
    assert dialog.start.isEnabled()
    assert one.clusters.here is None
    dialog.reject()
    assert not dialog.isVisible()


def test_closing_the_dialog_while_it_starts_gives_the_start_up(fresh):
    one, dialog = fresh
    one.bridge.slow = {p.StartCluster, p.CancelRequest}
    dialog.start.click()
    dialog.close()
    assert dialog.isVisible()
    assert len(one.bridge.of(p.CancelRequest)) == 1


def test_a_start_that_fails_says_why_and_can_be_tried_again(fresh):
    one, dialog = fresh
    one.bridge.wrong[p.StartCluster] = refused("/opt/python: not found", where="cluster default", remedy="Look there")
    dialog.start.click()
    assert "Starting cluster default failed" in dialog.strip.said
    assert "cluster default: /opt/python: not found\nLook there." in dialog.strip.said
    one.bridge.wrong.clear()
    dialog.start.click()
    assert not one.dialogs.open


def test_a_cluster_that_appears_meanwhile_is_added_to(fresh):
    one, dialog = fresh
    one.bridge._StartCluster(USUAL, 2)
    one.clusters.refresh()
    assert dialog.adds
    assert dialog.engines.minimum() == 1


def test_it_starts_in_the_profile_that_is_chosen(empty):
    empty.bridge.chosen = "lab"
    empty.clusters.refresh()
    empty.dialogs.start_engines().start.click()
    assert empty.bridge.of(p.StartCluster)[0]["name"] == LAB


def test_where_the_runner_is_elsewhere_engines_are_started_there(toolbox):
    one = toolbox()
    one.bridge.clusters.clear()
    one.bridge.welcome = p.Welcome(
        version=p.VERSION, treadle="1", python="3.11.7", host="node7", pid=1, cores=64, memory_gb=1.0, schemes=()
    )
    one.clusters.refresh()
    dialog = one.dialogs.start_engines()
    assert [label.text() for label in dialog.findChildren(QLabel) if "node7" in label.text()] == [
        "On node7, where the runner is"
    ]
    assert dialog.engines.text() == "one for each core (64)"
    assert one.dialogs.folder == ""
