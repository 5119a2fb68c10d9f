from __future__ import annotations

import pytest
from fake_clusters import refused

from treadle.app.window.toolbox.operation import Operation


@pytest.fixture
def operation(qapp):
    return Operation("Starting cluster lab", 60.0, clock=iter((100.0, 112.0)).__next__)


def test_it_tells_how_far_it_is_until_it_has_ended(operation):
    told, ended = [], []
    operation.told.connect(lambda: told.append((operation.text, operation.fraction)))
    operation.finished.connect(ended.append)
    operation.hear("1 of 2 engines", 0.5)
    operation.end("row")
    operation.hear("too late", 0.9)
    operation.end("another")
    assert told[0] == ("1 of 2 engines", 0.5)
    assert (operation.text, ended, operation.going) == ("1 of 2 engines", ["row"], False)
    assert operation.seconds == 12.0


def test_what_is_given_up_is_asked_for_once_and_has_failed_in_no_way(operation):
    asked = []
    assert not operation.can_be_given_up
    operation.set_way_out(lambda: asked.append(1))
    operation.cancel()
    operation.cancel()
    operation.hear("2 of 2 engines", 1.0)
    assert (asked, operation.fraction, operation.going) == ([1], -1.0, True)
    assert "Giving up" in operation.text
    operation.end(refused("it was given up", kind="CancelledError"))
    assert operation.given_up
    assert operation.error is None


def test_a_failure_is_no_giving_up(operation):
    error = refused("no")
    operation.end(error)
    assert operation.error is error
    assert not operation.given_up
