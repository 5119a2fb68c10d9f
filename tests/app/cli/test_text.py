"""Columns, durations, sizes, and texts that cannot do harm."""

from __future__ import annotations

import pytest

from treadle.app.cli.text import (
    clip,
    columns,
    columns_with_paths,
    duration,
    harmless,
    numbers,
    one_line,
    size,
    wrapped,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "< 1 ms"),
        (0.002, "2 ms"),
        (0.0994, "99 ms"),
        (0.0999, "0.1 s"),
        (0.8, "0.8 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (41.2, "41 s"),
        (59.7, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations_read_as_people_write_them(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (7110, "7.1 kB"),
        (999_600, "1.0 MB"),
        (23_030, "23 kB"),
    ],
)
def test_sizes_read_as_people_write_them(count, text):
    assert size(count) == text


def test_control_and_direction_characters_are_written_out():
    assert harmless("a\x1b[31mb\x9b\u202e\x07") == r"a\x1b[31mb\x9b\u202e\x07"
    assert harmless("a\nb\tc") == "a\nb       c"
    assert one_line("a\nb\x1b") == r"a b\x1b"


def test_half_characters_can_be_written():
    assert one_line("name\udc80").encode() == rb"name\udc80"


def test_columns_are_aligned_numbers_to_the_right():
    rows = [("name", "n"), ("a", "1"), ("long one", "100")]
    assert columns(rows, right={1}) == ["name        n", "a           1", "long one  100"]


def test_wide_characters_count_as_two():
    assert columns([("表", "x"), ("abc", "y")]) == ["表   x", "abc  y"]


def test_a_column_that_does_not_fit_is_cut_on_its_left_or_where_that_tells_more_on_its_right():
    lines = columns([("short", "treadle.core.library.text:change_case")], width=30, shrink=1)
    assert lines == ["short  …brary.text:change_case"]
    assert len(lines[0]) <= 30
    told = columns([("id", "8 tasks: 7 succeeded, 1 failed")], width=20, shrink=1, keep_end=False)
    assert told == ["id  8 tasks: 7 succ…"]


def test_paths_of_the_library_are_shortened_alike_and_others_are_not_taken_for_them():
    rows = [("a", "treadle.core.library.text:change_case"), ("b", "other.library.text:change_case")]
    assert columns_with_paths(rows, 1) == columns(rows)
    assert columns_with_paths(rows, 1, width=30) == [
        "a  treadle…text:change_case",
        "b  …r.library.text:change_case",
        "treadle… stands for treadle.core.library.",
    ]
    assert columns_with_paths(rows, 1, width=20) == ["a  …text:change_case", "b  …text:change_case"]


def test_clip_never_exceeds_the_width():
    for width in range(1, 9):
        assert len(clip("0123456789", width)) <= width
        assert len(clip("0123456789", width, keep_end=True)) <= width
    assert clip("abc", 3) == "abc"


def test_numbers_of_a_column_have_the_same_decimals():
    assert numbers([1.5, 22.25, None]) == ["1.500", "22.250", ""]
    assert numbers([1, 2.0]) == ["1", "2"]
    assert numbers([1e-9, 1e9]) == ["1e-09", "1e+09"]
    assert numbers([0.5, float(10**7) + 0.5])[0] == "0.5"


def test_wrapping_keeps_names_whole_and_indents():
    assert wrapped("one /a/very/long/path/that/is/longer/than/the/line two", 30).split("\n") == [
        "one",
        "  /a/very/long/path/that/is/longer/than/the/line",
        "  two",
    ]
    assert wrapped("as it is", None) == "as it is"
