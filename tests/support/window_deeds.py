"""Functions that pipelines of windows in tests run in workers: they wait, fail, and misbehave."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

LINE = "x" * 99 + "\n"


def numbers(count: int) -> list[int]:
    return list(range(count))


def double(x: int) -> int:
    return 2 * x


def but_three(x: int) -> int:
    if x == 3:
        raise ValueError("three cannot be taken")
    return x


def hold(x: int = 1) -> int:
    """Wait until somebody opens the gate."""
    with Path(os.environ["GATE"]).open() as gate:
        gate.read()
    return x


def hold_the_interpreter(seconds: float = 0.7) -> float:
    """Sleep without letting any other thread of the process run."""
    ctypes.PyDLL(None).usleep(int(seconds * 1e6))
    return seconds


def segfault() -> int:
    return ctypes.string_at(0)[0]


def write_much(lines: int) -> int:
    for _ in range(lines // 1000):
        sys.stdout.write(LINE * 1000)
    return lines
