"""What a worker printed is told by task, and nobody waits for what does not come."""

from __future__ import annotations

import array
import os
import time

import pytest

from treadle.schemes.processes.outlet import Outlet

MARK = b"\0mark"


@pytest.fixture
def told():
    return []


@pytest.fixture
def tasks():
    return ["first", "second", ""]


@pytest.fixture
def outlet(told, tasks):
    numbers = memoryview(array.array("Q", bytes(128)))
    made = Outlet(MARK, lambda: tasks[0], lambda task, line: told.append((task, line)), numbers)
    yield made
    made.close()


def test_what_stands_before_the_mark_belongs_to_the_task_however_full_the_pipe_is(outlet, tasks, told):
    os.set_blocking(outlet.writer, False)
    text = b"x" * 63 + b"\n"
    os.write(outlet.writer, text * 1000 + MARK + b"of the second\n")

    outlet.complete()
    del tasks[0]
    outlet.pass_on()

    assert told.count(("first", "x" * 63)) == 1000
    assert told[-1] == ("second", "of the second")


def test_a_mark_that_never_comes_holds_nobody_up(outlet, tasks, told):
    os.write(outlet.writer, b"a line\n")
    before = time.monotonic()

    outlet.complete()

    assert time.monotonic() - before < 0.5
    assert told == [("first", "a line")]
