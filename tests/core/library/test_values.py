from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from treadle.core.library import values


def test_plain_values_come_out_as_their_type():
    assert (values.number(3), values.integer(4), values.text("a")) == (3.0, 4, "a")
    assert values.boolean(value=True) is True
    assert values.list_of_values([1, "b"]) == [1, "b"]
    assert values.record(a=1, b="x") == {"a": 1, "b": "x"}
    assert values.pair(1, 2) == (1, 2)


def test_a_path_may_start_at_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/somewhere")
    assert values.path(Path("~/data")) == Path("/somewhere/data")


def test_a_list_is_a_copy():
    given = [1]
    assert values.list_of_values(given) is not given


def test_a_range_leaves_its_end_out():
    assert values.range_of_numbers(1, 7, 2) == [1, 3, 5]
    assert values.range_of_numbers(3, 0, -1) == [3, 2, 1]


def test_a_range_without_a_step_is_refused():
    with pytest.raises(ValueError, match="never arrives"):
        values.range_of_numbers(0, 3, 0)


def test_spaced_numbers_hit_both_ends_exactly():
    assert values.linspace(0, 1, 5) == [0, 0.25, 0.5, 0.75, 1]
    assert values.linspace(0.1, 0.7, 7)[-1] == 0.7
    assert values.linspace(1, 1000, 4, "logarithmic") == pytest.approx([1, 10, 100, 1000], rel=1e-12)
    assert values.linspace(2, 8, 2, "logarithmic") == [2, 8]


@pytest.mark.parametrize("spacing", ["linear", "logarithmic"])
def test_few_spaced_numbers_are_as_many_as_asked(spacing):
    assert values.linspace(2, 8, 0, spacing) == []
    assert values.linspace(2, 8, 1, spacing) == [2]


def test_a_logarithmic_spacing_cannot_reach_zero():
    with pytest.raises(ValueError, match="above 0"):
        values.linspace(0, 1, 3, "logarithmic")


def test_random_numbers_depend_on_the_seed_alone():
    first = values.random_numbers(5, -1, 1, seed=3)
    assert first == values.random_numbers(5, -1, 1, seed=3) != values.random_numbers(5, -1, 1, seed=4)
    assert all(-1 <= x <= 1 for x in first)


@pytest.mark.parametrize(
    ("value", "item", "expected"),
    [
        ([1, 2, 3], -1, 3),
        ((1, 2), "1", 2),
        ({"a": 5}, "a", 5),
        ({3: "c"}, 3, "c"),
        (values.Pair(7, 8), "second", 8),
    ],
)
def test_pick_takes_items_entries_and_attributes(value, item, expected):
    assert values.pick(value, item) == expected


@pytest.mark.parametrize(
    ("value", "item", "error", "told"),
    [
        ([1, 2], 5, IndexError, "list of 2 items"),
        ({"a": 5}, "b", KeyError, "the keys are 'a'"),
        ({}, "b", KeyError, "none"),
        (SimpleNamespace(a=1), "b", AttributeError, "no attribute 'b'"),
        (SimpleNamespace(a=1), "__class__", ValueError, "private"),
        (7, 0, TypeError, "picked"),
    ],
)
def test_pick_says_what_there_is_instead(value, item, error, told):
    with pytest.raises(error, match=told):
        values.pick(value, item)
