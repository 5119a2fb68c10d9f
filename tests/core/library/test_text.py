from __future__ import annotations

import pytest

from treadle.core.library import text


def test_a_template_is_filled():
    assert text.format_text("{name}: {size:.1f} {{ok}}", name="a", size=2.25) == "a: 2.2 {ok}"
    assert text.format_text("{row[key]}", row={"key": 3}) == "3"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{a} {b}", "names b, but was given a"),
        ("{a", "cannot be read"),
        ("{a:q}", "cannot be filled"),
        ("{a.none}", "cannot be filled"),
    ],
)
def test_a_template_that_cannot_be_filled_says_why(template, told):
    with pytest.raises(ValueError, match=told):
        text.format_text(template, a=1)


def test_texts_are_joined_and_split():
    assert text.join(["a", 1], ", ") == "a, 1"
    assert text.split("a, b", ", ") == ["a", "b"]
    assert text.split(" a  b ") == ["a", "b"]
    assert text.split("a1b22c", r"\d+", regular_expression=True) == ["a", "b", "c"]


def test_text_is_replaced_plainly_or_by_pattern():
    assert text.replace("a.b.c", ".", "-") == "a-b-c"
    assert text.replace("x12", r"x(\d)", r"\1y", regular_expression=True) == "1y2"
    with pytest.raises(ValueError, match="nothing to look for"):
        text.replace("a", "")
    with pytest.raises(ValueError, match="does not go with"):
        text.replace("a", "a", r"\1", regular_expression=True)


def test_a_wrong_pattern_is_named():
    with pytest.raises(ValueError, match=r"'\(' is not a regular expression"):
        text.extract("a", "(")


def test_lines_lose_their_ends():
    assert text.lines("a\r\n \nb") == ["a", " ", "b"]
    assert text.lines("a\n \nb", skip_empty=True) == ["a", "b"]


def test_extract_gives_matches_groups_or_records():
    assert text.extract("a1 b2", r"\d") == ["1", "2"]
    assert text.extract("a1 b2", r"([a-z])(\d)") == [["a", "1"], ["b", "2"]]
    assert text.extract("a1", r"(?P<letter>[a-z])(?P<digit>\d)") == [{"letter": "a", "digit": "1"}]


def test_matches_is_a_condition():
    assert text.matches("abc", "b")
    assert not text.matches("abc", "b", whole=True)


def test_words_are_counted_most_frequent_first():
    assert text.count_words("The cat, the dog's") == [
        {"word": "the", "count": 2},
        {"word": "cat", "count": 1},
        {"word": "dog's", "count": 1},
    ]
    assert len(text.count_words("The the", ignore_case=False)) == 2


@pytest.mark.parametrize(
    ("case", "expected"),
    [("lower", "ab cd"), ("upper", "AB CD"), ("title", "Ab Cd"), ("sentence", "Ab cd")],
)
def test_case_is_changed(case, expected):
    assert text.change_case("aB cd", case) == expected


def test_an_unknown_case_lists_the_known_ones():
    with pytest.raises(ValueError, match="choose one of lower, upper"):
        text.change_case("a", "camel")


def test_strip_and_numbers():
    strip = text.strip
    assert strip("  a ") == "a"
    assert strip("--a-", "-") == "a"
    assert text.to_number(" 2e-3 ") == 0.002
    with pytest.raises(ValueError, match="'x' is not a number"):
        text.to_number("x")
