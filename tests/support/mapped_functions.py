"""Functions that tests of mapping are made of, and how they are run."""

from __future__ import annotations

from typing import Any

import treadle
from treadle import Pipeline


def run(pipeline: Pipeline) -> Any:
    return treadle.run(pipeline, scheme="serial", cache=False)


def same(value: Any) -> Any:
    return value


def pair(a: Any, b: Any) -> list[Any]:
    return [a, b]


def letters(word: str) -> list[str]:
    return list(word)


def some(xs: list[Any]) -> list[Any]:
    return xs
