"""The panels of a whole window, and which of them has the keyboard."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from shells import MS, adding, end, program
from windows import begun

from treadle.app.window.scheme_choices import read


@pytest.fixture
def whole(qapp, tmp_path, qtbot):
    made = program(tmp_path)
    made.documents.new(adding())
    made.window.show()
    made.window.activateWindow()
    qtbot.waitUntil(made.window.isActiveWindow, timeout=MS)
    made.bridge.tell("idle")
    yield made
    end(made)


def is_seen(window, name):
    return not window.docks.all[name].visibleRegion().isEmpty()


def run(window, qtbot):
    """Start a run by its key, and have it begin."""
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_F5)
    runs = window.page.runs
    assert runs.going
    runs._started(window.document.pipeline, None, begun("r1", "first", "second"))


def test_a_run_that_begins_brings_its_tasks_forward(whole, qtbot):
    window = whole.window
    window.docks.show("log")
    window.page.setFocus()
    run(window, qtbot)
    assert is_seen(window, "tasks")


def test_a_run_that_begins_covers_no_card_that_somebody_works_in(whole, qtbot):
    window = whole.window
    window.docks.show("parallel")
    box = window.rooms.parallel.card("threads").number.box
    box.setFocus()
    run(window, qtbot)
    assert is_seen(window, "parallel")
    assert box.hasFocus()


def test_a_number_that_is_typed_holds_for_the_run_that_is_started_from_there(whole, qtbot):
    window = whole.window
    window.docks.show("parallel")
    box = window.rooms.parallel.card("threads").number.box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "3")
    run(window, qtbot)
    threads = next(one for one in read(whole.settings.text("schemes")) if one.name == "threads")
    assert threads.value("number") == 3


def test_a_panel_that_comes_forward_takes_the_keyboard_from_the_one_it_covers(whole, qtbot):
    window = whole.window
    window.lead_to("parallel")
    window.docks.show("log")
    qtbot.waitUntil(lambda: window.docks.all["log"].isAncestorOf(window.focusWidget()), timeout=MS)


def test_a_panel_that_comes_forward_leaves_the_keyboard_on_the_canvas(whole, qtbot):
    window = whole.window
    window.page.canvas.setFocus()
    window.docks.show("log")
    qtbot.wait(1)
    assert window.page.canvas.hasFocus()
