"""What a worker prints, as its owner reads it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..hosting.lines import Printed
from .board import CONSUMED, READINGS

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 1 << 16
_AT_A_TIME = 16
"""Together more than any pipe holds: what was there when the reading began has then been read."""


class Outlet:
    """A pipe that holds the output of one task after the other, parted by marks where there is any.

    The worker writes no mark where nothing was printed; what it must know for that is on its board. ``running`` names
    the task whose answer comes next.
    """

    def __init__(
        self, mark: bytes, running: Callable[[], str], tell: Callable[[str, str], None], numbers: memoryview
    ) -> None:
        self.reader, self.writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        os.set_blocking(self.writer, True)
        self._numbers = numbers
        # Kept here too: a module may write anywhere on the board.
        self._readings = self._consumed = 0
        self._printed = Printed(mark, running, tell)

    def read(self) -> bool:
        """Read some of what the worker printed; False if there is no more at the moment."""
        numbers = self._numbers
        for _ in range(_AT_A_TIME):
            self._readings += 1
            numbers[READINGS] = self._readings
            try:
                data = os.read(self.reader, _CHUNK)
            except BlockingIOError:
                data = b""
            self._consumed += len(data)
            numbers[CONSUMED] = self._consumed
            self._readings += 1
            numbers[READINGS] = self._readings
            if not data:
                return False
            self._printed.feed(data)
        return True

    def complete(self) -> None:
        """Read all that the running task, which has answered, printed."""
        # Its mark was written before its answer: it is there, unless a module has put something else in its place.
        if not self._printed.at_mark:
            self.read()

    def next(self) -> None:
        """Turn from the output of a task, which was complete, to that of the one that runs now."""
        self._printed.next_task()

    def last(self) -> None:
        """Pass on what the worker printed before it died."""
        self.read()
        self._printed.end()

    def close_writer(self) -> None:
        """Close the end that only the worker uses."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    def close(self) -> None:
        """Close both ends."""
        self.close_writer()
        if self.reader >= 0:
            os.close(self.reader)
            self.reader = -1
