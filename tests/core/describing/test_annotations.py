"""Annotations become types, whether they are objects or text."""

from __future__ import annotations

import collections.abc
import pathlib
import typing
from typing import Annotated, Any, Literal, NewType, Optional, TypeVar, Union

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle import Choices, Help, Range, Unit
from treadle.core.describing.aliases import Aliases, aliases_of, parse_source
from treadle.core.describing.annotations import read_annotation, read_text
from treadle.core.types import parse_type

T = TypeVar("T")


class Base:
    pass


class Derived(Base, dict):
    class Inner:
        pass


HEADER = """
from __future__ import annotations
import collections.abc, os.path
import typing as t
from typing import *
from typing import Annotated, Any, Callable, List, Literal, NewType, Optional, Sequence, TypeVar, Union
from typing import TYPE_CHECKING
from treadle import Choices, Help, Range, Unit
from .near import Thing
from ..far import Other as Far
if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from pathlib import Path
try:
    import astropy.io.fits as fits
except ImportError:
    from elsewhere import fits2
T = TypeVar("T")
Kelvin = NewType("Kelvin", float)
Image = np.ndarray
class Base: ...
class Derived(Base, dict): ...
"""
NAMES = aliases_of(parse_source(HEADER), "pkg.sub.mod")

BOTH = [
    ("int", int, "int"),
    ("None", None, "None"),
    ("Any", Any, "any"),
    ("object", object, "any"),
    ("T", T, "any"),
    ("list[int]", list[int], "list[int]"),
    ("List[int]", typing.List[int], "list[int]"),  # noqa: UP006
    ("List", typing.List, "list"),  # noqa: UP006
    ("t.Dict[str, int]", typing.Dict[str, int], "dict[str, int]"),  # noqa: UP006
    ("Sequence[float]", typing.Sequence[float], "collections.abc.Sequence[float]"),
    ("collections.abc.Mapping", collections.abc.Mapping, "collections.abc.Mapping"),
    ("tuple[int, ...]", tuple[int, ...], "tuple[int]"),
    ("int | None", int | None, "int | None"),
    ("Optional[str]", Optional[str], "str | None"),  # noqa: UP045
    ("Union[int, str, None]", Union[int, str, None], "int | str | None"),  # noqa: UP007
    ("Callable[[int], str]", typing.Callable[[int], str], "collections.abc.Callable"),
    ("Path", pathlib.Path, "pathlib.Path"),
    ("list[Path]", list[pathlib.Path], "list[pathlib.Path]"),
    ("np.ndarray", np.ndarray, "numpy.ndarray"),
    ("Image", np.ndarray, "numpy.ndarray"),
    ("npt.NDArray[np.float64]", npt.NDArray[np.float64], "numpy.ndarray"),
    ("npt.ArrayLike", npt.ArrayLike, "any"),
    ("np.ndarray | None", np.ndarray | None, "numpy.ndarray | None"),
    ("Kelvin", NewType("Kelvin", float), "float"),
    ("'int'", "int", "int"),
    ("list['int']", list["int"], "list[int]"),
]


@pytest.mark.parametrize(("text", "annotation", "wanted"), BOTH)
def test_text_and_object_mean_the_same_type(text, annotation, wanted):
    assert read_text(text, NAMES).type == wanted
    assert read_annotation(annotation, NAMES).type == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Thing", "pkg.sub.near.Thing"),
        ("Far", "pkg.far.Other"),
        ("fits.HDUList", "astropy.io.fits.HDUList"),
        ("Unknown", "pkg.sub.mod.Unknown"),
        ("the image", "any"),
        ("f(x)", "any"),
        ("1 + 1", "any"),
        ("lambda: 0", "any"),
        ("", "any"),
        ("[" * 500, "any"),
        ("int |" * 900 + "int", "any"),
    ],
)
def test_text_is_read_with_the_imports_of_its_source(text, wanted):
    assert read_text(text, NAMES).type == wanted


def test_a_class_brings_the_names_of_its_bases():
    found = read_annotation(Derived)
    assert found.type == f"{__name__}.Derived"
    assert found.bases == (f"{__name__}.Base", "dict")
    assert read_annotation(Derived.Inner).type == f"{__name__}.Derived.Inner"
    assert read_annotation(Derived | None).bases == found.bases
    assert read_text("Derived", NAMES).bases == ("pkg.sub.mod.Base", "dict")


def test_a_local_class_has_a_name_that_is_a_type():
    class Local:
        pass

    assert parse_type(read_annotation(Local).type)


def test_a_literal_offers_choices():
    for found in (read_annotation(Literal["a", "b"] | None), read_text('Literal["a", "b"] | None', NAMES)):
        port = found.port("x")
        assert (port.type, port.choices) == ("str | None", ("a", "b", None))
    assert read_annotation(Literal["a"] | int).port("x").choices == ()


def test_metadata_reaches_the_port():
    annotation = Annotated[float, Range(0.1, 50), Unit("px"), Help("width"), Choices(1.0, 2.0), "foreign"]
    text = 'Annotated[float, Range(0.1, high=50), Unit("px"), Help("width"), Choices(1.0, 2.0), print("!")]'
    for found in (read_annotation(annotation), read_text(text, NAMES)):
        port = found.port("sigma", help="not this", unit="not this")
        assert (port.type, port.low, port.high, port.unit, port.help) == ("float", 0.1, 50.0, "px", "width")
        assert port.choices == (1.0, 2.0)


def test_only_literals_count_as_metadata_in_text():
    assert read_text("Annotated[int, Range(low()), Range(1, 2, 3), Range]", NAMES).metadata == ()


def test_what_the_annotation_does_not_say_the_docstring_may():
    assert read_annotation(int).port("x", help="a number", unit="s").unit == "s"


def test_an_alias_of_itself_ends():
    names = aliases_of(parse_source("A = B\nB = A\nclass C(C): ..."), "m")
    assert read_text("A", names).type == "any"
    assert read_text("C", names).type == "m.C"


@given(st.one_of(st.text(max_size=60), st.text(alphabet="abAnyOptional[]|,. '\"()T", max_size=60)))
def test_any_text_gives_a_type_that_can_be_parsed(text):
    assert parse_type(read_text(text, NAMES).type)


@given(st.text(max_size=80))
def test_source_text_is_parsed_or_refused_in_two_ways(text):
    try:
        tree = parse_source(text)
    except (SyntaxError, ValueError):
        return
    assert isinstance(aliases_of(tree), Aliases)
