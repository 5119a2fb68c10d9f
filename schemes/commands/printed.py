"""What a command prints: the lines of its module, and between them what it tells of the call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..hosting.lines import Lines, overlap

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 64 * 1024


class Printed:
    """Takes pieces as they are read; messages stand behind ``mark`` and end with their line."""

    def __init__(self, mark: bytes, say: Callable[[str], None], tell: Callable[[list[object]], None]) -> None:
        self._mark, self._tell = mark, tell
        self._lines = Lines(say)
        self._rest = b""
        self._inside = False

    def feed(self, data: bytes) -> None:
        """Take more."""
        self._rest += data
        while self._message() if self._inside else self._output():
            pass

    def end(self) -> None:
        """Pass on what is left."""
        if not self._inside:
            self._lines.feed(self._rest)
        self._lines.end()

    def _output(self) -> bool:
        before, mark, after = self._rest.partition(self._mark)
        if not mark:
            keep = overlap(before, self._mark)
            before, after = before[: len(before) - keep], before[len(before) - keep :]
        if before:
            self._lines.feed(before)
        self._rest, self._inside = after, bool(mark)
        return self._inside

    def _message(self) -> bool:
        line, end, after = self._rest.partition(b"\n")
        if not end and len(line) < _LONGEST:
            return False
        self._rest, self._inside = after, False
        try:
            message = json.loads(line)
        except ValueError:
            return True
        if isinstance(message, list):
            self._tell(message)
        return True
