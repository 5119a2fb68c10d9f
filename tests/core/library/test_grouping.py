from __future__ import annotations

import math

import pytest

from treadle.core.library import grouping

LEFT = [{"id": 1, "a": "x"}, {"id": 2, "a": "y"}]
RIGHT = [{"id": 2, "a": "z", "b": 5}, {"id": 3, "b": 6}]
SCORES = [{"g": "a", "v": 1}, {"g": "b", "v": 5}, {"g": "a", "v": 3}, {"g": "a", "v": None}]


def test_joined_rows_agree_in_the_key():
    both = [{"id": 2, "a": "y", "a_right": "z", "b": 5}]
    assert grouping.join_tables(LEFT, RIGHT, "id") == both
    assert grouping.join_tables(LEFT, RIGHT, "id", "left") == [LEFT[0], *both]
    assert grouping.join_tables(LEFT, RIGHT, "id", "all") == [LEFT[0], *both, RIGHT[1]]


def test_a_join_pairs_every_partner():
    assert len(grouping.join_tables(LEFT[:1] * 2, LEFT[:1] * 3, "id")) == 6


def test_a_join_without_the_key_or_of_an_unknown_kind_is_refused():
    with pytest.raises(KeyError, match="no column 'key'"):
        grouping.join_tables(LEFT, RIGHT, "key")
    with pytest.raises(ValueError, match="no way to join 'outer'"):
        grouping.join_tables(LEFT, RIGHT, "id", "outer")


def test_concatenated_tables_have_all_columns():
    assert grouping.concatenate_tables([[{"a": 1}], [{"b": 2}]]) == [{"a": 1, "b": None}, {"a": None, "b": 2}]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("count", 2), ("sum", 4), ("mean", 2), ("min", 1), ("max", 3), ("median", 2), ("first", 1),
        ("last", 3), ("std", math.sqrt(2)), ("list", [1, 3]),
    ],
)  # fmt: skip
def test_groups_are_summarised_without_empty_cells(summary, expected):
    first = grouping.group(SCORES, ["g"], ["v"], summary)[0]
    assert first == {"g": "a", f"{summary} of v": pytest.approx(expected)}


def test_groups_without_a_value_have_no_mean_and_a_sum_of_nothing():
    table = [{"g": 1, "v": None}, {"g": 2, "v": 1}]
    assert grouping.group(table, ["g"], ["v"], "mean")[0] == {"g": 1, "mean of v": None}
    assert grouping.group(table, ["g"], ["v"], "sum")[0] == {"g": 1, "sum of v": 0}
    assert grouping.group(table, ["g"], ["v"], "std")[1] == {"g": 2, "std of v": 0.0}


def test_no_column_to_summarise_counts_the_rows_and_no_group_takes_all():
    assert grouping.group(SCORES, ["g"], []) == [{"g": "a", "count": 3}, {"g": "b", "count": 1}]
    assert grouping.group(SCORES, [], ["v"], "sum") == [{"sum of v": 9}]


def test_an_unknown_summary_lists_the_known_ones():
    with pytest.raises(ValueError, match="no summary 'mode': choose one of count"):
        grouping.group(SCORES, [], ["v"], "mode")


def test_a_table_is_described_column_by_column():
    first, second = grouping.describe(SCORES)
    assert first == {"column": "g", "count": 4, "missing": 0, "unique": 2}
    numbers = {"mean": 3, "std": 2, "min": 1, "median": 3, "max": 5}
    assert second == {"column": "v", "count": 3, "missing": 1} | numbers


def test_a_table_is_laid_out_as_a_matrix():
    table = [{"r": 1, "c": "x", "v": 5}, {"r": 2, "c": "y", "v": 6}]
    values, rows, columns = grouping.pivot(table, "r", "c", "v")
    assert (rows, columns) == (["1", "2"], ["x", "y"])
    assert (values[0][0], values[1][1]) == (5, 6)
    assert math.isnan(values[0][1])
    with pytest.raises(ValueError, match="r=1, c=x occurs twice"):
        grouping.pivot(table * 2, "r", "c", "v")
