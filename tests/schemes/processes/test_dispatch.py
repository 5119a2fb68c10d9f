"""Which worker gets a job, with workers that have a channel and no process: what they were given stays with them."""

from __future__ import annotations

import contextlib

import pytest

from treadle.schemes.processes.board import BEGUN
from treadle.schemes.processes.dispatch import Dispatch
from treadle.schemes.processes.member import Member
from treadle.schemes.processes.pace import MOST, SELDOM, TRIVIAL, WARY, Pace
from treadle.schemes.processes.parcels import Job
from treadle.schemes.processes.values import Values

QUICK, LONGER, SHORT, LONG = range(4)
OVERHEAD = 15e-6
"""Seconds that each call is taken to cost besides."""

SECONDS = {QUICK: TRIVIAL - OVERHEAD - 1e-6, LONGER: TRIVIAL - OVERHEAD + 1e-6, SHORT: 0.003, LONG: 1.0}


class Bench:
    """Three workers and what gives them jobs, with a clock; it knows how long each kind of jobs takes."""

    def __init__(self, tmp_path) -> None:
        self.now = 1000.0
        self.members = {
            number: Member(number, b"mark", lambda _task, _line: None, (tmp_path, tmp_path)) for number in range(3)
        }
        self.pace = Pace()
        for kind, seconds in SECONDS.items():
            self.pace.learn(kind, seconds)
        self._dispatch = Dispatch(
            self.members, Values(), self.pace, lambda _kind: None, lambda _report: None, lambda: self.now
        )
        self._count = 0

    def feed(self, kind: int = QUICK, count: int = 0) -> list[int]:
        """Give out so many jobs more; return how many each worker has."""
        self._count += count
        self._dispatch.add([Job(f"task-{self._count}-{one}", 1, kind, (), ()) for one in range(count)])
        self._dispatch.feed()
        return [len(member.jobs) for member in self.members.values()]

    def answer(self, number: int, count: int) -> None:
        """Have a worker answer jobs."""
        for _ in range(count):
            self.members[number].answered(self.now)

    def give_up(self, number: int) -> None:
        """Take back what a worker has not begun."""
        self._dispatch.put_back(self.members[number].give_up(self.now))


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    with contextlib.ExitStack() as after:
        for member in made.members.values():
            after.callback(member.close)


def test_what_is_done_as_fast_as_it_is_given_out_goes_to_one_worker(bench):
    assert bench.feed(QUICK, 50) == [50, 0, 0]
    bench.answer(0, 50)
    assert bench.feed(QUICK, 7) == [7, 0, 0]


def test_what_takes_longer_goes_to_all_alike(bench):
    assert bench.feed(LONGER, 30) == [10, 10, 10]


def test_a_kind_of_which_one_call_took_long_is_shared_out_for_a_while(bench):
    bench.pace.learn(QUICK, SELDOM + 0.001)
    for _ in range(WARY - 1):
        bench.pace.learn(QUICK, SECONDS[QUICK])
    assert bench.feed(QUICK, 30) == [10, 10, 10]
    bench.pace.learn(QUICK, SECONDS[QUICK])
    for number in range(3):
        bench.answer(number, 10)
    assert bench.feed(QUICK, 30) == [30, 0, 0]


def test_what_one_worker_has_no_room_for_waits_until_it_has(bench):
    full = bench.feed(QUICK, MOST + 50)
    assert full[0] > MOST // 2
    assert full[1:] == [0, 0]
    bench.answer(0, 30)
    assert bench.feed() == full
    bench.answer(0, full[0])
    assert bench.feed() == [MOST + 50 - 30 - full[0], 0, 0]


@pytest.mark.parametrize("kind", [SHORT, LONG])
def test_nothing_waits_behind_what_takes_longer_while_a_worker_is_idle(bench, kind):
    assert bench.feed(kind, 1) == [1, 0, 0]
    assert bench.feed(QUICK, 9) == [1, 9, 0]
    assert bench.feed(kind, 1) == [1, 9, 1]


def test_nothing_waits_behind_what_is_late(bench):
    assert bench.feed(QUICK, 20) == [20, 0, 0]
    bench.now = bench.members[0].overdue + 0.001
    assert bench.feed(QUICK, 6) == [20, 3, 3]


def test_a_worker_that_begins_nothing_is_left_alone_for_a_while(bench):
    assert bench.feed(QUICK, 20) == [20, 0, 0]
    bench.now = bench.members[0].patience + 0.001
    bench.give_up(0)
    assert bench.feed() == [0, 20, 0]
    bench.answer(1, 20)
    bench.now = bench.members[0].stuck_until
    assert bench.feed(QUICK, 5) == [5, 0, 0]


def test_where_no_worker_gets_on_one_that_does_not_is_tried_again(bench):
    bench.feed(LONG, 3)
    for number in range(3):
        bench.give_up(number)
    assert bench.feed() == [1, 1, 1]


def test_a_job_that_is_alone_is_taken_back_from_a_worker_that_does_not_begin_it(bench):
    bench.feed(LONG, 1)
    member = bench.members[0]
    assert bench.now < member.patience < bench.now + 1.0
    bench.now = member.patience
    bench.give_up(0)
    assert bench.feed() == [0, 1, 0]
    bench.members[1].board.numbers[BEGUN] = 1
    assert bench.members[1].patience > bench.now + 1e9
