"""Clean up and shut down: what they say, what they ask for, and what they do when something does not end."""

from __future__ import annotations

import pytest
from fake_clusters import USUAL, cluster, engine, refused
from PyQt6.QtWidgets import QApplication

from treadle.core import protocol as p

SURVIVOR = p.Living(role="engine", pid=4711, host="vm", number=0)


def test_clean_up_says_what_was_started_and_whom_it_would_hit(toolbox):
    one = toolbox(cluster(USUAL, engine(0), engine(1), engine(2, ours=False, host="node7"), busy=True))
    dialog = one.dialogs.clean_up()
    assert dialog.what.text() == "•  The controller (process 31354)\n•  2 engines on vm (processes 31450, 31451)"
    assert "Engines of others lose their controller and end: 1 engine on node7." in dialog.warning.text()
    assert "A run uses this cluster" in dialog.warning.text()


def test_of_a_controller_of_others_only_our_engines_are_let_go_of(toolbox):
    dialog = toolbox(cluster(USUAL, engine(0), engine(2, ours=False, host="node7"), ours=False)).dialogs.clean_up()
    assert dialog.what.text() == "•  1 engine on vm (process 31450)"
    assert dialog.warning.text() == ""


@pytest.mark.parametrize("fate", ["stop", "leave"])
def test_clean_up_does_what_was_chosen(toolbox, fate):
    one = toolbox()
    dialog = one.dialogs.clean_up()
    getattr(dialog, fate).click()
    assert one.bridge.of(p.LetGo) == [{"name": USUAL, "fate": fate, "deadline": 10.0}]
    assert not one.dialogs.open
    assert (one.clusters.here is None) == (fate == "stop")


def test_cancel_is_what_return_presses(toolbox):
    one = toolbox()
    for dialog in (one.dialogs.clean_up(), one.dialogs.shut_down()):
        assert dialog._closing.isDefault()


@pytest.mark.parametrize("which", ["clean_up", "shut_down"])
def test_what_does_not_end_is_named_and_can_be_killed(toolbox, which):
    one = toolbox()
    one.bridge.survivors = (SURVIVOR,)
    dialog = getattr(one.dialogs, which)()
    (dialog.stop if which == "clean_up" else dialog.shut_down).click()
    assert not dialog.still_there.isHidden()
    assert dialog.still_there.list.toPlainText() == "engine 0, process 4711 on vm"
    assert "1 process did not end" in dialog.still_there.title.text()
    assert "Not all of cluster default has ended" in dialog.title.text()
    dialog.still_there.kill.click()
    assert one.bridge.of(p.EndByForce) == [{"name": USUAL}]
    assert not one.dialogs.open


def test_a_shutdown_says_how_many_engines_whose_and_where(toolbox):
    one = toolbox()
    dialog = one.dialogs.shut_down()
    assert dialog.count.text() == "Its controller ends, and with it 3 engines:"
    assert dialog.what.text() == (
        "•  The controller (started by Treadle, vm)\n"
        "•  Engines that Treadle started: 2 engines on vm\n"
        "•  Engines of others: 1 engine on node7"
    )
    assert "Others may be working with it" in dialog.about.text()
    dialog.shut_down.click()
    assert one.bridge.of(p.ShutDownCluster) == [{"name": USUAL, "deadline": 10.0}]
    assert not one.dialogs.open


def test_a_shutdown_waits_until_it_is_known_what_would_end(toolbox):
    one = toolbox()
    one.around.hide()
    QApplication.processEvents()
    one.clusters._looked.clear()
    one.bridge.slow = {p.WatchCluster}
    dialog = one.dialogs.shut_down()
    assert not dialog.shut_down.isEnabled()
    assert "Asking it which engines it has" in dialog.count.text()
    one.bridge.answer(p.WatchCluster)
    assert dialog.shut_down.isEnabled()


def test_a_shutdown_that_fails_says_why(toolbox):
    one = toolbox()
    one.bridge.wrong[p.ShutDownCluster] = refused("its controller does not answer", where="cluster default")
    dialog = one.dialogs.shut_down()
    dialog.shut_down.click()
    assert "its controller does not answer" in dialog.strip.said
    assert dialog.shut_down.isEnabled()


def test_a_cluster_that_ends_by_itself_leaves_nothing_to_decide(toolbox):
    one = toolbox()
    clean, shut = one.dialogs.clean_up(), one.dialogs.shut_down()
    one.bridge.clusters.clear()
    one.clusters.refresh()
    assert not clean.stop.isEnabled()
    assert not shut.shut_down.isEnabled()
    assert "Nothing of cluster default belongs to this Treadle" in clean.title.text()


def test_a_stop_can_be_given_up(toolbox):
    one = toolbox()
    one.bridge.slow = {p.LetGo}
    dialog = one.dialogs.clean_up()
    dialog.stop.click()
    assert not dialog.stop.isEnabled()
    dialog.reject()
    assert len(one.bridge.of(p.CancelRequest)) == 1
    assert dialog.isVisible()
    assert dialog.stop.isEnabled()


def test_what_was_left_running_can_be_stopped_later(toolbox):
    one = toolbox(cluster(held=False, left_running=True))
    assert one.card.deeds.buttons["clean-up"].isEnabled()
    dialog = one.dialogs.clean_up()
    assert dialog.title.text() == "Stop what Treadle left running of cluster default?"
    assert dialog.leave.isHidden()
    assert "The controller (process 31354)" in dialog.what.text()
    dialog.stop.click()
    assert one.clusters.here is None
