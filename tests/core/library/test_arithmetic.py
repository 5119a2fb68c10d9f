from __future__ import annotations

import numpy as np
import pytest

from treadle.core.library import arithmetic


def test_arrays_and_numbers_are_calculated_with(read_only):
    array = read_only([1, 2])
    assert arithmetic.add(array, 1).tolist() == [2, 3]
    assert arithmetic.subtract(5, array).tolist() == [4, 3]
    assert arithmetic.multiply(array, array).tolist() == [1, 4]
    assert arithmetic.divide(array, 2).tolist() == [0.5, 1]
    assert arithmetic.arithmetic(2, 3, "power") == 8
    assert isinstance(arithmetic.add(1, 2), int)


def test_division_by_zero_gives_infinity_without_a_warning():
    assert arithmetic.divide(np.array([1.0]), 0).tolist() == [np.inf]


def test_an_unknown_operation_lists_the_known_ones():
    with pytest.raises(ValueError, match="no operation 'xor': choose one of add"):
        arithmetic.arithmetic(1, 2, "xor")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("range", [0, 0.5, 1]),
        ("maximum", [0.2, 0.6, 1]),
        ("sum", [1 / 9, 3 / 9, 5 / 9]),
        ("z-score", [-np.sqrt(1.5), 0, np.sqrt(1.5)]),
    ],
)
def test_normalise_scales_and_keeps_what_is_not_a_number(read_only, method, expected):
    scaled = arithmetic.normalise(read_only([1, 3, 5, np.nan]), method)
    assert scaled[:3].tolist() == pytest.approx(expected)
    assert np.isnan(scaled[3])


def test_alike_numbers_cannot_be_normalised_but_none_at_all_can():
    with pytest.raises(ValueError, match="which is 0 for them"):
        arithmetic.normalise(np.ones(3))
    assert np.isnan(arithmetic.normalise(np.array([np.nan]))).all()


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("above", [0, 0, 1, 0]),
        ("at least", [0, 1, 1, 0]),
        ("below", [1, 0, 0, 0]),
        ("at most", [1, 1, 0, 0]),
        ("equal", [0, 1, 0, 0]),
        ("not equal", [1, 0, 1, 0]),
    ],
)
def test_a_mask_never_marks_what_is_not_a_number(read_only, comparison, expected):
    mask = arithmetic.threshold_mask(read_only([1, 2, 3, np.nan]), 2, comparison)
    assert mask.dtype == bool
    assert mask.tolist() == expected


def test_a_mask_of_whole_numbers():
    assert arithmetic.threshold_mask(np.array([1, 3]), 2).tolist() == [False, True]


def test_masked_values_keep_the_axes_that_the_mask_lacks(read_only):
    array = read_only(np.arange(8).reshape(2, 2, 2))
    assert arithmetic.masked_values(array, [[True, False], [False, True]]).tolist() == [[0, 1], [6, 7]]


def test_where_takes_one_or_the_other():
    assert arithmetic.where(np.array([1, 0]), 5).tolist() == [5, 0]


def test_clip_and_replace_missing(read_only):
    assert arithmetic.clip(read_only([1, 5, 9]), 2, 6).tolist() == [2, 5, 6]
    assert arithmetic.clip(read_only([1, 9]), None, 6).tolist() == [1, 6]
    assert arithmetic.replace_missing(read_only([1, np.nan, np.inf]), 7).tolist() == [1, 7, 7]


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        (np.array([-1.0, 300.7]), "uint8", [0, 255]),
        (np.array([3e9], dtype=np.float32), "int32", [2**31 - 1]),
        (np.array([1e30]), "int64", [2**63 - 1025]),
        (np.array([2**40, -5]), "uint16", [65535, 0]),
        (np.array([1, 0]), "bool", [True, False]),
        (np.array([1, 2]), "float32", [1, 2]),
    ],
)
def test_convert_moves_what_does_not_fit_to_the_nearest(values, dtype, expected):
    converted = arithmetic.convert(values, dtype)
    assert converted.dtype == dtype
    assert np.all(np.abs(converted.astype(float) - np.array(expected, dtype=float)) <= 1024)


def test_convert_can_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match=r"300 does not fit uint8 \(0 … 255\)"):
        arithmetic.convert(np.array([1, 300]), "uint8", clip=False)
    with pytest.raises(ValueError, match="replace them first"):
        arithmetic.convert(np.array([np.nan]), "int32")
