"""Keeps Python from looking for garbage where there can be none, or hardly any."""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Look for no garbage meanwhile: among thousands of new objects that stay, it holds up all threads for nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def collect_seldom() -> None:
    """Look for garbage after every 10,000 new objects in place of 700, all garbage that much more seldom too.

    What is open in a window stays: to look through a large document now and then holds the window up a tenth of a
    second, for nothing.
    """
    gc.set_threshold(10_000)
