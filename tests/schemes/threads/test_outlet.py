"""What is printed past Python is told of the calls that ran, in whatever pieces and however late it is read."""

from __future__ import annotations

import os

import pytest

from treadle.schemes.hosting.child import Setup
from treadle.schemes.hosting.wire import Encoded
from treadle.schemes.threads.hosted import Hosted, HostedCall
from treadle.schemes.threads.output import end_mark

MARK = b"\0mark"


@pytest.fixture
def told():
    return []


@pytest.fixture
def host(tmp_path, told):
    setup = Setup(str(tmp_path), str(tmp_path), str(tmp_path), (), MARK, "")
    made = Hosted(1, 2, setup, tmp_path, lambda task, line: told.append((task, line)))
    for number in range(1, 5):
        made.jobs[number] = HostedCall(f"task-{number}", 1, Encoded(0, b"", ()), number)
    yield made
    made.close()


def ends(host, place, number):
    """Do what a thread of the host does at the end of a long call."""
    os.write(host.printing, end_mark(MARK, number, host.board.running()))
    host.board.end(place, number)


def test_what_a_call_printed_is_not_told_of_the_next_one_though_that_runs_when_it_is_read(host, told):
    host.board.begin(0, 1)
    os.write(host.printing, b"of the first\n")
    ends(host, 0, 1)
    host.board.begin(0, 2)
    os.write(host.printing, b"of the second\n")

    host.read_output()
    host.end_output(host.jobs[2], marked=False)

    assert told == [("task-1", "of the first"), ("task-2", "of the second")]


def test_a_call_that_ends_while_its_output_is_read_does_not_leave_it_to_the_next_one(host, told, monkeypatch):
    host.board.begin(0, 1)
    os.write(host.printing, b"of the first\n")
    read = os.read

    def read_and_go_on(descriptor, count):
        found = read(descriptor, count)
        if host.board.running() == [1]:
            ends(host, 0, 1)
            host.board.begin(0, 2)
        return found

    monkeypatch.setattr("treadle.schemes.threads.hosted.os.read", read_and_go_on)
    host.read_output()

    assert told == [("task-1", "of the first")]


def test_what_is_printed_while_two_calls_run_is_told_of_both_though_one_has_ended_when_it_is_read(host, told):
    host.board.begin(0, 1)
    host.board.begin(1, 2)
    os.write(host.printing, b"of both\n")
    ends(host, 0, 1)
    os.write(host.printing, b"of the second\n")
    ends(host, 1, 2)

    host.read_output()

    assert told == [("task-1", "of both"), ("task-2", "of both"), ("task-2", "of the second")]


@pytest.mark.parametrize("size", [1, 7, 13, 40])
def test_marks_may_be_read_in_pieces(host, told, size):
    host.board.begin(0, 1)
    host.board.begin(1, 2)
    data = b"one\n" + end_mark(MARK, 1, [1, 2]) + b"two\n" + end_mark(MARK, 2, [2])
    for first in range(0, len(data), size):
        os.write(host.printing, data[first : first + size])
        host.read_output()

    assert sorted(told) == [("task-1", "one"), ("task-2", "one"), ("task-2", "two")]
