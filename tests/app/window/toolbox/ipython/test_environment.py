from __future__ import annotations

import pytest
from fake_clusters import USUAL, cluster, engine, refused
from PyQt6.QtCore import Qt

from treadle.app.window.toolbox.ipython.environment import HIDDEN, NAME, REMEMBER, VALUE
from treadle.app.window.toolbox.ipython.remembered import KEPT
from treadle.core import protocol as p

TICKED = Qt.CheckState.Checked


@pytest.fixture
def shown(toolbox):
    one = toolbox(cluster(USUAL, engine(0), variables=("LEVEL",)))
    one.remembered.set_variables("default", {"MODE": "deep", "OLD": "1"}, frozenset({"MODE"}))
    return one, one.dialogs.environment()


def write(dialog, name, value, *, tick=False):
    dialog.add()
    row = dialog.table.rowCount() - 1
    dialog.table.item(row, NAME).setText(name)
    dialog.table.item(row, VALUE).setText(value)
    if tick:
        dialog.table.item(row, REMEMBER).setCheckState(TICKED)


def remove(dialog, name):
    (item,) = dialog.table.findItems(name, Qt.MatchFlag.MatchExactly)
    dialog.table.setCurrentItem(item)
    dialog.remove()


def test_it_shows_what_is_set_and_not_the_value_of_what_it_does_not_know(shown):
    _, dialog = shown
    assert dialog.variables() == {"LEVEL": HIDDEN, "MODE": "deep", "OLD": "1"}
    assert [dialog._ticked(at) for at in range(3)] == [False, True, False]


def test_the_keyboard_begins_in_the_table(shown, qtbot):
    _, dialog = shown
    dialog.activateWindow()
    qtbot.waitUntil(dialog.table.hasFocus)


def test_what_is_new_is_set_and_what_is_gone_is_removed_on_the_engines(shown):
    one, dialog = shown
    write(dialog, "DEPTH", "Seven", tick=True)
    remove(dialog, "OLD")
    remove(dialog, "LEVEL")
    dialog.apply.click()
    (asked,) = one.bridge.of(p.SetVariables)
    assert asked["variables"] == {"MODE": "deep", "DEPTH": "Seven", "OLD": None, "LEVEL": None}
    assert one.remembered.variables("default") == {"MODE": "deep", "DEPTH": "Seven"}
    assert one.remembered.kept_variables("default") == {"MODE": "deep", "DEPTH": "Seven"}
    assert not one.dialogs.open


def test_a_secret_cannot_be_ticked(shown):
    one, dialog = shown
    write(dialog, "API", "hush", tick=True)
    row = dialog.table.rowCount() - 1
    assert dialog._ticked(row)
    dialog.table.item(row, NAME).setText("API_TOKEN")
    assert not dialog._ticked(row)
    assert not dialog.table.item(row, REMEMBER).flags() & Qt.ItemFlag.ItemIsEnabled
    dialog.apply.click()
    assert "hush" not in one.settings.text(KEPT)
    assert one.bridge.of(p.SetVariables)[0]["variables"]["API_TOKEN"] == "hush"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("", "1", "has no name"),
        ("MODE", "1", "is there twice"),
        ("A=B", "", "cannot be the name"),
        ("A B", "", "cannot"),
    ],
)
def test_what_cannot_be_set_is_said(shown, name, value, said):
    _, dialog = shown
    write(dialog, name, value)
    assert said in dialog.note.text()
    assert not dialog.apply.isEnabled()


def test_cancel_changes_nothing(shown):
    one, dialog = shown
    write(dialog, "DEPTH", "7")
    dialog.reject()
    assert one.bridge.of(p.SetVariables) == []
    assert "DEPTH" not in one.remembered.variables("default")


def test_without_a_cluster_they_are_kept_for_the_next_start(empty):
    dialog = empty.dialogs.environment()
    assert "engines get them when they are started" in dialog.about.text()
    write(dialog, "DEPTH", "7")
    dialog.apply.click()
    assert empty.bridge.of(p.SetVariables) == []
    empty.dialogs.start_engines().start.click()
    assert empty.bridge.of(p.StartCluster)[0]["variables"] == {"DEPTH": "7"}


def test_what_the_engines_refuse_is_not_kept(shown):
    one, dialog = shown
    one.bridge.wrong[p.SetVariables] = refused("engine 1 does not answer")
    write(dialog, "DEPTH", "7")
    dialog.apply.click()
    assert "engine 1 does not answer" in dialog.strip.said
    assert "DEPTH" not in one.remembered.variables("default")
