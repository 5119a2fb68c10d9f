"""The functions that every peer executes.

They stand in a module of their own, so that every worker finds them, and import what they need inside, because some
peers carry only their text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def add(a: int, b: int) -> int:
    """Return a small number: nothing, to be done many times."""
    return (a + b) & 1023


def make(megabytes: int) -> np.ndarray:
    """Return an array of ones that takes this much memory."""
    import numpy as np

    return np.ones(megabytes * 1_000_000 // 8)


def plus_one(array: np.ndarray) -> np.ndarray:
    """Return another array of the same size."""
    return array + 1


def first(array: np.ndarray) -> float:
    """Return one number of an array."""
    return float(array[0])


def total(array: np.ndarray, reader: int) -> float:
    """Read the whole array; the number of the reader tells the answers apart."""
    return float(array.sum()) + reader


def spin(seconds: float) -> float:
    """Use the processor for so long, however often it is taken away meanwhile."""
    import time

    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return seconds


def spin_after(seconds: float, before: float) -> float:
    """Use the processor for so long, after another task."""
    import time

    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return before + seconds


def combined(  # noqa: PLR0913, PLR0917 - not every peer can pass a list of results
    p00: float, p01: float, p02: float, p03: float, p04: float, p05: float, p06: float,
    p07: float, p08: float, p09: float, p10: float, p11: float, p12: float, p13: float,
    p14: float, p15: float, p16: float, p17: float, p18: float, p19: float, p20: float,
) -> float:  # fmt: skip
    """Return the sum of what 21 chains gave, after 100 ms of work."""
    import time

    end = time.thread_time() + 0.1
    while time.thread_time() < end:
        pass
    parts = (p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16, p17, p18, p19, p20)
    return sum(parts)


def short(number: int, fatal: int, mark: str) -> int:
    """Wait 5 ms; in the call number ``fatal`` the worker kills itself, unless the file ``mark`` says it did before."""
    import os
    import signal
    import time

    if number == fatal and not os.path.exists(mark):  # noqa: PTH110 - some peers carry only the text
        os.close(os.open(mark, os.O_CREAT | os.O_WRONLY))
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.005)
    return number
