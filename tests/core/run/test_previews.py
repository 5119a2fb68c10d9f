"""Packed previews are those that were packed."""

import math

import pytest

from treadle.core.run.previews import BYTES_OF_A_RUN, PICTURES_OF_A_NODE, Packed, Pictures, packed

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


def test_of_a_node_with_many_tasks_only_the_first_pictures_are_kept() -> None:
    pictures, one = Pictures(), {"out": {"type": "image", "picture": "data:image/png;base64,AAAA"}}
    kept = [pictures.within("many", one) for _ in range(PICTURES_OF_A_NODE + 2)]
    assert [had == one for had in kept] == [True] * PICTURES_OF_A_NODE + [False] * 2
    assert kept[-1] == {"out": {"type": "image"}}
    assert pictures.within("other", one) == one


def test_the_pictures_of_a_run_take_no_more_than_their_budget() -> None:
    pictures, one = Pictures(), {"out": {"picture": "x" * 2**20}}
    kept = [bool(pictures.within(str(node), one)["out"]) for node in range(100)]
    assert sum(kept) * 2**20 == BYTES_OF_A_RUN


def test_previews_without_a_picture_stay_the_same_object() -> None:
    assert Pictures().within("node", ARRAY) is ARRAY
