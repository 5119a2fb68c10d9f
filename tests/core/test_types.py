"""Types are text: what fits where is decided without importing what they name."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.core.types import ANY, PortType, converter, fits, item_type, list_of, parse_type

names = st.sampled_from(["int", "str", "any", "float", "None", "pathlib.Path", "numpy.ndarray", "list", "a.b.C"])
types = st.recursive(
    names.map(PortType),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=2).map(lambda a: PortType("list", tuple(a[:1])))
        | st.lists(inner, min_size=1, max_size=3).map(lambda a: PortType("tuple", tuple(a)))
        | st.lists(inner, min_size=2, max_size=3, unique=True)
        .filter(lambda a: all(t.name != "|" for t in a))
        .map(lambda a: PortType("|", tuple(a)))
    ),
    max_leaves=5,
)


@given(types)
def test_a_type_is_read_back_as_it_is_written(port_type):
    assert parse_type(str(port_type)) == port_type


@given(types)
def test_each_type_fits_itself_and_anything(port_type):
    assert fits(port_type, port_type)
    assert fits(port_type, ANY)
    assert fits(ANY, port_type)


@given(types, types)
def test_a_type_that_fits_still_fits_where_one_more_is_allowed(source, target):
    if fits(source, target):
        assert fits(source, PortType("|", (PortType("z.Z"), target)) if target.name != "|" else target)
        assert fits(list_of(source), list_of(target))


@given(types)
def test_the_items_of_a_list_of_a_type_are_of_that_type(port_type):
    assert item_type(list_of(port_type)) == port_type


@given(st.text(max_size=60))
def test_any_text_is_a_type_or_refused_with_a_value_error(text):
    try:
        parse_type(text)
    except ValueError as error:
        assert "\n" not in str(error) or "\n" in text  # noqa: PT017


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "f(x)",
        "a b",
        "[",
        "__import__('os').system('x')",
        "x" * 2000,
        "list[" * 30 + "]" * 30,
        "a\0b",
        "(" * 9999,
    ],
)
def test_what_is_no_type_is_refused(text):
    with pytest.raises(ValueError, match=r"is not a type|too long"):
        parse_type(text)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("bool", "int"),
        ("int", "float"),
        ("float", "complex"),
        ("str", "pathlib.Path"),
        ("pathlib.Path", "str"),
        ("list[int]", "tuple"),
        ("list[int]", "list[float]"),
        ("int", "str | int"),
        ("int | str", "str"),
        ("None", "int | None"),
        ("list", "collections.abc.Sequence"),
        ("numpy.ndarray", "collections.abc.Iterable"),
        ("dict[str, int]", "collections.abc.Mapping"),
        ("made.up.Class", "str"),
        ("int", "made.up.Class"),
        ("pathlib.Path", "os.PathLike"),
        ("tuple[int, ...]", "tuple[int, int]"),
        ("Literal['a', 1]", "Literal['b']"),
        ("collections.abc.Callable[[int], str]", "any"),
    ],
)
def test_what_can_work_fits(source, target):
    assert fits(parse_type(source), parse_type(target))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("float", "int"),
        ("str", "int"),
        ("int", "str"),
        ("list[str]", "list[int]"),
        ("dict", "list"),
        ("int", "list[int]"),
        ("None", "int"),
        ("int", "collections.abc.Sequence"),
        ("str", "numpy.ndarray"),
        ("bytes", "str"),
    ],
)
def test_what_cannot_work_does_not_fit(source, target):
    assert not fits(parse_type(source), parse_type(target))


def test_a_class_fits_its_bases_and_no_closed_type_that_is_none_of_them():
    series = PortType("pandas.Series")
    assert fits(series, PortType("pandas.core.Base"), ("pandas.core.Base",))
    assert not fits(series, PortType("str"), ("pandas.core.Base",))


@pytest.mark.parametrize("text", ["str", "int", "None", "pathlib.Path", "dict[str, int]"])
def test_what_has_no_items_cannot_be_mapped(text):
    assert item_type(parse_type(text)) is None


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("list", "any"),
        ("tuple[str, ...]", "str"),
        ("any", "any"),
        ("numpy.ndarray", "any"),
        ("list[int] | None", "int"),
    ],
)
def test_the_type_of_an_item_is_known_where_it_is_written(text, item):
    assert item_type(parse_type(text)) == PortType(item)


def test_converters_are_named_by_import_path():
    assert converter(PortType("int"), PortType("str")) == "builtins:str"
    assert converter(PortType("dict"), PortType("list")) is None


def test_parsing_imports_nothing():
    parse_type("this.antigravity.Thing | antigravity.Other")
    assert "antigravity" not in sys.modules
