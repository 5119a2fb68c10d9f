"""Small functions of whole numbers, from which tests build pipelines; found by import path."""

from __future__ import annotations

from typing import Any, NamedTuple

from treadle.core.worker.call import Item


def digest(value: Any) -> int:
    """Return a number that depends on every item of a value, on their order and on how they are nested."""
    if isinstance(value, Item):
        return (digest(sorted(value.labels.items())) * 31 + digest(value.value)) % 10_007
    if isinstance(value, str):
        return sum((place + 1) * ord(letter) for place, letter in enumerate(value)) % 10_007
    if isinstance(value, list | tuple):
        found = 17
        for item in value:
            found = (found * 31 + digest(item) + 7) % 10_007
        return found
    return int(value) % 10_007


def number(n: Any = 0) -> int:
    return digest(n)


def numbers(n: int = 2) -> list[int]:
    return list(range(n))


def spread(x: Any, most: int = 3) -> list[int]:
    """Return as many numbers as ``x`` says, from none to ``most``."""
    return [digest(x) * 3 + place for place in range(digest(x) % (most + 1))]


def plus(x: Any, y: Any = 1) -> int:
    return (digest(x) * 2 + digest(y)) % 10_007


def three(a: Any, b: Any = 2, c: Any = 3) -> int:
    return digest([a, b, c])


class Halves(NamedTuple):
    low: int
    high: int


def halve(x: Any) -> Halves:
    return Halves(digest(x) // 2, digest(x) - digest(x) // 2)


def fragile(x: Any) -> int:
    """Fail for every third number."""
    if digest(x) % 3 == 1:
        raise ValueError(f"{digest(x)} is not wanted")
    return digest(x) + 1


def is_even(x: Any) -> bool:
    return digest(x) % 2 == 0


def step(state: Any, item: Any = 1) -> int:
    return digest([state, item])


class Grown(NamedTuple):
    state: int
    again: bool


def grow(state: Any, by: Any = 3) -> Grown:
    """Grow by a little; stop at a multiple of three."""
    grown = digest(state) + digest(by) + 1
    return Grown(grown, grown % 3 != 0)
