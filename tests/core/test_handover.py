from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from treadle.core.handover import known_handover, note_handover, stated_handover


@pytest.mark.parametrize(("said", "seconds"), [(0, 0.0), (0.25, 0.25), (3600, 3600.0), (None, None)])
def test_a_scheme_says_in_seconds_what_a_hand_over_costs_or_nothing(said: float | None, seconds: float | None) -> None:
    assert stated_handover(SimpleNamespace(handover=said)) == seconds
    assert stated_handover(object()) is None


@pytest.mark.parametrize("said", [-0.1, 3601, math.nan, math.inf, True, "0.1", [1]])
def test_what_makes_no_sense_is_named(said: object) -> None:
    with pytest.raises(ValueError, match="handover must be"):
        stated_handover(SimpleNamespace(handover=said))


def test_what_was_said_last_is_known_by_name() -> None:
    assert known_handover("never made") is None
    note_handover("mine", 2.0)
    assert known_handover("mine") == 2.0
    note_handover("mine", None)
    assert known_handover("mine") is None
