"""The line to the window: messages on what were standard input and output when the process began."""

from __future__ import annotations

import math
import os
import threading
from typing import TYPE_CHECKING, Self

from ...core.protocol import MAGIC, MOST_BYTES, Message, ProtocolError, line_of, request_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...core.protocol import Request


def lines_of(read: Callable[[], bytes], most: float = math.inf) -> Iterator[bytes]:
    """Yield the lines of what ``read`` returns piece by piece; what has no end when nothing more comes was cut off.

    ProtocolError at a line of more than ``most`` bytes.
    """
    pieces: list[bytes] = []
    size = 0
    while piece := read():
        *ends, rest = piece.split(b"\n")
        for end in ends:
            yield b"".join([*pieces, end])
            pieces, size = [], 0
        pieces.append(rest)
        size += len(rest)
        if size > most:
            raise ProtocolError(f"the window sent a line of more than {most} bytes")


class Line:
    """Reads requests from one descriptor and writes messages to another, from any thread.

    When the window is gone, what is written vanishes, and ``requests`` ends.
    """

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._lock = threading.Lock()
        self._gone = False

    @classmethod
    def of_this_process(cls) -> Self:
        """Take over standard input and output: from now on nothing else reads or writes there.

        What modules of other programs print goes to standard error, and they read nothing.
        """
        reading, writing = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        return cls(reading, writing)

    def begin(self) -> None:
        """Write what tells the window that all before it was not for it."""
        self._write(b"\n" + MAGIC.encode() + b"\n")

    def send(self, message: Message) -> None:
        """Write a message. Waits while the window reads nothing; returns at once when it is gone."""
        self._write(line_of(message))

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        with self._lock:
            try:
                while left and not self._gone:
                    left = left[os.write(self._writing, left) :]
            except OSError:
                self._gone = True

    def requests(self) -> Iterator[Request]:
        """Yield requests until the window closes the line; ProtocolError if it sends something else."""
        for line in lines_of(self._read, MOST_BYTES):
            yield request_of(line)

    def _read(self) -> bytes:
        try:
            return os.read(self._reading, 1 << 16)
        except OSError:
            return b""
