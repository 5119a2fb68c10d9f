from __future__ import annotations

import pytest
from fake_clusters import USUAL, cluster, engine
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from treadle.core import protocol as p


@pytest.fixture
def shown(toolbox):
    one = toolbox()
    return one, one.dialogs.information()


def hosts(tree):
    return {
        tree.topLevelItem(at).text(0).split("   ")[0]: tree.topLevelItem(at) for at in range(tree.topLevelItemCount())
    }


def select(dialog, *numbers):
    dialog.tree.clearSelection()
    for item in dialog.tree._items.values():
        item.setSelected(item.text(0) in {str(number) for number in numbers})


def test_engines_stand_under_their_hosts(shown):
    _, dialog = shown
    found = hosts(dialog.tree)
    assert list(found) == ["vm", "node7"]
    assert [found["vm"].child(at).text(0) for at in (0, 1)] == ["0", "1"]
    assert found["vm"].text(0) == "vm   ·   2 engines"
    assert found["node7"].child(0).text(3) == "others’"
    assert "process 31354" in dialog.where.text()


def test_what_is_live_jumps_nowhere_and_stays_selected(shown):
    one, dialog = shown
    select(dialog, 1)
    item = dialog.tree.selectedItems()[0]
    one.bridge.become(cluster(USUAL, engine(2, ours=False, host="node7"), engine(1, state="busy", task="smooth[3]")))
    assert dialog.tree.selectedItems() == [item]
    assert (item.text(1), item.text(2)) == ("Busy", "smooth[3]")
    assert list(hosts(dialog.tree)) == ["vm", "node7"]


def test_an_engine_whose_host_becomes_known_moves_there(shown):
    one, dialog = shown
    one.bridge.become(cluster(USUAL, engine(0, host=None), engine(1)))
    assert list(hosts(dialog.tree)) == ["vm", "host not known yet"]
    one.bridge.become(cluster(USUAL, engine(0), engine(1)))
    assert list(hosts(dialog.tree)) == ["vm"]


@pytest.mark.parametrize("deed", ["interrupt", "restart", "stop", "kill"])
def test_what_is_done_is_done_to_what_is_selected(shown, deed):
    one, dialog = shown
    assert not dialog.buttons[deed].isEnabled()
    select(dialog, 0, 1)
    dialog.buttons[deed].click()
    (asked,) = one.bridge.of(p.ActOnEngines)
    assert (asked["deed"], asked["engines"], asked["deadline"]) == (deed, (0, 1), 30.0)


def test_a_host_stands_for_its_engines(shown):
    one, dialog = shown
    hosts(dialog.tree)["vm"].setSelected(True)
    dialog.act("interrupt")
    assert one.bridge.of(p.ActOnEngines)[0]["engines"] == (0, 1)


def test_engines_of_others_are_not_restarted(shown):
    one, dialog = shown
    select(dialog, 2)
    assert not dialog.buttons["restart"].isEnabled()
    assert dialog.buttons["interrupt"].isEnabled()
    select(dialog, 1, 2)
    dialog.act("restart")
    assert one.bridge.of(p.ActOnEngines)[0]["engines"] == (1,)


def test_the_menu_offers_the_same_and_the_log_of_one_engine(shown):
    one, dialog = shown
    select(dialog, 1)
    menu = dialog.menu()
    actions = {action.text(): action for action in menu.actions()}
    assert actions["Restart"].isEnabled()
    actions["Run on engines…"].trigger()
    assert one.dialogs.open["run-on"].choice.numbers() == (1,)
    actions["Show the log"].trigger()
    assert "logs" in one.dialogs.open
    actions["Copy"].trigger()
    lines = QApplication.clipboard().text().split("\n")
    assert lines[0].startswith("Host\tEngine\tState")
    assert lines[1].startswith("vm\t1\tIdle")
    assert len(lines) == 2


def test_the_keyboard_begins_in_the_table_and_closes_nothing_there(shown, qtbot):
    _, dialog = shown
    dialog.activateWindow()
    qtbot.waitUntil(dialog.tree.hasFocus)
    qtbot.keyClick(dialog.tree, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.tree, Qt.Key.Key_Space)
    assert [engine.number for engine in dialog.tree.selected()] == [0]
    qtbot.keyClick(dialog.tree, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.keyClick(dialog.tree, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_an_engine_that_works_for_a_run_is_interrupted_by_cancelling_its_task(toolbox):
    one = toolbox(cluster(USUAL, engine(0), engine(1, state="busy", task="smooth[3]")))
    cancelled = []
    one.dialogs.cancel = cancelled.append
    dialog = one.dialogs.information()
    select(dialog, 0, 1)
    dialog.act("interrupt")
    assert cancelled == [{1: "smooth[3]"}]
    assert [asked["engines"] for asked in one.bridge.of(p.ActOnEngines)] == [(0,)]
    select(dialog, 1)
    dialog.act("interrupt")
    assert len(one.bridge.of(p.ActOnEngines)) == 1
    dialog.act("stop")
    assert one.bridge.of(p.ActOnEngines)[1]["engines"] == (1,)


def test_what_is_done_by_a_button_that_is_disabled_then_leaves_the_keyboard_in_the_table(shown, qtbot):
    one, dialog = shown
    dialog.activateWindow()
    qtbot.waitUntil(dialog.tree.hasFocus)
    select(dialog, 1)
    dialog.buttons["stop"].setFocus()
    dialog.buttons["stop"].click()
    one.bridge.become(cluster(USUAL, engine(0)))
    assert not dialog.buttons["stop"].isEnabled()
    assert dialog.tree.hasFocus()


def test_an_action_can_be_given_up(shown):
    one, dialog = shown
    one.bridge.slow = {p.ActOnEngines}
    select(dialog, 0)
    dialog.act("stop")
    assert not dialog.buttons["stop"].isEnabled()
    dialog.strip.cancel.click()
    assert len(one.bridge.of(p.CancelRequest)) == 1
    assert dialog.buttons["stop"].isEnabled()


def test_without_a_cluster_it_offers_to_start_one(shown):
    one, dialog = shown
    one.bridge.clusters.clear()
    one.clusters.refresh()
    assert dialog.pages.currentWidget() is dialog.empty
    assert "No cluster runs in profile default" in dialog.empty.said
    dialog.empty.press()
    assert "start" in one.dialogs.open
    one.bridge.tell("gone", "it was ended")
    assert "it was ended" in dialog.empty.said
