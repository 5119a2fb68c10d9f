"""Tells the runner what happens while a batch runs: what is long in coming at once, the rest with the reply."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from ....core.background import BackgroundThread
from ...hosting.child import Progress
from ...hosting.lines import Lines
from .messages import ANSWER, BEGAN, LINES, PROGRESS, Message, dumps

if TYPE_CHECKING:
    from collections.abc import Callable

    from .printed import Printed

TICK = 0.05
"""Seconds between two packets."""

_PATIENCE = 10.0


class Telling:
    """The messages of one batch, in order.

    A thread looks every 50 ms whether there is something to tell and has it sent. It and the one that executes the
    batch take turns by a lock, which modules never hold.
    """

    def __init__(
        self, send: Callable[[bytes], None], printed: Printed, flush: Callable[[], None] = lambda: None
    ) -> None:
        self._send, self._flush = send, flush
        self._printed = printed
        self._lock, self._sending = threading.Lock(), threading.Lock()
        self._over = threading.Event()
        self._messages: deque[Message] = deque()
        self._number = -1
        # What one thread takes out, the other cannot.
        self._untold: deque[Message] = deque(maxlen=1)
        self._lines: Lines | None = None
        self._told_lines: list[str] = []
        self._progress = Progress(self._note)
        self._thread: BackgroundThread | None = None
        self._failed = False
        self.packets = 0

    def start(self) -> None:
        """Begin to tell."""
        self._thread = BackgroundThread(target=self._tell, name="treadle-telling", daemon=True)
        self._thread.start()

    def finish(self) -> list[Message]:
        """Tell no more; return what was not told."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
        return list(self._messages)

    # The thread that executes the batch

    def begin(self, number: int) -> None:
        """Take what comes from now on as that of this job."""
        with self._lock:
            self._number = number
            self._untold.append((BEGAN, number))
        self._progress = Progress(self._note)

    def tell_now(self) -> None:
        """Tell all that is to be told, and return once it is on its way."""
        with self._lock:
            self._tell_began()
        self._send_some()
        self._flush()

    def progress(self, fraction: float, text: str) -> None:
        """Take what the job says of how far it is."""
        self._progress(fraction, text)

    def _note(self, fraction: float, text: str) -> None:
        self._tell_began()
        self._messages.append((PROGRESS, self._number, fraction, text))

    def end(self) -> None:
        """Take what is left of the job that was running."""
        self._progress.flush()
        with self._lock:
            self._gather()
            if self._lines is not None:
                self._lines.end()
                self._lines = None
                self._gather_lines()
            self._number = -1
            self._untold.clear()

    def answer(self, *answer: Any) -> None:
        """Take the answer of a job that has ended: number, outcome and so on."""
        self._messages.append((ANSWER, *answer))

    # Either

    def _gather(self) -> None:
        for data in self._printed.read():
            if self._number >= 0:
                if self._lines is None:
                    self._lines = Lines(self._told_lines.append)
                self._lines.feed(data)
        self._gather_lines()

    def _gather_lines(self) -> None:
        if self._told_lines:
            self._messages.append((LINES, self._number, self._told_lines[:]))
            self._told_lines.clear()

    # The other thread

    def _tell(self) -> None:
        while not self._over.wait(TICK):
            with self._lock, contextlib.suppress(OSError):
                self._look()
            self._send_some()

    def _look(self) -> None:
        if self._number < 0:
            return
        self._tell_began()
        self._gather()

    def _tell_began(self) -> None:
        with contextlib.suppress(IndexError):
            self._messages.append(self._untold.pop())

    def _send_some(self) -> None:
        with self._sending:
            count = len(self._messages)
            if not count or self._failed:
                return
            messages = [self._messages.popleft() for _ in range(count)]
            try:
                self._send(dumps((self.packets, messages)))
            except Exception:  # noqa: BLE001 - whatever is wrong with the connection: the reply may still get through
                self._messages.extendleft(reversed(messages))
                self._failed = True
                return
            self.packets += 1
