"""Which worker gets a job, with workers that have a channel and no process: what they were given stays with them."""

from __future__ import annotations

import contextlib

import pytest

from treadle.schemes.hosting.learning import SHORT
from treadle.schemes.processes.dispatch import Dispatch
from treadle.schemes.processes.member import Member
from treadle.schemes.processes.pace import MOST, Pace
from treadle.schemes.processes.parcels import Job
from treadle.schemes.processes.values import Values

TRIVIAL, LONGER, LONG = 1, 2, 3
SECONDS = {TRIVIAL: 2e-6, LONGER: 100e-6, LONG: 1.0}


class Bench:
    """Three workers and what gives them jobs; it knows how long each kind of them takes."""

    def __init__(self, tmp_path) -> None:
        self.members = {
            number: Member(number, b"mark", lambda _task, _line: None, (tmp_path, tmp_path)) for number in range(3)
        }
        pace = Pace()
        for kind, seconds in SECONDS.items():
            pace.learn(kind, seconds)
        self._dispatch = Dispatch(self.members, Values(), pace, lambda _kind: None, lambda _report: None)
        self._count = 0

    def feed(self, kind: int = TRIVIAL, count: int = 0) -> list[int]:
        """Give out so many jobs more; return how many each worker has."""
        self._count += count
        jobs = [Job(f"task-{self._count}-{one}", 1, kind, (), ()) for one in range(count)]
        self._dispatch.add(jobs)
        self._dispatch.feed()
        return [len(member.jobs) for member in self.members.values()]

    def answer(self, number: int, count: int) -> None:
        """Have a worker answer jobs."""
        member = self.members[number]
        for _ in range(count):
            member.answered(member.since)


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    with contextlib.ExitStack() as after:
        for member in made.members.values():
            after.callback(member.close)


def test_what_is_done_as_fast_as_it_is_given_out_goes_to_one_worker(bench):
    assert bench.feed(TRIVIAL, 50) == [50, 0, 0]
    bench.answer(0, 50)
    assert bench.feed(TRIVIAL, 7) == [7, 0, 0]


def test_what_takes_longer_goes_to_all_alike(bench):
    assert bench.feed(LONGER, 30) == [10, 10, 10]


def test_what_one_worker_has_no_room_for_waits_until_it_has(bench):
    assert bench.feed(TRIVIAL, MOST + 50) == [MOST, 0, 0]
    bench.answer(0, 20)
    assert bench.feed() == [MOST, 0, 0]
    bench.answer(0, 30)
    assert bench.feed() == [MOST, 0, 0]
    bench.answer(0, 1)
    assert bench.feed() == [MOST - 1, 0, 0]


def test_nothing_waits_behind_what_takes_long(bench):
    assert bench.feed(LONG, 1) == [1, 0, 0]
    assert bench.feed(TRIVIAL, 8) == [1, 4, 4]


def test_nothing_waits_behind_what_is_late(bench):
    assert bench.feed(TRIVIAL, MOST) == [MOST, 0, 0]
    bench.members[0].since -= SHORT
    assert bench.feed(TRIVIAL, 6) == [MOST, 3, 3]


def test_what_takes_long_goes_to_who_has_nothing_to_do(bench):
    assert bench.feed(TRIVIAL, 9) == [9, 0, 0]
    assert bench.feed(LONG, 2) == [9, 1, 1]
