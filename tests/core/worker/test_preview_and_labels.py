"""Previews and labels: small, safe, and the same everywhere."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from treadle.core.worker.labels import item_labels
from treadle.core.worker.preview import MAX_TEXT, preview


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("never")


class Endless:
    def __repr__(self) -> str:
        return "x" * 10**7


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, {"type": "int", "text": "5"}),
        ("text", {"type": "str", "text": "text"}),
        ([1, 2], {"type": "list", "length": 2, "text": "[1, 2]"}),
        (list(range(100)), {"type": "list", "length": 100}),
        (Unshowable(), {"type": f"{__name__}.Unshowable", "text": "<Unshowable instance at {:#x}>"}),
    ],
)
def test_a_preview_tells_type_length_and_text(value, expected) -> None:
    found = preview(value)
    if "instance at" in str(expected.get("text")):
        assert found["type"].endswith("Unshowable")
        assert len(found["text"]) < MAX_TEXT
    else:
        assert found == expected


@pytest.mark.parametrize("value", [Endless(), "y" * 10**7, [["z" * 1000] * 1000] * 10, 10**4000])
def test_a_preview_is_never_longer_than_its_limit(value) -> None:
    assert len(preview(value).get("text", "")) <= MAX_TEXT


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_many_bytes_cost_a_preview_no_memory(kind) -> None:
    value = kind(50_000_000)
    tracemalloc.start()
    try:
        shown, covered = preview(value), preview(value, lambda text: text)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert shown["text"].startswith(repr(kind(20))[:-2])
    assert len(shown["text"]) == MAX_TEXT
    assert covered == {"type": kind.__name__, "length": len(value)}
    assert most < 1_000_000


def test_an_array_tells_shape_dtype_and_range_without_what_is_no_number() -> None:
    array = np.array([[1.0, np.nan], [np.inf, -3.0]])
    assert preview(array) == {"type": "numpy.ndarray", "shape": [2, 2], "dtype": "float64", "range": [-3.0, 1.0]}
    assert "range" not in preview(np.full(3, np.nan))
    assert "range" not in preview(np.zeros((0, 4)))
    assert preview(np.array([True, False]))["range"] == [0.0, 1.0]


def test_of_a_large_array_a_sample_is_looked_at() -> None:
    assert preview(np.broadcast_to(np.float32(2), (3000, 3000)))["range"] == [2.0, 2.0]


def paths(*names: str) -> list[Any]:
    return [Path("/data") / name for name in names]


@pytest.mark.parametrize(
    ("items", "labels"),
    [
        ([], ()),
        ([10, 20], ("0", "1")),
        (["plain", "words"], ("0", "1")),
        (paths("sub-01.nii.gz", "sub-02.nii.gz"), ("sub-01", "sub-02")),
        (["a/x.txt", "b/x.txt"], ("a/x.txt", "b/x.txt")),
        (["x.txt", "x.csv"], ("x.txt", "x.csv")),
        (["same.txt", "same.txt"], ("0", "1")),
        ([Path("a.txt"), 5], ("0", "1")),
        (paths(".hidden", ".other"), (".hidden", ".other")),
        (["1.5", "2.5"], ("0", "1")),
    ],
)
def test_items_are_labelled_by_file_stems_or_else_by_their_places(items, labels) -> None:
    assert item_labels(items) == labels


class Word(str):
    __slots__ = ()


def test_the_preview_of_a_text_of_a_class_of_its_own_holds_a_plain_text() -> None:
    assert type(preview(Word("hello"))["text"]) is str


def paths_of_this_test() -> None:
    pass


class Plain:
    def __init__(self) -> None:
        self.count, self.image, self._hidden = 3, np.zeros((4, 5)), "never"
        self.inner = [Empty()]


class Empty:
    __slots__ = ()


@dataclass
class Fit:
    slope: float
    residuals: list[int]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Empty(), "Empty()"),
        (Plain(), "Plain(count=3, image=ndarray 4 × 5 float64, inner=[Empty()])"),
        ([Empty(), {"a": Empty()}], "[Empty(), {'a': Empty()}]"),
        (Fit(0.5, [1] * 10**6), f"Fit(slope=0.5, residuals=[{'1, ' * 20}...])"),
        (paths_of_this_test, "<function paths_of_this_test>"),
    ],
)
def test_what_says_nothing_of_itself_is_shown_by_what_it_is_made_of(value, text) -> None:
    assert preview(value)["text"] == text


@pytest.mark.parametrize("value", [Empty(), [Empty()], paths_of_this_test])
def test_no_preview_shows_an_address(value) -> None:
    for hide in (None, lambda text: text):
        assert "0x" not in preview(value, hide).get("text", "")


def test_an_object_with_a_shape_tells_it_in_place_of_its_attributes() -> None:
    class Image:
        shape = (64, 64, 30)

    assert preview(Image()) == {"type": f"{__name__}.{Image.__qualname__}", "shape": [64, 64, 30]}
