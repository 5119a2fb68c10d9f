"""The weight of values that nobody pickles."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from treadle.core.worker.weight import weight


@pytest.mark.parametrize(
    "value", [np.zeros(10_000), b"x" * 80_000, "x" * 80_000, [np.zeros(100)] * 100, {"a": [b"x" * 80_000]}]
)
def test_a_value_weighs_about_what_it_takes(value):
    assert 80_000 <= weight(value) < 90_000


def test_a_list_that_holds_itself_has_a_weight_too():
    value: list[object] = []
    value.append(value)
    assert weight(value) < 1000


@pytest.mark.parametrize("value", [None, 1, 1.5, "", [], {}])
def test_what_is_small_weighs_little(value):
    assert weight(value) == sys.getsizeof(value)
