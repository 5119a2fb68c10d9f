from __future__ import annotations

import sys

import pytest
from distributions import install
from shells import MS, adding, end, program

from treadle.app.examples import EXAMPLES_SHIPPED


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path)
    made.window.show_welcome()
    made.window.show()
    yield made
    end(made)


def submenu(whole, title):
    for menu in (action.menu() for action in whole.window.menuBar().actions()):
        for action in menu.actions():
            if action.menu() is not None and action.text().replace("&", "") == title:
                return action.menu()
    raise AssertionError(title)


def test_recent_files_are_in_a_menu_and_missing_ones_are_grey(whole, qtbot, tmp_path):
    there = adding().save(tmp_path / "there.treadle")
    whole.settings.remember_file(tmp_path / "gone.treadle")
    whole.settings.remember_file(there)
    menu = submenu(whole, "Open recent")
    menu.aboutToShow.emit()
    first, second, *_ = menu.actions()
    assert "there.treadle" in first.text()
    assert "missing" in second.text()
    assert not second.isEnabled()
    with qtbot.waitSignal(whole.documents.opened, timeout=MS) as caught:
        first.trigger()
    assert caught.args[0].file == there


def test_without_recent_files_the_menu_says_so(whole):
    menu = submenu(whole, "Open recent")
    menu.aboutToShow.emit()
    (only,) = menu.actions()
    assert not only.isEnabled()


def test_each_example_is_in_a_menu(whole, qtbot):
    menu = submenu(whole, "Open example")
    assert [action.text() for action in menu.actions()] == list(EXAMPLES_SHIPPED.values())
    with qtbot.waitSignal(whole.documents.opened, timeout=MS) as caught:
        menu.actions()[0].trigger()
    assert caught.args[0].title == EXAMPLES_SHIPPED["first_run"]


def test_panels_are_shown_and_hidden_by_a_menu_but_not_beside_the_welcome_page(whole, qtbot):
    menu = submenu(whole, "Panels")
    assert not any(action.isEnabled() for action in menu.actions())
    whole.documents.new(adding())
    inspector = next(action for action in menu.actions() if action.text() == "Inspector")
    inspector.trigger()
    assert not whole.window.docks.all["inspector"].isVisible()
    inspector.trigger()
    assert whole.window.docks.all["inspector"].isVisible()


def test_examples_of_plugins_are_in_the_menu_under_their_name(whole, qtbot, tmp_path, monkeypatch):
    package = install(tmp_path / "site", "pack", "", value="pack.examples", group="treadle.examples")
    (package / "examples").mkdir()
    adding().save(package / "examples" / "extra.treadle")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    menu = submenu(whole, "Open example")
    menu.aboutToShow.emit()
    *_, section, extra = menu.actions()
    assert (section.isSeparator(), section.text()) == (True, "pack 1.0")
    with qtbot.waitSignal(whole.documents.opened, timeout=MS) as caught:
        extra.trigger()
    assert caught.args[0].file is None
