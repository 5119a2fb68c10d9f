from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from shells import MS, adding, end, program

from treadle.app.window.command_search import command_entries
from treadle.app.window.search.entries import matching


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path)
    made.documents.new(adding())
    made.window.show()
    yield made
    end(made)


def test_commands_are_found_by_their_words_with_their_keys(whole):
    first = matching(command_entries(whole.window.commands), "save as")[0]
    assert (first.text, first.detail, first.shortcut) == ("Save as", "File", "Ctrl+Shift+S")


def test_what_cannot_be_asked_for_now_is_listed_last_and_grey(whole):
    entries = command_entries(whole.window.commands)
    enabled = [entry.enabled for entry in entries]
    assert enabled == sorted(enabled, reverse=True)
    assert not next(entry for entry in entries if entry.text == "Undo").enabled


def test_a_command_that_is_chosen_is_done(whole, qtbot):
    whole.window.commands.run("view.commands")
    popup = whole.window.command_popup
    qtbot.keyClicks(popup.focusWidget() or popup, "dark")
    dark = whole.theme.is_dark
    qtbot.keyClick(popup.focusWidget() or popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: whole.theme.is_dark is not dark, timeout=MS)
