from __future__ import annotations

from fake_clusters import refused
from PyQt6.QtCore import Qt

from treadle.core import protocol as p


def lines(*told):
    files = (p.LogText(path="/logs/controller.log", of="controller", lines=told),)
    return p.Logs(folder="/logs", files=files)


def test_each_log_is_listed_and_the_chosen_one_shown(toolbox):
    dialog = toolbox().dialogs.logs()
    assert [dialog.list.item(at).text() for at in range(dialog.list.count())] == ["Controller", "Engine 0", "Engine 1"]
    assert dialog.text_.toPlainText() == "controller began\nit goes on"
    dialog.list.setCurrentRow(2)
    assert dialog.text_.toPlainText() == "engine 1 began\nit goes on"
    assert dialog.note.text() == "/logs/engine-1.log"


def test_the_keyboard_begins_in_the_list_of_logs(toolbox, qtbot):
    dialog = toolbox().dialogs.logs()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.list.hasFocus)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.chosen == "/logs/engine-0.log"


def test_a_log_can_be_asked_for(toolbox):
    one = toolbox()
    one.dialogs.logs()
    dialog = one.dialogs.logs("/logs/engine-1.log")
    assert dialog.chosen == "/logs/engine-1.log"


def test_it_is_read_again_and_keeps_the_file_that_is_shown(toolbox):
    one = toolbox()
    dialog = one.dialogs.logs()
    dialog.list.setCurrentRow(1)
    before = len(one.bridge.of(p.AskLogs))
    dialog._tick()
    assert len(one.bridge.of(p.AskLogs)) == before + 1
    assert dialog.chosen == "/logs/engine-0.log"
    dialog.follow.setChecked(False)
    dialog._tick()
    assert len(one.bridge.of(p.AskLogs)) == before + 1


def test_it_is_asked_once_at_a_time(toolbox):
    one = toolbox()
    one.bridge.slow = {p.AskLogs}
    dialog = one.dialogs.logs()
    dialog.read()
    assert len(one.bridge.of(p.AskLogs)) == 1
    one.bridge.answer(p.AskLogs)
    dialog.read()
    assert len(one.bridge.of(p.AskLogs)) == 2


def test_without_logs_it_says_when_there_will_be_some(toolbox):
    one = toolbox()
    one.bridge.wrong[p.AskLogs] = p.Logs(folder="", files=())
    dialog = one.dialogs.logs()
    assert "Nothing was written yet" in dialog.note.text()
    assert not dialog.folder.isEnabled()


def test_what_cannot_be_read_is_said(toolbox):
    one = toolbox()
    one.bridge.wrong[p.AskLogs] = refused("permission denied", where="/logs")
    dialog = one.dialogs.logs()
    assert "/logs: permission denied" in dialog.strip.said
