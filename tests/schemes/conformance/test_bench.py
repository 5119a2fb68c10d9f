"""The bench of the suite for schemes gives a scheme no more than it has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from treadle.conformance import Candidate
from treadle.core.scheme import Capacity, Ended, Place
from treadle.core.worker.failures import Cause
from treadle.schemes.conformance.bench import Bench
from treadle.schemes.conformance.called import add, call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from treadle.core.scheme import Report
    from treadle.core.worker.call import Call


class Shrinking:
    """Has two slots until it is given something, and one from then on."""

    def __init__(self, _files) -> None:
        self.given: list[int] = []

    def open(self, report: Callable[[Report], None]) -> None:
        self.report = report
        report(Capacity("shrinking", 2, 2))

    def submit(self, calls: Sequence[Call]) -> None:
        self.given.append(len(calls))
        self.report(Capacity("shrinking", 1, 1))
        for one in calls:
            self.report(Ended(one.task, one.attempt, Cause("exception", "no"), Place("shrinking")))


def test_a_scheme_that_has_lost_a_slot_is_given_less(tmp_path):
    candidate = Candidate("shrinking", Shrinking, 2, pickles=False, stops=False, survives_exit=False)
    bench = Bench(candidate, tmp_path)
    ended = bench.run(*[call(add, f"task[{number}]", x=number) for number in range(5)])
    assert len(ended) == 5
    assert bench.scheme.given == [2, 1, 1, 1]
