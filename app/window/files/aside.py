"""Does what takes long beside the window's thread, and hands over what came of it there."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from ....core.background import BackgroundThread

if TYPE_CHECKING:
    from collections.abc import Callable

    Work = Callable[[], Any]
    Then = Callable[[Any], object]

END_SECONDS = 10.0


class Aside(QObject):
    """One thread that does pieces of work in the order in which they were given.

    ``then`` is called in the window's thread with what a piece returned, or with the exception that it raised.
    """

    _over = pyqtSignal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._given: queue.SimpleQueue[tuple[Work, Then] | None] = queue.SimpleQueue()
        self._over.connect(self._hand_over)
        self._finished = False
        self._thread = BackgroundThread(target=self._work, name=f"treadle-{name}", daemon=True)
        self._thread.start()

    def do(self, work: Work, then: Then = lambda _result: None) -> None:
        """Have a piece of work done; after ``finish`` it is not."""
        if not self._finished:
            self._given.put((work, then))

    def finish(self, seconds: float = END_SECONDS) -> bool:
        """Do what was given, then end; say whether that was in time. What comes of it is told no more."""
        self._finished = True
        self._given.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (given := self._given.get()) is not None:
            work, then = given
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - told to who asked
                result = error
            if not self._finished:
                self._over.emit(then, result)

    def _hand_over(self, then: Then, result: Any) -> None:
        # What was on its way when it was finished is told no more: whoever asked may be gone.
        if not self._finished:
            then(result)
