from __future__ import annotations

from fake_clusters import cluster, refused

from treadle.core import protocol as p


def test_a_profile_is_made_and_used(toolbox):
    one = toolbox(cluster(held=False))
    dialog = one.dialogs.new_profile()
    assert not dialog.make.isEnabled()
    dialog.name.setText(" lan ")
    dialog.make.click()
    assert one.bridge.of(p.MakeProfile) == [{"name": "lan", "like": ""}]
    assert one.clusters.chosen == "lan"
    assert not one.dialogs.open


def test_a_profile_is_duplicated_under_a_free_name(toolbox):
    one = toolbox(cluster(held=False), profiles=("default", "default2"))
    dialog = one.dialogs.duplicate_profile()
    assert dialog.name.text() == "default3"
    dialog.use_it.setChecked(False)
    dialog.make.click()
    assert one.bridge.of(p.MakeProfile) == [{"name": "default3", "like": "default"}]
    assert one.clusters.chosen == "default"


def test_where_something_is_held_the_change_to_it_is_asked_about(toolbox):
    one = toolbox()
    dialog = one.dialogs.new_profile()
    dialog.name.setText("lan")
    dialog.make.click()
    assert one.clusters.chosen == "default"
    assert one.dialogs.open["change-profile"].wanted == "lan"


def test_a_name_that_cannot_be_is_said_and_can_be_corrected(toolbox):
    one = toolbox()
    one.bridge.wrong[p.MakeProfile] = refused("'a/b' cannot be the name of a profile", remedy="Use letters")
    dialog = one.dialogs.new_profile()
    dialog.name.setText("a/b")
    dialog.make.click()
    assert "cannot be the name" in dialog.strip.said
    assert dialog.isVisible()
    assert dialog.make.isEnabled()
