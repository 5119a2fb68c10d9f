"""Restarts the runner; where something would end with the old one, it asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject

from ....core import protocol as p
from ..dialogs.question import Choice, Question
from . import words
from .alive import lines_of
from .request import Requests

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from ..bridge import Bridge
    from ..theme.theme import Theme

ALIVE_SECONDS = 3.0
"""A runner that does not answer within this time is not asked about: it is why there is a restart."""


class Restarting(QObject):
    """Asks what is alive, and the person whether it may end."""

    def __init__(self, bridge: Bridge, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._theme, self._window = bridge, theme, window
        self._requests = Requests(bridge, self)

    def begin(self) -> None:
        """Restart the runner, at once if it does not respond or is gone."""
        if self._bridge.state == "idle":
            self._requests.ask(p.AskAlive, self._told, ALIVE_SECONDS)
        else:
            self._requests.forget()
            self._bridge.start()

    def _told(self, answer: Any) -> None:
        lines = lines_of(answer) if isinstance(answer, p.Alive) else None
        if not lines:
            self._bridge.start()
            return
        titles = [*map(words.run_title, lines.runs), *map(words.cluster_title, lines.clusters)]
        question = Question(
            self._theme,
            words.tr("Stop what runs, and restart the runner?"),
            words.tr("This ends with the runner. What is finished need not be done again."),
            (Choice("", words.tr("Cancel")), Choice("restart", words.tr("Stop and restart"))),
            details="\n".join(titles),
            icon="retry",
            parent=self._window,
        )
        question.ask(lambda chosen: self._bridge.start() if chosen == "restart" else None)
