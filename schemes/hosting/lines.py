"""Turns what tasks print, whatever its amount and content, into a bounded number of harmless lines."""

from __future__ import annotations

import re
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = 64 * 1024
"""In bytes: what a task may print at once, and per second; beyond that, what is kept of the newest."""

LONGEST = 8 * 1024
"""In characters; the middle of a longer line is cut."""

_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Lines:
    """What one task printed. Lines are passed on as they come, until they come too fast."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._begun = bytearray()
        self._newest = bytearray()
        self._cut = 0
        self._credit = float(KEPT)
        self._filled = clock()

    def feed(self, data: bytes) -> None:
        """Take more of the output."""
        now = self._clock()
        self._credit = min(KEPT, self._credit + (now - self._filled) * KEPT)
        self._filled = now
        if (self._newest and self._credit < KEPT / 2) or len(data) > self._credit:
            self._hold_back(data)
            return
        self._credit -= len(data)
        self._catch_up()
        self._pass_on(data)

    def end(self) -> None:
        """Pass on what is left: the task is over."""
        self._catch_up()
        if self._begun:
            self._tell(clean(bytes(self._begun)))
            self._begun.clear()

    def _hold_back(self, data: bytes) -> None:
        self._newest += data[-KEPT:]
        self._cut += max(0, len(data) - KEPT)
        if len(self._newest) > 2 * KEPT:
            self._cut += len(self._newest) - KEPT
            del self._newest[:-KEPT]

    def _catch_up(self) -> None:
        if not self._newest:
            return
        excess = len(self._newest) - KEPT
        if excess > 0:
            self._cut += excess
            del self._newest[:excess]
        if self._cut:
            if self._begun:
                self._tell(clean(bytes(self._begun)))
                self._begun.clear()
            self._tell(f"… {self._cut} bytes cut …")
        newest, self._newest, self._cut = bytes(self._newest), bytearray(), 0
        self._pass_on(newest)

    def _pass_on(self, data: bytes) -> None:
        *whole, rest = data.split(b"\n")
        for line in whole:
            if self._begun:
                self._begun += line
                self._tell(clean(bytes(self._begun)))
                self._begun.clear()
            else:
                self._tell(clean(line))
        self._begun += rest
        if len(self._begun) > 2 * KEPT:
            del self._begun[KEPT : len(self._begun) - KEPT]


def clean(line: bytes) -> str:
    """Return a line as text that does nothing to a terminal or a window.

    Of what overwrote itself with carriage returns the last state is kept; control characters are shown as
    escapes.
    """
    text = line.decode("utf-8", errors="replace")
    if not text.isprintable():
        text = text.rstrip("\r").rpartition("\r")[2]
        text = _HARMFUL.sub(lambda found: _escape(found.group()), text)
    if len(text) > LONGEST:
        half = LONGEST // 2
        text = f"{text[:half]} … {len(text) - LONGEST} characters cut … {text[-half:]}"
    return text


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
            # In pieces, so that of a flood the beginning is told too.
            for start in range(0, len(first), KEPT):
                self._lines.feed(bytes(first[start : start + KEPT]))
        first.clear()


def overlap(data: bytes, mark: bytes) -> int:
    """Return how many of the last bytes could be the beginning of a mark."""
    start = data.find(mark[:1], max(0, len(data) - len(mark) + 1))
    while start >= 0:
        if mark.startswith(data[start:]):
            return len(data) - start
        start = data.find(mark[:1], start + 1)
    return 0
