from __future__ import annotations

import pytest
from PyQt6.QtGui import QKeySequence

from treadle.app.window.commands.commands import Commands
from treadle.app.window.commands.shortcuts import Shortcuts
from treadle.app.window.commands.table import CANVAS_MENU, COMMANDS, MENUS, NODE_MENU, RUN_ON, SEPARATOR
from treadle.app.window.settings import Settings
from treadle.app.window.theme.theme import Theme

BY_ID = {command.id: command for command in COMMANDS}


@pytest.fixture
def commands(qapp, settings):
    return Commands(Theme("light"), Shortcuts(settings))


def test_no_two_commands_have_a_name_or_a_key_in_common():
    assert len(BY_ID) == len(COMMANDS)
    keys = [QKeySequence(command.shortcut).toString() for command in COMMANDS if command.shortcut]
    assert len(set(keys)) == len(keys)
    assert all(keys)


def test_menus_name_only_commands_there_are_and_each_command_is_in_one():
    listed = [item for menu in MENUS for item in menu.items if item != SEPARATOR and not item.startswith("@")]
    assert set(listed) == set(BY_ID)
    assert set(NODE_MENU) | set(CANVAS_MENU) <= {*BY_ID, SEPARATOR, RUN_ON}


def test_no_two_words_of_a_menu_have_a_letter_in_common():
    for menu in MENUS:
        texts = [BY_ID[item].text for item in menu.items if item in BY_ID and "&" in BY_ID[item].text]
        letters = [text[text.index("&") + 1].lower() for text in texts]
        assert len(set(letters)) == len(letters), (menu.title, sorted(letters))


def test_what_nothing_is_bound_to_cannot_be_asked_for(commands):
    commands.facts({"document"})
    assert not commands.is_enabled("file.save")
    done = []
    commands.bind("file.save", lambda: done.append(1))
    assert commands.is_enabled("file.save")
    commands.run("file.save")
    assert done == [1]
    commands.facts(())
    commands.run("file.save")
    assert done == [1]


def test_a_fact_with_a_mark_must_not_hold(commands):
    commands.bind("run.start", lambda: None)
    commands.facts({"document"})
    assert commands.is_enabled("run.start")
    commands.facts({"document", "running"})
    assert not commands.is_enabled("run.start")


def test_a_key_that_is_taken_is_told_with_who_has_it(commands):
    save, new = BY_ID["file.save"], BY_ID["file.new"]
    assert commands.shortcuts.clash(save, "Ctrl+N") is new
    assert commands.shortcuts.clash(save, "Ctrl+S") is None
    assert commands.shortcuts.clash(save, "") is None


def test_a_chosen_key_is_heard_at_once_and_kept(commands, settings, qapp, tmp_path):
    save = BY_ID["file.save"]
    commands.shortcuts.choose(save, "Ctrl+Alt+S")
    assert commands.action("file.save").shortcut() == QKeySequence("Ctrl+Alt+S")
    settings.write()
    again = Shortcuts(Settings(tmp_path / "window.ini"))
    assert again.of(save) == "Ctrl+Alt+S"
    assert again.clash(BY_ID["file.new"], "Ctrl+S") is None
    again.choose(save, "")
    assert again.of(save) == ""
    again.reset()
    assert again.of(save) == "Ctrl+S"


def test_tooltips_say_the_key(commands):
    assert commands.action("file.new").toolTip() == "New (Ctrl+N)"
    assert commands.action("help.about").toolTip() == "About Treadle"
