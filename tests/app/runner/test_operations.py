"""Requests that take long, without any cluster."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from treadle.app.runner.operations import INTERVAL, CancelledError, Operation, Operations

if TYPE_CHECKING:
    from treadle.core.protocol import Doing


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_same_is_not_told_twice_and_a_number_not_too_often() -> None:
    told: list[Doing] = []
    clock = Clock()
    operation = Operation(7, told.append, clock)
    operation.say("starting", 0.0)
    operation.say("starting", 0.0)
    operation.say("starting", 0.1)
    clock.now += INTERVAL
    operation.say("starting", 0.2)
    operation.say("waiting")
    assert [(one.asked, one.text, one.fraction) for one in told] == [
        (7, "starting", 0.0),
        (7, "starting", 0.2),
        (7, "waiting", -1.0),
    ]


def test_what_was_given_up_raises_and_tells_nothing_more() -> None:
    told: list[Doing] = []
    operation = Operation(1, told.append)
    operation.check()
    operation.cancel()
    with pytest.raises(CancelledError):
        operation.say("going on")
    with pytest.raises(CancelledError):
        operation.check()
    assert not told


def test_only_what_goes_on_is_given_up() -> None:
    operations = Operations(lambda _message: None)
    over, going = operations.begin(1), operations.begin(2)
    operations.end(over)
    operations.cancel(1)
    operations.cancel(2)
    operations.cancel(99)
    assert (over.cancelled, going.cancelled) == (False, True)


def test_all_others_are_given_up_and_waited_for() -> None:
    operations = Operations(lambda _message: None)
    mine, other = operations.begin(1), operations.begin(2)
    assert not operations.cancel_all(0.01, but=mine)
    assert (mine.cancelled, other.cancelled) == (False, True)
    ending = threading.Timer(0.02, operations.end, args=(other,))
    ending.start()
    assert operations.cancel_all(10.0, but=mine)
    ending.join()
