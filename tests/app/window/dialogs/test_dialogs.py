from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QComboBox, QSpinBox
from shells import adding, end, program

from treadle.app.window.dialogs.about import AboutDialog, as_text, facts
from treadle.app.window.dialogs.messages import still_running, trouble, unsaved
from treadle.app.window.dialogs.settings_dialog import SettingsDialog
from treadle.app.window.dialogs.shortcut_dialog import ShortcutDialog
from treadle.core.errors import FileError


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path)
    yield made
    end(made)


def shown(qtbot, dialog):
    dialog.open()
    return dialog


@pytest.mark.parametrize(("key", "answer"), [(Qt.Key.Key_Return, "save"), (Qt.Key.Key_Escape, "")])
def test_return_does_what_is_safe_and_escape_changes_nothing(whole, qtbot, key, answer):
    told = []
    question = unsaved(whole.theme, ["a"], whole.window)
    question.ask(told.append)
    qtbot.keyClick(question, key)
    assert told == [answer]


def test_the_safe_answer_about_a_run_is_to_keep_it(whole, qtbot):
    told = []
    question = still_running(whole.theme, "a", whole.window)
    question.ask(told.append)
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert told == [""]


def test_trouble_has_the_place_and_the_remedy(whole, qtbot):
    error = FileError("it is nested too deeply", where="/data/a.treadle", remedy="The file was not changed")
    told = shown(qtbot, trouble(whole.theme, "“a” could not be opened", error, whole.window))
    assert told.accessibleDescription() == "It is nested too deeply."


def test_settings_take_effect_at_once(whole, qtbot):
    dialog = shown(qtbot, SettingsDialog(whole.shared, whole.window))
    boxes = {box.accessibleName(): box for box in dialog.findChildren(QComboBox)}
    boxes["Theme"].setCurrentIndex(boxes["Theme"].findData("dark"))
    assert whole.theme.is_dark
    dialog.findChild(QSpinBox).setValue(30)
    assert whole.settings.number("autosave_seconds") == 30
    assert whole.recovery._timer.interval() == 30_000
    boxes["Clusters of Treadle"].setCurrentIndex(boxes["Clusters of Treadle"].findData("leave"))
    assert (whole.settings.text("leave_runs"), whole.settings.text("leave_clusters")) == ("ask", "leave")
    boxes["Motion"].setCurrentIndex(boxes["Motion"].findData("reduced"))
    document = whole.documents.new(adding())
    assert whole.window.pages[document].canvas.property("still") is True
    dialog.close()


def choose_key(dialog, qtbot, words, key):
    (item,) = dialog.list.findItems(words, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    dialog.list.setCurrentItem(item)
    dialog.key.setKeySequence(QKeySequence(key))
    dialog.key.editingFinished.emit()
    return item


def test_a_key_that_another_command_has_is_refused_with_its_name(whole, qtbot):
    dialog = shown(qtbot, ShortcutDialog(whole.window.commands, whole.theme, whole.window))
    item = choose_key(dialog, qtbot, "Save", "Ctrl+N")
    assert "“New”" in dialog.note.text()
    assert item.text(1) == "Ctrl+S"
    item = choose_key(dialog, qtbot, "Save", "Ctrl+Alt+S")
    assert item.text(1) == "Ctrl+Alt+S"
    assert not dialog.note.text()
    dialog.close()


def test_the_list_of_keys_is_searched_by_words_and_keys(whole, qtbot):
    dialog = shown(qtbot, ShortcutDialog(whole.window.commands, whole.theme, whole.window))
    dialog.search.setText("ctrl+z")
    groups = [dialog.list.topLevelItem(number) for number in range(dialog.list.topLevelItemCount())]
    left = [
        g.child(i).text(0)
        for g in groups
        if not g.isHidden()
        for i in range(g.childCount())
        if not g.child(i).isHidden()
    ]
    assert left == ["Undo"]
    dialog.close()


def test_about_has_what_a_report_needs(whole, qtbot, qapp):
    dialog = shown(qtbot, AboutDialog(whole.theme, None, whole.window))
    dialog._copy()
    assert qapp.clipboard().text() == as_text(facts())
    assert "PyQt" in as_text(facts())
    dialog.close()
