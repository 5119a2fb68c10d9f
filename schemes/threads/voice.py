"""What one call tells while it runs: its progress, its log, and what it prints."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ...core.worker.context import TaskContext
from ..hosting.child import Progress
from ..hosting.lines import Lines, clean
from .messages import LINE, PROGRESS

if TYPE_CHECKING:
    from collections.abc import Container

    from .answers import Outbox

_speaking = threading.Lock()
"""One for all: a lock for each call would cost more than the few that print ever wait."""


class Voice:
    """What one call tells. Complete lines are told as they come, in bounded amounts.

    Threads that a module starts with a copy of its context print here too, even after their task has ended; that is
    dropped then. ``stopped`` are the numbers of the calls that are to end.
    """

    __slots__ = ("_answers", "_lines", "_number", "_over", "_progress", "_stopped")

    def __init__(self, number: int, answers: Outbox, stopped: Container[int]) -> None:
        self._number, self._answers, self._stopped = number, answers, stopped
        self._progress: Progress | None = None
        self._lines: Lines | None = None
        self._over = False

    def context(self) -> TaskContext:
        """Return the surroundings of the call."""
        return TaskContext(self.progress, self.log, self.is_cancelled)

    def is_cancelled(self) -> bool:
        """Say whether nobody waits for the call any more."""
        return self._number in self._stopped

    def say(self, data: bytes) -> None:
        """Take more of what the call printed."""
        with _speaking:
            if self._over:
                return
            if self._lines is None:
                self._lines = Lines(self._line)
            self._lines.feed(data)

    def log(self, line: str) -> None:
        """Take a line that the module wrote to its log."""
        self.say(f"{line}\n".encode(errors="backslashreplace"))

    def _line(self, line: str) -> None:
        self._answers.add((LINE, self._number, line))

    def progress(self, fraction: float, text: str) -> None:
        """Tell how far the call is."""
        if self._progress is None:
            self._progress = Progress(self._tell)
        self._progress(fraction, text)

    def _tell(self, fraction: float, text: str) -> None:
        self._answers.add((PROGRESS, self._number, fraction, clean(text.encode(errors="replace"))))

    def end(self) -> None:
        """Tell what was held back: the call is over."""
        self._over = True
        if self._lines is not None:
            with _speaking:
                self._lines.end()
        if self._progress is not None:
            self._progress.flush()
