"""The pipeline that all canvases show: a grid of nodes, each fed by two of the column before, and one hub."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 100
HUB = ROWS // 2
HUB_FEEDS_EVERY = 10
WIDTH, HEIGHT = 1600, 1000
REPEATS = 5


def place(number: int) -> tuple[float, float]:
    """Return where a node lies."""
    return 260.0 * (number // ROWS), 132.0 * (number % ROWS)


def sources(number: int, nodes: int) -> tuple[int, ...]:
    """Return the nodes that feed the two inputs of a node; there are twice as many connections as nodes, nearly."""
    if number < ROWS:
        return ()
    second = HUB if number % HUB_FEEDS_EVERY == 0 else max(number - ROWS - 1, 0)
    return number - ROWS, min(second, nodes - 1)


def best(act: Callable[[], Any], before: Callable[[], Any] = lambda: None, repeats: int = REPEATS) -> float:
    """Return the least CPU time of this thread that ``act`` took; ``before`` does not count."""
    least = float("inf")
    for _ in range(repeats):
        before()
        began = time.thread_time()
        act()
        least = min(least, time.thread_time() - began)
    return least


def once(act: Callable[[], Any]) -> float:
    """Return the CPU time of this thread that ``act`` took."""
    return best(act, repeats=1)
