from __future__ import annotations

import numpy as np
import pytest

from treadle.core.library import arrays


def test_a_list_of_lists_becomes_an_array():
    assert arrays.array_of([[1, 2], [3, 4]]).shape == (2, 2)
    with pytest.raises(ValueError, match="do not make an array"):
        arrays.array_of([[1, 2], [3]])


def test_random_arrays_depend_on_the_seed_alone():
    first = arrays.random_array([3, 2], "uniform", seed=1)
    assert first.shape == (3, 2)
    assert np.array_equal(first, arrays.random_array([3, 2], "uniform", seed=1))
    assert not np.array_equal(arrays.random_array([9], seed=1), arrays.random_array([9], seed=2))
    with pytest.raises(ValueError, match="choose one of normal, uniform"):
        arrays.random_array([1], "poisson")


def test_statistics_leave_out_what_is_not_a_number(read_only):
    found = arrays.statistics(read_only([1.0, 2, np.nan, 6]))
    assert found == (3.0, pytest.approx(np.std([1, 2, 6])), 1.0, 6.0, 2.0, 3, 1)


def test_statistics_of_nothing_are_not_a_number():
    found = arrays.statistics(np.array([np.nan]))
    assert np.isnan(found.mean)
    assert (found.size, found.missing) == (0, 1)


def test_statistics_of_whole_numbers():
    assert arrays.statistics(np.array([[1, 3]])).mean == 2


def test_reduce_gives_an_array_along_an_axis_and_a_number_over_all(read_only):
    array = read_only([[1, 2], [3, 6]])
    assert arrays.reduce(array, "sum", 0).tolist() == [4, 8]
    assert arrays.reduce(array, "max") == 6.0
    with pytest.raises(ValueError, match="no summary 'mode'"):
        arrays.reduce(array, "mode")


def test_the_largest_is_found_among_numbers(read_only):
    assert arrays.position_of_largest(read_only([[np.nan, 1], [5, 2]])) == [1, 0]


@pytest.mark.parametrize(
    ("part", "expected"),
    [("1", [4, 5, 6, 7]), ("0,::2", [0, 2]), ("..., -1", [3, 7, 11]), ("[1:,0]", [4, 8]), ("0,1:3", [1, 2])],
)
def test_a_part_is_written_as_in_python(read_only, part, expected):
    assert arrays.select(read_only(np.arange(12).reshape(3, 4)), part).tolist() == expected


def test_a_part_is_a_copy_that_may_be_changed(read_only):
    assert arrays.select(read_only([1, 2]), ":").flags.writeable


@pytest.mark.parametrize("part", ["", "a", "1:2:3:4", "__import__('os')", "1.5"])
def test_a_part_that_cannot_be_read_is_refused(part):
    with pytest.raises(ValueError, match="no position"):
        arrays.select(np.zeros((2, 2)), part)


def test_a_part_outside_tells_the_shape():
    with pytest.raises(IndexError, match=r"outside the shape \(2,\)"):
        arrays.select(np.zeros(2), "5")


def test_stack_and_split_are_each_others_inverse(read_only):
    whole = arrays.stack([read_only([1, 2]), read_only([3, 4])], -1)
    assert whole.tolist() == [[1, 3], [2, 4]]
    assert [part.tolist() for part in arrays.split(whole)] == [[1, 2], [3, 4]]
    assert all(part.flags.c_contiguous for part in arrays.split(whole))


@pytest.mark.parametrize(("parts", "told"), [([], "there are none"), ([[1], [1, 2]], r"\(1,\), \(2,\)")])
def test_arrays_that_do_not_stack_tell_their_shapes(parts, told):
    with pytest.raises(ValueError, match=told):
        arrays.stack([np.array(part) for part in parts])


def test_concatenate_reshape_and_transpose(read_only):
    array = read_only([[1, 2], [3, 4]])
    assert arrays.concatenate([array, array], 1).shape == (2, 4)
    assert arrays.reshape(array, [4]).tolist() == [1, 2, 3, 4]
    assert arrays.transpose(array).tolist() == [[1, 3], [2, 4]]
    assert arrays.transpose(np.zeros((1, 2, 3)), [2, 0, 1]).shape == (3, 1, 2)
