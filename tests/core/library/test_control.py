from __future__ import annotations

import pytest

from treadle.core.library import control
from treadle.core.worker import FILTERED, NOT_TAKEN
from treadle.core.worker.context import TaskContext, entered
from treadle.core.worker.declare import declaration_of


def test_a_switch_leaves_the_other_branch_empty():
    assert control.switch(5, condition=True) == (5, NOT_TAKEN)
    assert control.switch(5, condition=False) == (NOT_TAKEN, 5)


def test_merge_passes_the_branch_that_is_there():
    assert control.merge(b=2) == 2
    assert control.merge(a=1, b=2) == 1
    assert declaration_of(control.merge).merges


def test_merge_of_nothing_says_what_to_connect():
    with pytest.raises(ValueError, match="Connect both ends"):
        control.merge()


def test_filter_drops_what_is_not_kept():
    assert control.filter(5, keep=True) == 5
    assert control.filter(5, keep=False) is FILTERED


def test_take_a_part_of_a_list():
    assert control.take([0, 1, 2, 3, 4], 1, None, 2) == [1, 3]
    assert control.take([0, 1, 2, 3, 4], -2) == [3, 4]
    assert control.take([0, 1, 2, 3, 4], 0, 3, -1) == [2, 1, 0]
    with pytest.raises(ValueError, match="never arrives"):
        control.take([1], step=0)


def test_sort_and_reverse_leave_their_input_alone():
    given = [2, 3, 1]
    assert control.sort(given) == [1, 2, 3]
    assert control.sort(given, descending=True) == [3, 2, 1]
    assert control.reverse(given) == [1, 3, 2]
    assert given == [2, 3, 1]


def test_items_without_a_common_order_are_named():
    with pytest.raises(TypeError, match="no common order"):
        control.sort([1, "a"])


def test_unique_keeps_the_first_of_each_even_of_what_cannot_be_hashed():
    assert control.unique([2, 1, 2]) == [2, 1]
    assert control.unique([[1], [2], [1]]) == [[1], [2]]
    assert control.unique([(1, [2]), (1, [2])]) == [(1, [2])]


def test_flatten_removes_as_many_levels_as_asked():
    assert control.flatten([[1, [2]], 3]) == [1, [2], 3]
    assert control.flatten([[1, [2]], 3], depth=2) == [1, 2, 3]


def test_length_counts_or_says_that_it_cannot():
    assert control.length("abc") == 3
    with pytest.raises(TypeError, match="int has no length"):
        control.length(3)


def test_items_are_numbered_from_the_start_given():
    assert control.enumerate_items(["a", "b"], 1) == [(1, "a"), (2, "b")]


def test_the_last_chunk_may_be_shorter():
    assert control.chunk([1, 2, 3], 2) == [[1, 2], [3]]
    assert control.chunk([], 2) == []
    with pytest.raises(ValueError, match="at least one"):
        control.chunk([1], 0)


def test_lists_are_concatenated_in_the_order_of_their_ports():
    assert control.concatenate(a=[1], b=[2, 3]) == [1, 2, 3]


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(None, None, True), (3, 3, True), (4, None, False), (None, 2, False)]
)
def test_is_between_includes_its_bounds(low, high, expected):
    assert control.is_between(3, low, high) is expected


def test_wait_passes_its_value_on_and_tells_how_far_it_is():
    told: list[float] = []
    with entered(TaskContext(on_progress=lambda fraction, _text: told.append(fraction))):
        assert control.wait(0.001, "done") == "done"
    assert told == sorted(told)


def test_a_cancelled_wait_ends_at_once():
    with entered(TaskContext(is_cancelled=lambda: True)):
        assert control.wait(3600, "x") == "x"
