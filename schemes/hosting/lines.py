"""Turns what tasks print, whatever its amount and content, into a bounded number of harmless lines."""

from __future__ import annotations

import re
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from ...core.worker.cut import cut_by, mark_of

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = 64 * 1024
"""In bytes: what a task may print at once, and per second; beyond that, what is kept of the newest."""

LONGEST = 8 * 1024
"""In bytes; the middle of a longer line is cut."""

_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Lines:
    """What one task printed. Lines are passed on as they come, until they come too fast.

    Then the newest are kept, and one line says how many were cut before them: those that are told and those that are
    cut are together those that were printed.
    """

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        # What was not told yet. It begins where a line does.
        self._text = bytearray()
        self._cut = 0
        # How many bytes were cut out of its first line.
        self._missing = 0
        self._holds = False
        self._credit = float(KEPT)
        self._filled = clock()

    def feed(self, data: bytes | bytearray) -> None:
        """Take more of the output."""
        # In pieces, so that of a flood the beginning is told too.
        for start in range(0, len(data), KEPT):
            self._take(data[start : start + KEPT])

    def end(self) -> None:
        """Pass on what is left: the task is over."""
        self._catch_up()
        if self._text:
            self._tell_line(bytes(self._text))
            self._text.clear()

    def _take(self, data: bytes | bytearray) -> None:
        now = self._clock()
        self._credit = min(KEPT, self._credit + (now - self._filled) * KEPT)
        self._filled = now
        self._text += data
        if (self._holds and self._credit < KEPT / 2) or len(data) > self._credit:
            self._holds = True
            if len(self._text) > 2 * KEPT:
                self._shorten()
            return
        self._credit -= len(data)
        self._catch_up()

    def _shorten(self) -> None:
        """Cut the oldest lines as far as there is more than may be kept, and the middle of the first one that stays."""
        text = self._text
        end = text.rfind(b"\n", 0, max(0, len(text) - KEPT)) + 1
        if end:
            self._cut += text.count(b"\n", 0, end)
            self._missing = 0
            del text[:end]
        length = text.find(b"\n")
        excess = (len(text) if length < 0 else length) - 2 * LONGEST
        if excess > 0:
            self._missing += excess
            del text[LONGEST : LONGEST + excess]

    def _catch_up(self) -> None:
        if self._holds or len(self._text) > 2 * KEPT:
            self._shorten()
            self._holds = False
        if b"\n" in self._text:
            *whole, rest = bytes(self._text).split(b"\n")
            for line in whole:
                self._tell_line(line)
            self._text[:] = rest

    def _tell_line(self, line: bytes) -> None:
        if self._cut:
            self._tell(mark_of(self._cut))
        text = clean(line, self._missing)
        self._cut = self._missing = 0
        # What a module prints stands for no lines that were cut.
        self._tell(_escape(text[0]) + text[1:] if cut_by(text) else text)


def clean(line: bytes, missing: int = 0) -> str:
    """Return a line as text that does nothing to a terminal or a window.

    Of what overwrote itself with carriage returns the last state is kept; control characters are shown as
    escapes. Of a long line the middle is cut; so many bytes of it may be ``missing`` already, behind the first LONGEST.
    """
    start = line.rfind(b"\r", 0, len(line.rstrip(b"\r"))) + 1
    if start or line.endswith(b"\r"):
        line = line[start:].rstrip(b"\r")
        missing = missing if start <= LONGEST else 0
    if len(line) <= LONGEST:
        return _harmless(line)
    end, begin = LONGEST // 2, len(line) - LONGEST // 2
    # No character is cut in two.
    while end > LONGEST // 2 - 3 and _continues(line[end]):
        end -= 1
    while begin < len(line) - LONGEST // 2 + 3 and _continues(line[begin]):
        begin += 1
    return f"{_harmless(line[:end])} … {begin - end + missing} bytes cut … {_harmless(line[begin:])}"


def _harmless(line: bytes) -> str:
    text = line.decode("utf-8", errors="replace")
    return text if text.isprintable() else _HARMFUL.sub(lambda found: _escape(found.group()), text)


def _continues(byte: int) -> bool:
    """Say whether a byte of UTF-8 is not the first of a character."""
    return byte & 0xC0 == 0x80


def _escape(character: str) -> str:
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"


class Printed:
    """The output of one worker, told apart by task: the worker writes ``mark`` where the output of a task ends that
    printed something.

    ``running`` names the first task that has not been answered. What was read is kept until it is known whose it is:
    there may be answers of tasks that printed nothing, and are over. What is passed on while no task runs is dropped.
    """

    def __init__(self, mark: bytes, running: Callable[[], str], tell: Callable[[str, str], None]) -> None:
        self._mark = mark
        self._running = running
        self._tell = tell
        self._task = ""
        self._lines: Lines | None = None
        self._tail = b""
        # What stands before each mark, and last what stands behind all of them.
        self._parts: deque[bytearray] = deque([bytearray()])

    @property
    def at_mark(self) -> bool:
        """Whether all that the next task printed of those that did has been read."""
        return len(self._parts) > 1

    def feed(self, data: bytes) -> None:
        """Take what was read from the worker."""
        first, *others = (self._tail + data).split(self._mark)
        last = others[-1] if others else first
        # A mark may be cut in two by the reading.
        keep = overlap(last, self._mark)
        self._tail = last[len(last) - keep :]
        if keep and others:
            others[-1] = last[:-keep]
        elif keep:
            first = last[:-keep]
        self._parts[-1] += first
        self._parts.extend(map(bytearray, others))

    def pass_on(self) -> None:
        """Tell what stands behind all marks: the answers that were there when it was read have been taken."""
        if not self.at_mark:
            self._give_first()

    def end_task(self) -> None:
        """Tell what stands before the next mark, if it was read: the running task has answered, and printed that."""
        self._give_first()
        if self.at_mark:
            self._parts.popleft()
        self._end_lines()

    def end(self) -> None:
        """Tell what is left of the running task: no other follows."""
        self.end_task()
        self._parts = deque([bytearray()])

    def _end_lines(self) -> None:
        if self._lines is not None:
            self._lines.end()
            self._lines = None

    def _give_first(self) -> None:
        first = self._parts[0]
        if first and (task := self._running()):
            if self._lines is None or task != self._task:
                self._end_lines()
                self._task, self._lines = task, Lines(partial(self._tell, task))
            self._lines.feed(first)
        first.clear()


def overlap(data: bytes, mark: bytes) -> int:
    """Return how many of the last bytes could be the beginning of a mark."""
    start = data.find(mark[:1], max(0, len(data) - len(mark) + 1))
    while start >= 0:
        if mark.startswith(data[start:]):
            return len(data) - start
        start = data.find(mark[:1], start + 1)
    return 0
