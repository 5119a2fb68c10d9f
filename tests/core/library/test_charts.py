from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from treadle.core.library import charts, drawing

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<script>alert('x')</script> & \"quotes\" \x00"


def drawn(path):
    """Return the tags and texts of an SVG file; an error if it is not well formed."""
    root = ElementTree.fromstring(path.read_text("utf-8"))
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    texts = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    return tags, texts, root


def bars(root):
    """Return position, top and height of each bar."""
    found = [e for e in root.iter(f"{SVG}rect") if len(e)]
    return [(float(e.get("y")), float(e.get("height")), e.get("fill")) for e in found]


def test_a_bar_chart_lies_in_the_private_folder(task):
    path = charts.bar_chart([{"a": "x", "n": 1}], "a", "n")
    assert path.parent == task.scratch()
    assert path.suffix == ".svg"


def test_each_bar_is_as_long_as_its_value_and_negative_ones_hang_down():
    table = [{"a": "x", "n": 2}, {"a": "y", "n": -1}, {"a": "z", "n": None}, {"a": "w", "n": math.inf}]
    _, texts, root = drawn(charts.bar_chart(table, "a", "n", "Title"))
    (top, height, colour), (low_top, low_height, low_colour) = bars(root)
    assert height == pytest.approx(2 * low_height, abs=0.02)
    assert top + height == pytest.approx(low_top, abs=0.02)
    assert colour != low_colour
    assert {"Title", "x", "y", "z", "w", "a", "n"} <= set(texts)


def test_the_largest_bars_can_be_chosen():
    table = [{"a": str(n), "n": n} for n in (3, 1, 5)] + [{"a": "none", "n": None}]
    _, texts, root = drawn(charts.bar_chart(table, "a", "n", largest=2))
    assert [e[0].text for e in root.iter(f"{SVG}rect") if len(e)] == ["5: 5", "3: 3"]
    assert "none" not in texts


def test_bars_of_nothing_but_zero_are_drawn():
    assert len(bars(drawn(charts.bar_chart([{"a": "x", "n": 0}], "a", "n"))[2])) == 1


def test_very_many_names_are_thinned_out_and_slanted():
    table = [{"a": f"a long name {i}", "n": i} for i in range(300)]
    _, texts, root = drawn(charts.bar_chart(table, "a", "n"))
    assert len(bars(root)) == 300
    assert len([text for text in texts if text.endswith("…")]) <= 50


@pytest.mark.parametrize(
    "chart",
    [
        lambda: charts.bar_chart([], "a", "n"),
        lambda: charts.bar_chart([{"a": "x", "n": None}], "a", "n"),
        lambda: charts.line_chart([]),
        lambda: charts.line_chart([math.nan]),
        lambda: charts.scatter_chart([], []),
        lambda: charts.histogram([None]),
    ],
)
def test_a_chart_without_data_says_so(chart):
    assert "no data" in drawn(chart())[1]


@pytest.mark.parametrize(
    "chart",
    [
        lambda: charts.bar_chart([{NASTY: NASTY, "n": 1}], NASTY, "n", NASTY),
        lambda: charts.line_chart([1, 2], title=NASTY, x_label=NASTY, y_label=NASTY),
        lambda: charts.scatter_chart([1], [2], NASTY, NASTY, NASTY),
        lambda: charts.histogram([1], title=NASTY, x_label=NASTY),
    ],
)
def test_text_never_becomes_markup(chart):
    tags, texts, _ = drawn(chart())
    assert "script" not in tags
    assert any(text.startswith("<script>") for text in texts)


def test_a_line_is_lifted_where_a_number_is_missing():
    _, _, root = drawn(charts.line_chart([1, 2, None, 4, 5], [0, 1, 2, 3, 10]))
    path = next(root.iter(f"{SVG}path")).get("d")
    assert (path.count("M"), path.count("L")) == (2, 2)
    assert len(list(root.iter(f"{SVG}circle"))) == 4


def test_several_lines_have_a_legend():
    tags, texts, _ = drawn(charts.line_chart([[1, 2], [3, 4]]))
    assert tags.count("path") == 2
    assert {"1", "2"} <= set(texts)


def test_long_lines_have_no_dots():
    assert "circle" not in drawn(charts.line_chart(list(range(100))))[0]


def test_a_scatter_chart_has_a_dot_for_each_pair():
    assert drawn(charts.scatter_chart([1, 2, None], [1, 1, 1]))[0].count("circle") == 2


def test_a_histogram_counts_all_values():
    low, counts, width = charts.count_in_bins([0, 1, 1, 2], 2)
    assert (low, counts, width) == (0, [1, 3], 1)
    assert charts.count_in_bins([5, 5], 1)[1] == [2]
    assert charts.count_in_bins([0, 0], 2)[1] == [0, 2]
    assert len(bars(drawn(charts.histogram([1, 2, 3, math.nan], 3))[2])) == 3
    with pytest.raises(ValueError, match="one interval or more"):
        charts.histogram([1], 0)


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(TypeError, match="'x' is none"):
        charts.line_chart(["x"])
    with pytest.raises(ValueError, match="1 places for 2 heights"):
        charts.scatter_chart([1], [1, 2])
    with pytest.raises(KeyError, match="no column 'b'"):
        charts.bar_chart([{"a": 1}], "a", "b")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (-1, 1, [-1, -0.5, 0, 0.5, 1]), (0, 6e6, [n * 1e6 for n in range(7)])],
)
def test_ticks_are_round_numbers(low, high, expected):
    assert drawing.ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize("values", [[0.0], [5.0], [-3.0], [1e-300], [1e15, 1e15 + 1e-3], [2, 9], [-7, 4], []])
@pytest.mark.parametrize("with_zero", [True, False])
def test_a_range_holds_all_values_and_is_never_empty(values, with_zero):
    low, high = drawing.span(values, with_zero=with_zero)
    assert low < high
    assert all(low <= value <= high for value in values)
    assert not with_zero or low <= 0 <= high


def test_numbers_are_written_without_the_dust_of_fractions():
    assert drawing.number(0.1 + 0.2) == "0.3"
    assert drawing.number(-0.0) == "0"
    assert drawing.number(-2) == "−2"
