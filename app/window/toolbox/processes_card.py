"""The card of the processes scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSignalBlocker

from ....core.worker.machine import cores, memory
from .card import Card
from .fields import Number, amount

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from ..theme.theme import Theme
    from .preferences import Preferences

STEP_GB = 0.5
MOST_TASKS = 1_000_000


class ProcessesCard(Card):
    """How many processes there are, how much memory each may take, and how long it serves."""

    def __init__(self, name: str, preferences: Preferences, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(name, preferences, theme, parent)
        self.number = Number(self.tr("auto ({count})").format(count=cores()), theme, self)
        self.number.offer(_presets(cores(), self))
        self.number.edited.connect(lambda value: preferences.set(name, number=value))
        self.fields.add(
            self.tr("Processes"),
            self.number,
            self.tr("How many tasks run at once. No more than there are cores, but for nodes that only wait (0 cores)"),
        )
        self.memory = amount(self.tr("no limit"), "GB", STEP_GB, max(1.0, round(memory() / 1e9, 1)), self)
        self.memory.valueChanged.connect(lambda value: preferences.set(name, memory_gb=round(value, 1)))
        self.fields.add(
            self.tr("Memory of each"),
            self.memory,
            self.tr("A task whose process takes more is ended, and the process replaced; others go on"),
        )
        self.renewal = Number(self.tr("never"), theme, self)
        self.renewal.box.setMaximum(MOST_TASKS)
        self.renewal.edited.connect(lambda value: preferences.set(name, renew_after=value))
        self.fields.add(
            self.tr("Renewed after"),
            self.renewal,
            self.tr("After so many tasks a process is replaced by a fresh one: for modules that leak memory"),
        )

    def about(self) -> str:
        """Return the line of help."""
        return self.tr("On this machine: a module that crashes costs one task")

    def _refresh(self) -> None:
        choice = self.preferences.choice(self.name)
        self.number.show_value(choice.value("number"))
        with QSignalBlocker(self.memory):
            self.memory.setValue(choice.value("memory_gb"))
        self.renewal.show_value(choice.value("renew_after"))


def _presets(all_: int, card: ProcessesCard) -> list[tuple[str, int]]:
    """Return numbers that are often wanted, each once, with their words; 0 stands for as many as there are cores."""
    presets = [(card.tr("As many as cores ({count})").format(count=all_), 0)]
    seen = {all_}
    for words, number in (
        (card.tr("All but one ({count})"), all_ - 1),
        (card.tr("All but two ({count})"), all_ - 2),
        (card.tr("Half ({count})"), all_ // 2),
        (card.tr("A quarter ({count})"), all_ // 4),
    ):
        if number > 0 and number not in seen:
            seen.add(number)
            presets.append((words.format(count=number), number))
    return presets
