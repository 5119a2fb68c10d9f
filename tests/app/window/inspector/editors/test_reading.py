from __future__ import annotations

import pytest
from PyQt6.QtCore import QLocale

from treadle.app.window.inspector.editors.reading import (
    UNSET,
    Fault,
    checked,
    read_anything,
    read_item,
    read_json,
    read_number,
    text_of,
    write_anything,
)
from treadle.core.modules import Port

INT, FLOAT = {"int"}, {"float"}


@pytest.fixture
def german():
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("text", "kinds", "value"),
    [
        ("3", INT, 3),
        (" -3 ", INT, -3),
        ("2.5", FLOAT, 2.5),
        ("1e-3", FLOAT, 0.001),
        ("3", {"int", "float"}, 3),
        ("", FLOAT, UNSET),
        ("${env:N}", INT, "${env:N}"),
        ("9" * 30, INT, int("9" * 30)),
    ],
)
def test_numbers_are_read(text, kinds, value):
    read = read_number(text, kinds)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("text", "kinds"), [("2.5", INT), ("abc", FLOAT), ("inf", FLOAT), ("nan", FLOAT), ("--", INT)])
def test_what_is_no_such_number_is_a_fault(text, kinds):
    assert isinstance(read_number(text, kinds), Fault)


def test_numbers_are_read_and_written_as_the_locale_has_them(german):
    assert read_number("2,5", FLOAT) == 2.5
    assert read_number("2.5", FLOAT) == 2.5
    assert isinstance(read_number("1.234,5", FLOAT), Fault)
    assert text_of(2.5) == "2,5"


@pytest.mark.parametrize("number", [0.1, 1 / 3, 1e22, 5e-324, -2.0])
def test_a_number_that_is_written_is_read_again(number, german):
    assert read_number(text_of(number), FLOAT) == number


@pytest.mark.parametrize(
    "value", [None, True, 0, 1.5, "word", "", "[not a list", "12", "true", [1, "a"], {"a": [None]}, "-x", "3 apples"]
)
def test_any_value_that_is_written_is_read_again(value):
    text = write_anything(value)
    read = read_anything(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("text", ["[1, 2", '{"a" 1}', '"open', "[" * 100_000])
def test_json_that_is_broken_is_a_fault_and_never_text(text):
    assert isinstance(read_anything(text), Fault)


def test_json_has_no_numbers_that_are_none():
    assert isinstance(read_json("[NaN]"), Fault)


def test_items_are_read_by_their_type():
    assert read_item("12", {"str"}) == "12"
    assert read_item("12", {"int"}) == 12
    assert read_item("12", set()) == 12
    assert read_item("no", {"bool"}) is False
    assert isinstance(read_item("", {"int"}), Fault)
    assert isinstance(read_item("maybe", {"bool"}), Fault)


def test_a_value_is_checked_against_its_port():
    port = Port(name="n", type="int", low=1, high=5)
    assert checked(port, 3) == 3
    assert checked(port, UNSET) is UNSET
    assert "outside the range" in checked(port, 9).text
    assert checked(port, "${env:N}") == "${env:N}"


@pytest.mark.parametrize("text", ["${env:}", "${env:1A}", "a ${env:A b"])
def test_a_reference_that_is_none_is_a_fault(text):
    assert "${env:NAME}" in checked(Port(name="t", type="str"), text).text
