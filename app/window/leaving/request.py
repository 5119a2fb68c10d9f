"""Requests of leaving: each gets its answer or its silence in time, and none counts once it is forgotten."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ....core import protocol as p
    from ..bridge import Bridge

    Then = Callable[[Any], object]


class Silent:
    """What is handed on in the place of an answer that did not come in time."""


class Requests(QObject):
    """Asks one thing at a time: whatever is asked next, or ``forget``, makes what was asked before worth nothing."""

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._turn = 0
        self._then: Then = lambda _answers: None
        self._answers: dict[int, Any] = {}
        self._wanted = 0
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self._tell)

    def ask(self, kind: type[p.Request], then: Then, seconds: float, **facts: Any) -> None:
        """Ask; ``then`` gets the answer, an error, or Silent after so many seconds."""
        self.ask_each([(kind, facts)], lambda answers: then(answers[0]), seconds)

    def ask_each(
        self, asked: Sequence[tuple[type[p.Request], dict[str, Any]]], then: Callable[[list[Any]], object],
        seconds: float,
    ) -> None:  # fmt: skip
        """Ask several things at once; ``then`` gets all their answers, in order."""
        self.forget()
        turn = self._turn
        self._then, self._wanted = then, len(asked)
        self._late.start(round(seconds * 1000))
        for place, (kind, facts) in enumerate(asked):
            self._bridge.ask(kind, partial(self._take, turn, place), **facts)

    def forget(self) -> None:
        """Let nothing count that was asked for until now."""
        self._turn += 1
        self._late.stop()
        self._answers = {}

    def _take(self, turn: int, place: int, answer: Any) -> None:
        if turn != self._turn:
            return
        self._answers[place] = answer
        if len(self._answers) == self._wanted:
            self._tell()

    def _tell(self) -> None:
        answers = [self._answers.get(place, Silent()) for place in range(self._wanted)]
        self.forget()
        self._then(answers)
