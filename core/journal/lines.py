"""The lines that tasks write: the newest are kept, in bounds, and what was cut is counted."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ..worker.cut import cut_by

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

MAX_TASK = 256 * 1024
"""How many characters of lines are kept for each task."""

MAX_WAITING = 16 * 1024 * 1024
"""How many characters of lines wait at most to be written, over all tasks."""

_OVERHEAD = 64
"""What a line takes in memory besides its text: a million empty lines must be bounded too."""


class Piece(NamedTuple):
    """Lines that a task wrote one after the other, and how many were cut before them."""

    task: str
    text: str
    lines: int
    cut: int


class _Tail:
    """The newest lines of one task."""

    __slots__ = ("cut", "lines", "size")

    def __init__(self) -> None:
        self.lines: deque[str] = deque()
        self.size = 0
        self.cut = 0

    def shorten(self, size: int) -> None:
        while self.size > size and self.lines:
            line = self.lines.popleft()
            self.size -= len(line) + _OVERHEAD
            self.cut += cut_by(line) or 1


class WaitingLines:
    """Lines that were heard and not yet written. ``add`` and ``take`` may be called from two threads."""

    def __init__(self, max_task: int = MAX_TASK, max_all: int = MAX_WAITING) -> None:
        self._max_task, self._max_all = max_task, max_all
        self._longest = max_task - 2 * _OVERHEAD
        self._tails: dict[str, _Tail] = {}
        self._size = 0
        self._lock = threading.Lock()

    def add(self, task: str, line: str) -> None:
        """Keep a line; the oldest of the same task, then those of others, give way."""
        if len(line) > self._longest:
            line = f"… {len(line) - self._longest} characters cut … {line[-self._longest :]}"
        with self._lock:
            tail = self._tails.get(task)
            if tail is None:
                tail = self._tails[task] = _Tail()
            before = tail.size
            tail.lines.append(line)
            tail.size += len(line) + _OVERHEAD
            if tail.size > self._max_task:
                tail.shorten(self._max_task)
            self._size += tail.size - before
            if self._size > self._max_all:
                self._make_room(tail)

    def _make_room(self, newest: _Tail) -> None:
        for tail in self._tails.values():
            if tail is not newest:
                before = tail.size
                tail.shorten(0)
                self._size += tail.size - before
            if self._size <= self._max_all:
                return

    def take(self) -> list[Piece]:
        """Return all lines, in pieces, and forget them."""
        with self._lock:
            tails, self._tails, self._size = self._tails, {}, 0
        return [piece for task, tail in tails.items() for piece in _pieces(task, tail, self._max_task // 4)]


def _pieces(task: str, tail: _Tail, size: int) -> Iterable[Piece]:
    held: list[str] = []
    length, cut = 0, tail.cut
    for line in tail.lines:
        gap = cut_by(line)
        if held and (gap or length + len(line) > size):
            yield Piece(task, "\n".join(held), len(held), cut)
            held, length, cut = [], 0, 0
        if gap:
            cut += gap
            continue
        held.append(line.replace("\n", " "))
        length += len(line) + 1
    if held or cut:
        yield Piece(task, "\n".join(held), len(held), cut)


class KeptLines:
    """What a journal holds of the lines of each task: never much more than ``max_task`` characters."""

    def __init__(self, max_task: int = MAX_TASK) -> None:
        self._max_task = max_task
        self._sizes: dict[str, int] = {}

    def trim(self, connection: sqlite3.Connection, added: Mapping[str, int]) -> None:
        """Drop the oldest pieces of the tasks that got this many characters more, where they hold too many."""
        for task, size in added.items():
            held = self._sizes.get(task, 0) + size
            if held > self._max_task:
                held -= self._drop(connection, task, held - self._max_task)
            self._sizes[task] = held

    def _drop(self, connection: sqlite3.Connection, task: str, excess: int) -> int:
        pieces = connection.execute(
            "SELECT number, size, lines, cut FROM logs WHERE task = ? ORDER BY number", (task,)
        ).fetchall()
        dropped = lines = last = 0
        for number, size, count, cut in pieces[:-1]:
            if dropped >= excess:
                break
            dropped, lines, last = dropped + size, lines + count + cut, number
        connection.execute("DELETE FROM logs WHERE task = ? AND number <= ?", (task, last))
        connection.execute(
            "UPDATE logs SET cut = cut + ? WHERE number = (SELECT min(number) FROM logs WHERE task = ?)", (lines, task)
        )
        return dropped
