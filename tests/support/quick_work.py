"""Functions of runs whose workers are killed: a fresh worker has them at once, since their module imports nothing."""

from __future__ import annotations


def work(x: int, rounds: int = 20_000) -> int:
    """Take some milliseconds, and return a number that depends on the input only."""
    found = x
    for _ in range(rounds):
        found = (found * 1103515245 + 12345) % 2147483648
    return found


def total(items: list[int]) -> int:
    return sum(items)


def numbers(count: int) -> list[int]:
    return list(range(count))
