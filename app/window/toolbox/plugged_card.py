"""The card of a scheme that a plug-in adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....core import protocol as p
from ....core.worker.machine import cores
from ..scheme_words import plugin_words
from .card import Card
from .fields import Number

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from ..theme.theme import Theme
    from .cluster_requests import Asks
    from .preferences import Preferences


class PluggedCard(Card):
    """How many workers there are, and why the plug-in cannot be used; it is tried once it is enabled, not before."""

    def __init__(
        self, name: str, bridge: Asks, preferences: Preferences, theme: Theme, parent: QWidget | None = None
    ) -> None:
        self._bridge, self._why, self._tried = bridge, "", False
        super().__init__(name, preferences, theme, parent)
        self.number = Number(self.tr("auto ({count})").format(count=cores()), theme, self)
        self.number.edited.connect(lambda value: preferences.set(name, number=value))
        self.fields.add(self.tr("Workers"), self.number, self.tr("How many tasks run at once"))
        bridge.state_changed.connect(self._runner_changed)

    def about(self) -> str:
        """Return the line of help."""
        return plugin_words(self.name)

    def _refresh(self) -> None:
        choice = self.preferences.choice(self.name)
        self.number.show_value(choice.value("number"))
        if not choice.enabled:
            # Switched on again, it is tried again: it may have been mended.
            self._why, self._tried = "", False
        elif not self._tried and self._bridge.state == "idle":
            self._tried = True
            self._bridge.ask(p.TryScheme, self._hear, name=self.name)

    def _runner_changed(self, state: str, _why: str) -> None:
        """Have a runner that was started anew try it anew."""
        if state == "starting":
            self._tried = False
        self.refresh()

    def _hear(self, answer: Any) -> None:
        if isinstance(answer, p.SchemeTried):
            self._why = answer.why
            self._dress()
        else:
            self._tried = False

    @property
    def state_words(self) -> str:
        """What goes on, in words."""
        return self.tr("cannot be used") if self._why else super().state_words

    @property
    def shown_error(self) -> str:
        """Why the plug-in cannot be used, else what failed last in it."""
        return self._why or super().shown_error
