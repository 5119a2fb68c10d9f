"""Requests that take long: they tell how far they have got, and can be given up."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ...core.errors import TreadleError
from ...core.protocol import Doing

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.protocol import Message

INTERVAL = 0.1
"""Seconds between two words about how far one of them is; another text is told at once."""


class CancelledError(TreadleError):
    """It was given up, as was asked for; nothing of it is left."""


class Operation:
    """One request that is being carried out. Its methods may be called from any thread."""

    def __init__(
        self, number: int, send: Callable[[Message], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.number = number
        self._send, self._clock = send, clock
        self._cancelled = threading.Event()
        self._told: tuple[str, float] = "", -1.0
        self._at = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether it was given up."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Give it up: ``say`` and ``check`` raise from now on."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise CancelledError if it was given up."""
        if self.cancelled:
            raise CancelledError("it was given up")

    def say(self, text: str, fraction: float = -1.0) -> None:
        """Tell how far it is, -1 where nobody can know; CancelledError if it was given up."""
        self.check()
        now, told = self._clock(), (text, fraction)
        if text == self._told[0] and (told == self._told or now - self._at < INTERVAL):
            return
        self._told, self._at = told, now
        self._send(Doing(asked=self.number, text=text, fraction=fraction))


class Operations:
    """Those that go on, by the number of their request."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._going: dict[int, Operation] = {}
        self._lock = threading.Condition()

    def begin(self, number: int) -> Operation:
        """Take note of one."""
        made = Operation(number, self._send)
        with self._lock:
            self._going[number] = made
        return made

    def end(self, operation: Operation) -> None:
        """Forget one: it is over."""
        with self._lock:
            self._going.pop(operation.number, None)
            self._lock.notify_all()

    def cancel(self, number: int) -> None:
        """Give one up, if it goes on."""
        with self._lock:
            found = self._going.get(number)
        if found is not None:
            found.cancel()

    def cancel_all(self, seconds: float, but: Operation | None = None) -> bool:
        """Give all up but one, and wait until what they had begun is undone; say whether that was in time."""
        with self._lock:
            others = [one for one in self._going.values() if one is not but]
            for one in others:
                one.cancel()
            return self._lock.wait_for(lambda: not any(one in self._going.values() for one in others), seconds)
