from __future__ import annotations

import pytest
from fake_clusters import USUAL, cluster

from treadle.core import protocol as p


def test_where_nothing_is_held_it_is_changed_without_a_question(toolbox):
    one = toolbox(cluster(held=False))
    dialog = one.dialogs.change_profile()
    assert not dialog.change.isEnabled()
    dialog.list.setCurrentRow(1)
    assert dialog.fate.isHidden()
    dialog.change.click()
    assert one.bridge.of(p.ChooseProfile) == [{"name": "lab"}]
    assert one.bridge.of(p.LetGo) == []
    assert not one.dialogs.open


@pytest.mark.parametrize("fate", ["stop", "leave"])
def test_what_is_held_is_let_go_of_first_as_was_decided(toolbox, fate):
    one = toolbox()
    dialog = one.dialogs.change_profile("lab")
    assert "Treadle started cluster default: 3 engines." in dialog.held.text()
    assert not dialog.change.isEnabled()
    getattr(dialog, fate).setChecked(True)
    dialog.change.click()
    kinds = [kind for kind, _ in one.bridge.asked if kind in {p.LetGo, p.ChooseProfile}]
    assert kinds == [p.LetGo, p.ChooseProfile]
    assert one.bridge.of(p.LetGo)[0]["fate"] == fate
    assert one.clusters.chosen == "lab"


def test_all_that_is_held_in_the_old_profile_is_let_go_of(toolbox):
    one = toolbox(cluster(), cluster(p.ClusterName("default", "night")))
    dialog = one.dialogs.change_profile("lab")
    dialog.leave.setChecked(True)
    dialog.change.click()
    assert [facts["name"].cluster_id for facts in one.bridge.of(p.LetGo)] == ["", "night"]
    assert one.clusters.chosen == "lab"


def test_cancel_keeps_the_old_profile_and_what_runs(toolbox):
    one = toolbox()
    dialog = one.dialogs.change_profile("lab")
    dialog.stop.setChecked(True)
    dialog.reject()
    assert one.clusters.chosen == "default"
    assert one.bridge.of(p.LetGo) == one.bridge.of(p.ChooseProfile) == []
    assert one.clusters.here is not None


def test_cancel_while_it_is_being_stopped_keeps_the_old_profile(toolbox):
    one = toolbox()
    one.bridge.slow = {p.LetGo}
    dialog = one.dialogs.change_profile("lab")
    dialog.stop.setChecked(True)
    dialog.change.click()
    dialog.reject()
    assert len(one.bridge.of(p.CancelRequest)) == 1
    assert one.bridge.of(p.ChooseProfile) == []
    assert dialog.isVisible()
    assert dialog.change.isEnabled()


def test_what_does_not_end_keeps_the_old_profile_until_it_is_killed(toolbox):
    one = toolbox()
    one.bridge.survivors = (p.Living(role="engine", pid=4711, host="vm", number=0),)
    dialog = one.dialogs.change_profile("lab")
    dialog.stop.setChecked(True)
    dialog.change.click()
    assert one.clusters.chosen == "default"
    assert "4711" in dialog.still_there.list.toPlainText()
    dialog.still_there.kill.click()
    assert one.bridge.of(p.EndByForce) == [{"name": USUAL}]
    assert one.clusters.chosen == "lab"


def test_the_list_says_which_is_in_use_and_where_clusters_run(toolbox):
    one = toolbox(cluster(), cluster(p.ClusterName("lab")), cluster(p.ClusterName("lab", "night")))
    dialog = one.dialogs.change_profile()
    assert [dialog.list.item(at).text() for at in (0, 1)] == [
        "default   ·   now in use   ·   a cluster runs",
        "lab   ·   2 clusters run",
    ]


def test_a_new_profile_appears_in_the_list_and_the_mark_stays(toolbox):
    one = toolbox()
    dialog = one.dialogs.change_profile("lab")
    one.clusters.make_profile("alpha")
    assert dialog.list.count() == 3
    assert dialog.wanted == "lab"
