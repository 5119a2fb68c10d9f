from __future__ import annotations

import pytest
from fake_clusters import LAB, USUAL, cluster, engine, refused
from PyQt6.QtWidgets import QApplication

from treadle.core import protocol as p


def enabled(one):
    return {name for name, button in one.card.deeds.buttons.items() if button.isEnabled()}


def test_the_card_says_how_the_cluster_does(toolbox):
    one = toolbox()
    assert one.card.profile.currentText() == "default"
    assert one.card.how.toolTip() == "3 engines · ends with Treadle"
    assert one.card.lock.accessibleName() == "Encrypted"
    one.bridge.become(cluster(USUAL, engine(0, state="busy"), encrypted=False, busy=True))
    assert one.card.how.toolTip() == "1 engine, 1 busy · ends with Treadle · used by a run"
    assert one.card.lock.accessibleName() == "Not encrypted"


def test_it_looks_at_the_cluster_only_while_it_is_shown(toolbox):
    one = toolbox()
    assert one.bridge.watched[USUAL] == 2.0
    one.around.hide()
    QApplication.processEvents()
    assert one.bridge.watched[USUAL] == 0
    one.around.show()
    QApplication.processEvents()
    assert one.bridge.watched[USUAL] == 2.0


def test_without_a_cluster_engines_can_be_started_and_the_rest_says_why_not(empty):
    assert empty.card.how.toolTip() == "No cluster runs in this profile."
    assert enabled(empty) == {"start", "logs", "environment", "change-profile"}
    assert "No cluster runs" in empty.card.deeds.buttons["information"].toolTip()
    assert empty.card.lock.isHidden()


def test_what_is_not_held_is_not_cleaned_up(toolbox):
    one = toolbox(cluster(held=False, ours=False))
    assert "clean-up" not in enabled(one)
    assert "somebody else’s" in one.card.how.toolTip()


def test_without_a_runner_nothing_can_be_done_and_that_is_said(toolbox):
    one = toolbox()
    one.bridge.tell("gone", "it was ended")
    assert enabled(one) == set()
    assert one.card.how.toolTip() == "Clusters cannot be looked at: it was ended"
    one.bridge.tell("idle")
    assert "information" in enabled(one)


def test_another_profile_is_taken_at_once_where_nothing_is_held(toolbox):
    one = toolbox(cluster(held=False, left_running=True))
    one.card._profile_chosen(one.card.profile.findText("lab"))
    assert one.clusters.chosen == "lab"
    assert one.card.profile.currentText() == "lab"


def test_another_profile_is_asked_about_where_something_is_held(toolbox):
    one = toolbox()
    one.card._profile_chosen(one.card.profile.findText("lab"))
    assert one.card.profile.currentText() == "default"
    assert one.dialogs.open["change-profile"].wanted == "lab"
    assert one.bridge.of(p.ChooseProfile) == []


def test_a_change_of_profile_that_fails_says_why_on_the_card(toolbox):
    one = toolbox(cluster(held=False))
    one.bridge.wrong[p.ChooseProfile] = refused("it cannot be written", remedy="Make room on the disk")
    one.card._profile_chosen(one.card.profile.findText("lab"))
    assert "Changing to profile lab failed" in one.card.strip.said
    assert "Make room on the disk." in one.card.strip.said
    assert one.card.profile.currentText() == "default"


def test_several_clusters_of_a_profile_can_be_told_apart(toolbox):
    night = p.ClusterName("default", "night")
    one = toolbox(cluster(), cluster(night, engine(5)))
    assert not one.card.cluster.isHidden()
    one.card.cluster.activated.emit(one.card.cluster.findText("night"))
    assert one.clusters.current == night
    assert one.card.how.toolTip().startswith("1 engine")
    assert one.bridge.watched == {USUAL: 0, night: 2.0}


def test_the_engines_of_a_run_are_set_on_the_card(toolbox):
    one = toolbox()
    one.card.number.box.setValue(3)
    assert one.card.preferences.run_options()["settings"]["ipython"].number == 3


@pytest.mark.parametrize("name", ["start", "information", "run-on", "environment", "logs", "change-profile", "clean-up",
                                  "shut-down"])  # fmt: skip
def test_each_button_opens_its_dialog_once_and_in_nobodys_way(toolbox, name):
    one = toolbox()
    one.card.deeds.buttons[name].click()
    (dialog,) = one.dialogs.open.values()
    assert dialog.isVisible()
    assert not dialog.isModal()
    assert dialog.accessibleName()
    one.card.deeds.buttons[name].click()
    assert list(one.dialogs.open.values()) == [dialog]
    dialog.reject()
    assert not one.dialogs.open
    changes = {p.StartCluster, p.AddEngines, p.ActOnEngines, p.SetVariables, p.LetGo, p.ShutDownCluster,
               p.ChooseProfile, p.ExecuteOn, p.EndByForce, p.MakeProfile}  # fmt: skip
    assert not [kind for kind, _ in one.bridge.asked if kind in changes]


def test_buttons_without_room_are_behind_the_last_one(toolbox):
    deeds = toolbox().card.deeds
    shown = [name for name, button in deeds.buttons.items() if not button.isHidden()]
    deeds._fill()
    behind = [action.text() for action in deeds._menu.actions()]
    assert shown == list(deeds.buttons)[: len(shown)]
    assert len(shown) + len(behind) == len(deeds.buttons) == 9
    assert behind[-1] == "Request cluster shutdown…"
    deeds.set_lines(0)
    assert all(not button.isHidden() for button in deeds.buttons.values())
    assert deeds.more.isHidden()
    assert deeds.heightForWidth(260) > 4 * deeds.heightForWidth(3_000)


def test_all_on_the_card_takes_the_keyboard_and_has_a_name(toolbox):
    card = toolbox().card
    for widget in (card.profile, card.more, card.number.box, *card.deeds.buttons.values(), card.deeds.more):
        assert widget.accessibleName(), widget
        assert widget.focusPolicy() & widget.focusPolicy().TabFocus, widget.accessibleName()


def test_a_profile_elsewhere_keeps_the_card_right(toolbox):
    one = toolbox(cluster(), cluster(LAB, engine(7), held=False))
    one.bridge.chosen = "lab"
    one.clusters.refresh()
    assert one.card.profile.currentText() == "lab"
    assert one.card.how.toolTip() == "1 engine · started by another Treadle"


def test_tab_leads_to_what_can_be_done_before_the_menu_of_the_rest(toolbox):
    deeds = toolbox().card.deeds
    led, one = [], deeds.nextInFocusChain()
    while one is not deeds:
        led += [one] if one in (*deeds.buttons.values(), deeds.more) else []
        one = one.nextInFocusChain()
    assert led == [*deeds.buttons.values(), deeds.more]
