"""Work that would hold up the window, done in slices between events."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

if TYPE_CHECKING:
    from collections.abc import Generator

SLICE_SECONDS = 0.006


class Slices(QObject):
    """Carries out one generator at a time, as far as it gets in a slice; each ``yield`` may be the end of one."""

    finished = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: Generator[None] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._carry_on)

    @property
    def busy(self) -> bool:
        """Whether there is anything left to do."""
        return self._work is not None

    def begin(self, work: Generator[None]) -> None:
        """Do this instead of what was under way; what fits in one slice is done at once."""
        self.drop()
        self._work = work
        self._carry_on()
        if self._work is not None:
            self._timer.start(0)

    def drop(self) -> None:
        """Leave undone what was under way."""
        self._timer.stop()
        if self._work is not None:
            self._work.close()
            self._work = None

    def _carry_on(self) -> None:
        work = self._work
        end = time.perf_counter() + SLICE_SECONDS
        while work is not None and time.perf_counter() < end:
            try:
                next(work)
            except StopIteration:
                self._work = work = None
                self._timer.stop()
                self.finished.emit()
