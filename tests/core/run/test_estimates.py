from __future__ import annotations

import pytest

from treadle.core.handover import note_handover
from treadle.core.run.estimates import Estimates
from treadle.core.run.selection import COSTS, UNKNOWN_COST
from treadle.core.run.standings import Standings

ENABLED = ("batch", "processes")


@pytest.fixture
def finish():
    """Return a function that tells when each scheme would have a task of 10 ms."""
    standings = Standings(ENABLED)
    for name in ENABLED:
        standings.change(name, 2, 2, "")
    yield lambda: Estimates({0: 0.01}, ENABLED).finish((), 0.01, standings)
    note_handover("batch", None)


def test_a_scheme_that_says_what_a_hand_over_costs_is_taken_at_its_word(finish) -> None:
    assert finish()["batch"] == pytest.approx(0.01 + UNKNOWN_COST.seconds)
    note_handover("batch", 5.0)
    assert finish()["batch"] == pytest.approx(5.01)
    note_handover("batch", 0.0)
    assert finish()["batch"] == pytest.approx(0.01)


def test_what_comes_with_treadle_is_known_whatever_is_said(finish) -> None:
    note_handover("processes", 5.0)
    try:
        assert finish()["processes"] == pytest.approx(0.01 + COSTS["processes"].seconds)
    finally:
        note_handover("processes", None)
