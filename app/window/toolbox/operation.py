"""Something that the runner was asked to do and that may take long: how far it is, how to give it up, how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from ....core.errors import TreadleError
from ...runner.client import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable

GIVEN_UP = "CancelledError"
"""The kind of the refusal of a request that was given up."""


class Operation(QObject):
    """Goes on until ``finished`` tells its answer, or the TreadleError why there is none; ``told`` is each news of it.

    ``what`` says in a few words what is done, ``text`` how far it is, ``fraction`` is below 0 where nobody can know.
    ``deadline`` is after how many seconds it will have ended in any case. ``cluster`` is the one it is about.
    """

    told = pyqtSignal()
    finished = pyqtSignal(object)

    def __init__(self, what: str, deadline: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.what = self.text = what
        self.deadline = deadline
        self.fraction = -1.0
        self.answer: Any = None
        self.going = True
        self.giving_up = False
        self._clock = clock
        self._began = clock()
        self._give_up: Callable[[], object] | None = None

    @property
    def seconds(self) -> float:
        """How long it has gone on."""
        return self._clock() - self._began

    @property
    def error(self) -> TreadleError | None:
        """Why it failed; None if it did not, or was given up."""
        return self.answer if isinstance(self.answer, TreadleError) and not self.given_up else None

    @property
    def given_up(self) -> bool:
        """Whether it has ended because it was given up."""
        return isinstance(self.answer, RequestError) and self.answer.kind == GIVEN_UP

    @property
    def can_be_given_up(self) -> bool:
        """Whether ``cancel`` would do anything."""
        return self.going and not self.giving_up and self._give_up is not None

    def cancel(self) -> None:
        """Give it up: what it had begun is undone, and then it ends."""
        if self.can_be_given_up and self._give_up is not None:
            self.giving_up = True
            self.text = self.tr("Giving up: what was begun is undone…")
            self.fraction = -1.0
            self.told.emit()
            self._give_up()

    def set_way_out(self, give_up: Callable[[], object]) -> None:
        """Say how it can be given up."""
        self._give_up = give_up
        self.told.emit()

    def hear(self, text: str, fraction: float) -> None:
        """Take news of how far it is; none count any more once it is being given up."""
        if self.going and not self.giving_up:
            self.text, self.fraction = text or self.what, fraction
            self.told.emit()

    def end(self, answer: Any) -> None:
        """Take the answer."""
        if self.going:
            self.going = False
            self.answer = answer
            self.told.emit()
            self.finished.emit(answer)
