"""Packed previews are those that were packed."""

import math

import pytest

from treadle.core.run.previews import Packed, packed

ARRAY = {
    "out": {"type": "numpy.ndarray", "shape": [2, 3], "range": [0.0, math.inf]},
    "mask": {"type": "bool", "text": "é"},
}


def test_packed_previews_are_equal_to_what_was_packed() -> None:
    made = packed(ARRAY)
    assert isinstance(made, Packed)
    assert made == ARRAY
    assert dict(ARRAY) == made
    assert (list(made), len(made), made["mask"]["text"], repr(made)) == (["out", "mask"], 2, "é", repr(ARRAY))


@pytest.mark.parametrize("odd", [{}, {"out": {"length": 2**70}}, {"out": {"text": "\ud800"}}, {"out": {"x": object()}}])
def test_what_cannot_be_packed_stays_as_it_is(odd) -> None:
    assert packed(odd) is odd
