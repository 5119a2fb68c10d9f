"""The status bar of a whole window."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent, QPointF
from PyQt6.QtGui import QEnterEvent
from PyQt6.QtWidgets import QApplication
from shells import adding, end, program


@pytest.fixture
def window(qapp, tmp_path, qtbot):
    made = program(tmp_path)
    made.documents.new(adding())
    made.window.resize(1200, 800)
    made.window.show()
    made.bridge.tell("idle")
    yield made.window
    end(made)


def button_of(window, command):
    return window.toolbar.widgetForAction(window.commands.action(command))


def point_at(widget):
    place = QPointF(4, 4)
    QApplication.sendEvent(widget, QEnterEvent(place, place, place))


def test_what_a_command_does_is_told_beside_the_schemes_in_use(window):
    run = button_of(window, "run.start")
    point_at(run)
    assert window.status.hint.text() == window.commands.action("run.start").statusTip()
    assert window.rooms.chips.isVisible()
    QApplication.sendEvent(run, QEvent(QEvent.Type.Leave))
    assert not window.status.hint.text()


def test_what_was_said_stays_when_the_pointer_passes_over_a_command(window):
    window.say("Cluster “lab” was stopped.")
    run = button_of(window, "run.start")
    point_at(run)
    QApplication.sendEvent(run, QEvent(QEvent.Type.Leave))
    assert window.status.currentMessage() == "Cluster “lab” was stopped."


def test_a_hint_that_is_too_long_is_cut_and_takes_no_room_of_others(window):
    numbers = window.rooms.numbers.geometry(), window.rooms.chips.width()
    window.status.hint.show_text("word " * 200)
    QApplication.processEvents()
    assert window.status.hint.text().endswith("…")
    assert (window.rooms.numbers.geometry(), window.rooms.chips.width()) == numbers
