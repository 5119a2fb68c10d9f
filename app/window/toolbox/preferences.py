"""The schemes as the person has set them, for the cards that show them and the runs that go by them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from .. import scheme_choices as kept

if TYPE_CHECKING:
    from ..scheme_choices import SchemeChoice
    from ..settings import Settings

NAME = "schemes"
"""What the choices are called among the settings."""


class Preferences(QObject):
    """What is in the settings, and only there: all that look at the same settings see the same.

    ``changed`` tells that something of it is another now. What is set here holds from the next run on.
    """

    changed = pyqtSignal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        settings.changed.connect(self._setting_changed)

    @property
    def order(self) -> list[SchemeChoice]:
        """All schemes in the person's order, also those that are not enabled, and those that are not known."""
        return kept.read(self._settings.text(NAME))

    def choice(self, name: str) -> SchemeChoice:
        """Return how a scheme is set; KeyError if it is not in the order."""
        return {choice.name: choice for choice in self.order}[name]

    @property
    def in_use(self) -> list[str]:
        """The schemes that runs may use, but for the last resort, in the person's order."""
        return [choice.name for choice in self.order if choice.known and choice.enabled and choice.name != kept.LAST]

    def run_options(self) -> dict[str, Any]:
        """Return what is to be said to a run: its ``preference`` and its ``settings``."""
        return kept.run_options(self.order)

    def move(self, name: str, to: int) -> None:
        """Give a scheme this place in the order, counted from 0; the last resort stays the last."""
        order = self.order
        moved = self.choice(name)
        order.remove(moved)
        order.insert(max(0, to), moved)
        self._keep(kept.in_order(order))

    def enable(self, name: str, on: bool) -> None:  # noqa: FBT001 - the name says it
        """Have runs use a scheme, or not; the last resort is always there, and one that is not known never is used."""
        choice = self.choice(name)
        if choice.known and name != kept.LAST:
            self._put(replace(choice, enabled=on))

    def set(self, name: str, **values: Any) -> None:
        """Set what can be set of a scheme; 0 and an empty text leave it to Treadle. KeyError for what cannot be set."""
        self._put(kept.with_values(self.choice(name), values))

    def clear(self, name: str) -> None:
        """Leave to Treadle what is set of a scheme; what this version does not know is kept."""
        choice = self.choice(name)
        if choice.known:
            self._put(replace(choice, settings=choice.strange))

    def reset(self) -> None:
        """Forget all that was chosen; what this version does not know is kept."""
        unknown = [choice for choice in self.order if not choice.known]
        self._keep(kept.in_order([*kept.usual(), *unknown]))

    def _put(self, choice: SchemeChoice) -> None:
        self._keep([choice if one.name == choice.name else one for one in self.order])

    def _keep(self, order: list[SchemeChoice]) -> None:
        self._settings.set(NAME, kept.written(order))

    def _setting_changed(self, name: str) -> None:
        if name == NAME:
            self.changed.emit()
