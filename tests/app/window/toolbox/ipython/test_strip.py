from __future__ import annotations

import pytest
from fake_clusters import refused
from PyQt6.QtWidgets import QApplication

from treadle.app.window.toolbox.ipython.strip import STEPS, Strip
from treadle.app.window.toolbox.operation import Operation


@pytest.fixture
def strip(theme, qtbot):
    made = Strip(theme)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def operation(qapp):
    made = Operation("Starting cluster lab", 60.0)
    made.set_way_out(lambda: None)
    return made


def test_it_takes_no_room_while_nothing_goes_on(strip):
    strip.clear()
    assert strip.isHidden()


def test_progress_shows_what_is_done_how_far_and_for_how_long_at_most(strip, operation):
    strip.follow(operation)
    assert (strip.text.text(), strip.bar.maximum()) == ("Starting cluster lab", 0)
    operation.hear("1 of 2 engines", 0.5)
    assert (strip.text.text(), strip.bar.value()) == ("1 of 2 engines", STEPS // 2)
    assert strip.time.text() == "00:00 of at most 01:00"
    assert strip.cancel.isEnabled()
    strip.cancel.click()
    assert not strip.cancel.isEnabled()
    assert "Giving up" in strip.text.text()


def test_an_error_is_text_to_select_and_copy(strip, operation):
    strip.follow(operation)
    operation.end(refused("exit code 127\n/opt/python: not found", where="cluster lab", remedy="Choose another"))
    assert strip.said == (
        "Starting cluster lab failed\ncluster lab: exit code 127\n/opt/python: not found\nChoose another."
    )
    strip._copy()
    assert QApplication.clipboard().text() == strip.said
    strip.dismiss.click()
    assert (strip.said, strip.isHidden()) == ("", True)


def test_nothing_is_wrong_with_what_went_well_or_was_given_up(strip, operation, qapp):
    strip.follow(operation)
    operation.end(refused("it was given up", kind="CancelledError"))
    assert strip.isHidden()
    other = Operation("Stopping")
    strip.follow(other)
    other.end("done")
    assert strip.isHidden()


def test_what_had_ended_before_it_was_followed_is_shown_too(strip, operation):
    operation.end(refused("no"))
    strip.follow(operation)
    assert strip.said.endswith("no")


def test_only_the_newest_operation_is_followed(strip, operation, qapp):
    other = Operation("Stopping")
    strip.follow(operation)
    strip.follow(other)
    operation.end(refused("no"))
    assert (strip.text.text(), strip.said) == ("Stopping", "")
