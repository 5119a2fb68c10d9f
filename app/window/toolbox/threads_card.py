"""The card of the threads scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.worker.machine import cores
from .card import Card
from .fields import Number

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from ..theme.theme import Theme
    from .preferences import Preferences


class ThreadsCard(Card):
    """How many threads there are."""

    def __init__(self, name: str, preferences: Preferences, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(name, preferences, theme, parent)
        self.number = Number(self.tr("auto ({count})").format(count=cores()), theme, self)
        self.number.edited.connect(lambda value: preferences.set(name, number=value))
        tip = self.tr(
            "How many tasks run at once. No more than there are cores, but for nodes that only wait (0 cores)"
        )
        self.fields.add(self.tr("Threads"), self.number, tip)

    def about(self) -> str:
        """Return the line of help."""
        return self.tr("One process that shares values, for modules that declare it")

    def _refresh(self) -> None:
        self.number.show_value(self.preferences.choice(self.name).value("number"))
