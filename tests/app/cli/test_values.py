"""How results are shown in lines of text."""

from __future__ import annotations

import pytest

from treadle.app.cli.results import NotFinite, Preview
from treadle.app.cli.values import in_short, show_values

FILE = Preview(type="file", name="chart.svg", bytes=7110)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (True, "yes"),
        (1055, "1055"),
        (0.0531919123, "0.0531919"),
        ("word", "word"),
        ("one\ntwo\nthree", "one … (3 lines)"),
        ([], "nothing"),
        ([1, 2.5, "a"], "1, 2.5, a"),
        ([[1, 2], [3]], "[1, 2], [3]"),
        (list(range(20)), "20 values: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"),
        ({"a": 1, "b": "x"}, "{a: 1, b: x}"),
        (FILE, "chart.svg, 7.1 kB"),
        ([FILE, FILE], "2 files, 14 kB: chart.svg, chart.svg"),
        (Preview(type="folder", name="many", files=3, bytes=20), "many/, 3 files, 20 bytes"),
        (
            Preview(type="numpy.ndarray", shape=[2, 3], dtype="uint8", range=[0.0, 255.0]),
            "2 × 3 array of uint8, 0 to 255",
        ),
        (Preview(type="xarray.DataArray", shape=[2], dtype="object"), "xarray.DataArray: 2 array of object"),
        (Preview(type="nibabel.nifti1.Nifti1Image", shape=[17, 21, 3]), "nibabel.nifti1.Nifti1Image: 17 × 21 × 3"),
        (Preview(type="set", length=2, text="{1, 2}"), "set, 2 items: {1, 2}"),
        (Preview(type="Model", text="Model()"), "Model: Model()"),
    ],
)
def test_a_value_in_a_line(value, text):
    assert in_short(value) == text


def test_names_are_aligned_and_records_indented():
    found = {"chart": FILE, "answer": {"coins": 24, "x": {"deep": {"deeper": {"deepest": 1}}}}, "n": 1}
    assert list(show_values(found, 80)) == [
        "chart  chart.svg, 7.1 kB",
        "answer",
        "  coins  24",
        "  x",
        "    deep",
        "      deeper  {deepest: 1}",
        "n      1",
    ]


def test_a_table_has_numbers_to_the_right_and_is_cut_after_twelve_rows():
    rows = [{"name": f"row {number}", "count": 10**number % 9973} for number in range(14)]
    lines = list(show_values({"table": rows}, 80))
    assert lines[:3] == ["table  14 rows", "  name    count", "  row 0       1"]
    assert lines[-1] == "  … and 2 more rows"


def test_missing_cells_are_empty():
    lines = list(show_values({"t": [{"a": 1, "b": "x"}, {"a": 22}]}, 80))
    assert lines == ["t  2 rows", "   a  b", "   1  x", "  22"]


def test_columns_for_which_there_is_no_room_are_named():
    rows = [{f"column {number}": "a" * 12 for number in range(9)}]
    lines = list(show_values({"t": rows}, 60))
    assert max(map(len, lines)) <= 60
    assert lines[-1].startswith("  … and 5 more columns: column 4, column 5")


def test_in_a_pipe_nothing_is_cut_to_a_width():
    rows = [{f"column {number}": "a" * 12 for number in range(30)}]
    assert len(list(show_values({"t": rows}, None))[1]) > 300


def test_a_column_of_numbers_keeps_its_decimals_beside_one_that_is_not_finite():
    lines = list(show_values({"t": [{"a": 1.5}, {"a": NotFinite.of(float("nan"))}, {"a": 2.25}]}, 80))
    assert [line.strip() for line in lines[1:]] == ["a", "1.5000", "nan", "2.2500"]
