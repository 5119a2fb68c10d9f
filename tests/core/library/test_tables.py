from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import pytest

from treadle.core.library import tables

PETS = [{"name": "Rex", "age": 3}, {"name": "Tom", "age": None}, {"name": "Ada", "age": 7}]


class Point(NamedTuple):
    x: int
    y: int


def names(table):
    return [row["name"] for row in table]


def test_columns_become_rows():
    assert tables.from_columns(a=[1, 2], b="xy") == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert tables.from_columns() == []
    with pytest.raises(ValueError, match="a has 1, b has 2"):
        tables.from_columns(a=[1], b=[1, 2])


def test_labelled_items_become_rows_with_their_labels():
    items = [
        SimpleNamespace(labels={"C": 1}, value=0.5),
        SimpleNamespace(labels={"C": 2}, value={"score": 0.7}),
        SimpleNamespace(labels={"C": 3}, value=Point(1, 2)),
        SimpleNamespace(labels={"C": 4}, value=[{"a": 1}, {"a": 2}]),
        9,
    ]
    assert tables.from_items(items) == [
        {"C": 1, "value": 0.5},
        {"C": 2, "score": 0.7},
        {"C": 3, "x": 1, "y": 2},
        {"C": 4, "a": 1},
        {"C": 4, "a": 2},
        {"value": 9},
    ]


def test_labels_written_as_numbers_become_numbers_and_no_others():
    labels = ["100", "0.1", "-3", "007", "1e3", "sub-01", "nan", ""]
    items = [SimpleNamespace(labels={"at": label}, value=None) for label in labels]
    found = [row["at"] for row in tables.from_items(items)]
    assert found == [100, 0.1, -3, "007", "1e3", "sub-01", "nan", ""]


def test_a_mapping_becomes_two_columns():
    assert tables.from_mapping({"a": 1}, "k", "v") == [{"k": "a", "v": 1}]


def test_columns_are_selected_and_renamed():
    assert tables.select_columns(PETS[:1], ["age"]) == [{"age": 3}]
    assert tables.rename_columns(PETS[:1], {"age": "years"}) == [{"name": "Rex", "years": 3}]
    with pytest.raises(ValueError, match="the same name"):
        tables.rename_columns(PETS, {"age": "name"})


def test_a_column_is_added_from_a_list_or_one_value():
    assert tables.add_column(PETS[:2], "n", [1, 2])[1]["n"] == 2
    assert tables.add_column(PETS, "kind", "pet")[2]["kind"] == "pet"
    assert "kind" not in PETS[2]
    with pytest.raises(ValueError, match="has 1 values, but the table 3 rows"):
        tables.add_column(PETS, "n", [1])


def test_rows_without_a_value_are_sorted_last():
    assert names(tables.sort_rows(PETS, ["age"])) == ["Rex", "Ada", "Tom"]
    assert names(tables.sort_rows(PETS, ["age"], descending=True)) == ["Ada", "Rex", "Tom"]


def test_equals_are_sorted_by_the_next_column():
    table = [{"a": 1, "b": 2}, {"a": 0, "b": 9}, {"a": 1, "b": 1}]
    assert tables.sort_rows(table, ["a", "b"]) == [table[1], table[2], table[0]]
    with pytest.raises(TypeError, match="'a' has no common order"):
        tables.sort_rows([{"a": 1}, {"a": "x"}], ["a"])


@pytest.mark.parametrize(
    ("column", "comparison", "value", "expected"),
    [
        ("age", "=", 3, ["Rex"]),
        ("age", "≠", 3, ["Tom", "Ada"]),
        ("age", ">", 3, ["Ada"]),
        ("age", "≥", 3, ["Rex", "Ada"]),
        ("age", "<", 7, ["Rex"]),
        ("age", "≤", 7, ["Rex", "Ada"]),
        ("name", "contains", "o", ["Tom"]),
        ("name", "is one of", ["Ada", "Rex"], ["Rex", "Ada"]),
    ],
)
def test_rows_are_filtered(column, comparison, value, expected):
    assert names(tables.filter_rows(PETS, column, comparison, value)) == expected


def test_a_comparison_that_makes_no_sense_is_named():
    with pytest.raises(TypeError, match="'age' cannot be compared with 'x'"):
        tables.filter_rows(PETS, "age", "<", "x")
    with pytest.raises(ValueError, match="no comparison '~'"):
        tables.filter_rows(PETS, "age", "~", 1)


def test_first_rows_and_a_column():
    assert names(tables.first_rows(PETS, 1)) == ["Rex"]
    assert tables.first_rows(PETS, -1) == []
    assert tables.column(PETS, "age") == [3, None, 7]


def test_a_missing_column_lists_those_there_are():
    with pytest.raises(KeyError, match="no column 'size'; it has 'name', 'age'"):
        tables.column(PETS, "size")
    assert tables.column([], "size") == []


def test_a_table_survives_a_data_frame():
    table = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    frame = tables.to_dataframe(table)
    assert list(frame.columns) == ["a", "b"]
    assert tables.from_dataframe(frame) == table
    assert tables.from_dataframe(frame, "row")[1] == {"row": 1, "a": 2, "b": "y"}
    with pytest.raises(TypeError, match="a list is not a data frame"):
        tables.from_dataframe([])
