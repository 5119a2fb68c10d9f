"""What an executor is told, from any thread, and how it waits for that."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..scheme import Watch

_AT_A_TIME = 4096
_T = TypeVar("_T")


class Inbox(Generic[_T]):
    """Messages in the order they came, each with the time by ``clock`` at which it did.

    Only its owner's thread takes them out. While that waits, it looks after the workers of a scheme, if it was told to
    ``attend``, and is ``attending`` then: for each answer that goes from one thread to another, both wait for the
    interpreter.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._messages: queue.SimpleQueue[tuple[float, _T]] = queue.SimpleQueue()
        self._owner = 0
        self._watch: Watch | None = None
        self._failed: Watch | None = None
        self._stirred = False
        self.attending = False
        # What the workers that are attended to report: all of one look comes at once.
        self._reports: list[_T] = []

    def put(self, message: _T) -> None:
        """Take a message, from any thread, a handler of signals too."""
        self._messages.put((self._clock(), message))
        self._stir()

    def put_report(self, message: _T) -> None:
        """Take what a scheme reports; where its workers are being attended to, nobody need be woken for that."""
        if self.attending and threading.get_ident() == self._owner:
            self._reports.append(message)
        else:
            self.put(message)

    def _stir(self) -> None:
        # Its owner may leave the workers at any moment.
        watch = self._watch
        if self.attending and not self._stirred and watch is not None:
            self._stirred = True
            watch.stir(anyway=True)

    def attend(self, watch: Watch | None) -> None:
        """Look after the workers of a scheme from now on while waiting; None to leave that to the scheme again."""
        watch = None if watch is self._failed else watch
        if watch is not self._watch:
            if self._watch is not None:
                self._watch.leave()
            self._watch, self._owner = watch, threading.get_ident()

    def take(self, seconds: float | None) -> list[tuple[float, _T]]:
        """Wait for messages, for up to so many seconds, and take out what has come: that may be nothing."""
        if self._watch is None:
            try:
                return self._with_others([self._messages.get(timeout=seconds)])
            except queue.Empty:
                return []
        taken = self._with_others([])
        taken += self._reported(self._watch, 0.0 if taken else seconds)
        return self._with_others(taken)

    def _with_others(self, taken: list[tuple[float, _T]]) -> list[tuple[float, _T]]:
        """Add what has come since, as long as there are not too many."""
        messages = self._messages
        while len(taken) < _AT_A_TIME and not messages.empty():
            taken.append(messages.get_nowait())
        return taken

    def _reported(self, watch: Watch, seconds: float | None) -> list[tuple[float, _T]]:
        """Attend to workers once, and return what they reported."""
        self.attending = True
        try:
            # What came before is not waited for; what comes from now on stirs.
            attended = watch.attend(seconds if self._messages.empty() else 0.0)
        finally:
            self.attending = self._stirred = False
        if not attended:
            self._failed = watch
            self.attend(None)
        reports, self._reports = self._reports, []
        now = self._clock() if reports else 0.0
        return [(now, report) for report in reports]
