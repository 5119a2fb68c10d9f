"""What is asked about files that another program changed, and when."""

from __future__ import annotations

import pytest
from alive_things import alive, run
from PyQt6.QtWidgets import QApplication
from shells import MS, adding, end, press, program

from treadle.app.window.dialogs.question import Question
from treadle.app.window.dialogs.shortcut_dialog import ShortcutDialog
from treadle.app.window.leaving.dialog import LeavingDialog
from treadle.core import protocol as p
from treadle.core.document import encode


@pytest.fixture
def whole(qapp, tmp_path):
    made = program(tmp_path)
    made.window.show()
    yield made
    end(made)


@pytest.fixture
def change(whole, qtbot, tmp_path):
    """Return what opens a file and then changes it elsewhere."""

    def changed(name):
        file = adding(name).save(tmp_path / f"{name}.treadle")
        with qtbot.waitSignal(whole.documents.opened, timeout=MS):
            whole.window.files.open(file)

        def change_now():
            with qtbot.waitSignal(whole.documents.changed_on_disk, timeout=MS):
                file.write_bytes(encode(adding("changed elsewhere")))

        return change_now

    return changed


def modal():
    return QApplication.activeModalWidget()


def leave(whole, qtbot):
    """Close the window while a run goes on."""
    whole.bridge.tell("idle")
    whole.window.close()
    qtbot.waitUntil(lambda: p.AskAlive in [kind for kind, _, _ in whole.bridge.asked], timeout=MS)
    return next(reply for kind, reply, _ in whole.bridge.asked if kind is p.AskAlive)


def test_a_changed_file_is_asked_about_when_the_dialog_of_leaving_is_gone(whole, qtbot, change):
    change_now = change("first")
    answer = leave(whole, qtbot)
    change_now()
    assert modal() is None
    answer(alive(runs=[run("a")]))
    assert isinstance(modal(), LeavingDialog)
    modal().reject()
    qtbot.waitUntil(lambda: isinstance(modal(), Question), timeout=MS)
    assert "first.treadle" in modal().accessibleName()


def test_a_file_that_changes_while_the_dialog_of_leaving_is_there_is_asked_about_afterwards(whole, qtbot, change):
    change_now = change("first")
    leave(whole, qtbot)(alive(runs=[run("a")]))
    change_now()
    assert isinstance(modal(), LeavingDialog)
    assert not whole.window.findChildren(Question)
    modal().reject()
    qtbot.waitUntil(lambda: isinstance(modal(), Question), timeout=MS)


def test_changed_files_are_asked_about_one_after_the_other(whole, qtbot, change):
    both = [change("first"), change("second")]
    for change_now in both:
        change_now()
    (asked,) = whole.window.findChildren(Question)
    assert "first.treadle" in asked.accessibleName()
    press(asked, "")
    qtbot.waitUntil(lambda: isinstance(modal(), Question) and modal() is not asked, timeout=MS)
    assert "second.treadle" in modal().accessibleName()


def test_a_changed_file_is_not_asked_about_over_another_dialog_nor_if_it_was_closed_meanwhile(whole, qtbot, change):
    change_now, document = change("first"), whole.window.document
    whole.window.commands.run("help.shortcuts")
    change_now()
    assert isinstance(modal(), ShortcutDialog)
    whole.documents.close(document)
    modal().reject()
    qtbot.wait(1)
    assert modal() is None
