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
        """Read some of what the worker printed, to be told later; False if there is no more at the moment."""
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

    def pass_on(self) -> None:
        """Tell what was read, as far as it is not that of tasks which have answered and printed something."""
        self._printed.pass_on()

    def complete(self) -> None:
        """Read and tell all that the running task printed, which has answered, and printed something."""
        # Its mark was written before its answer: it is there, unless a module has put something else in its place.
        if not self._printed.at_mark:
            self.read()
        self._printed.end_task()

    def last(self) -> None:
        """Tell what the worker printed before it died."""
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
