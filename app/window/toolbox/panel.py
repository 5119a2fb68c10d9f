"""The panel *Parallelization*: a card for each scheme, in the order in which free ones are taken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, Qt, QTimer
from PyQt6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ....core.registry.scheme_plugins import scheme_plugins
from ..labels import write_as
from ..scheme_choices import LAST
from ..theme.tokens import CAPTION, GRID
from .card import Card
from .clusters import Clusters
from .ipython.card import IPythonCard
from .ipython.remembered import Remembered
from .live import Live, Pulse
from .plugged_card import PluggedCard
from .preferences import Preferences
from .processes_card import ProcessesCard
from .row import Row
from .serial_card import SerialCard
from .threads_card import ThreadsCard

if TYPE_CHECKING:
    from PyQt6.QtGui import QHideEvent, QResizeEvent, QShowEvent, QWheelEvent

    from ..runs.runs import Runs
    from ..shared import Shared
    from .ipython.dialogs import Dialogs

KINDS: dict[str, type[Card]] = {"serial": SerialCard, "threads": ThreadsCard, "processes": ProcessesCard}
"""The card of each scheme that has one of its own."""

LOOK_MS = 500
TALL = 0.8
NARROW = 110 * GRID
"""A panel that is higher than this part of its width, or narrower than this, has its cards one below the other."""


class _Area(QScrollArea):
    """Scrolls sideways by the wheel too, where there is nothing to scroll up or down."""

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Scroll."""
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        if event is not None and down is not None and across is not None and not down.maximum() and across.maximum():
            QApplication.sendEvent(across, event)
            return
        super().wheelEvent(event)


class ToolboxPanel(QWidget):
    """What is set here is kept at once, and holds from the next run on."""

    def __init__(self, shared: Shared, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Parallelization"))
        self._shared = shared
        self.preferences = Preferences(shared.settings, self)
        self.clusters = Clusters(shared.bridge, self)
        self.remembered = Remembered(shared.settings)
        self._runs: Runs | None = None
        self._pulse = Pulse()
        self._cards: dict[str, Card] = {}
        self._dragged: Card | None = None
        self._note = QLabel(self)
        self._row = Row(shared.theme, self._note)
        self._area = _Area(self)
        self._set_up()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.preferences.changed.connect(self._order)
        shared.theme.changed.connect(self._dress)
        self._order()
        self._dress()

    def _set_up(self) -> None:
        self._note.setText(
            self.tr(
                "Auto takes the scheme that ends a task first; where that is much the same, or not known, the first of"
                " these that is free. Drag a card, or press Alt with an arrow key, to change their order. What you set"
                " here holds from the next run on."
            )
        )
        self._note.setWordWrap(True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._note.setMinimumWidth(38 * GRID)
        self._note.setMaximumWidth(90 * GRID)
        self._area.setWidget(self._row)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)

    # The cards

    def card(self, name: str) -> Card:
        """Return the card of a scheme; KeyError if there is none."""
        return self._cards[name]

    @property
    def cards(self) -> list[Card]:
        """The cards in their order."""
        return list(self._row.cards)

    def show_card(self, name: str) -> None:
        """Bring the card of a scheme into sight, the first for an empty name, and give it the keyboard."""
        card = self._cards.get(name) or self._row.cards[0]
        if name in self._cards or not name:
            self._area.ensureWidgetVisible(card, 2 * GRID, 2 * GRID)
            card.setFocus(Qt.FocusReason.OtherFocusReason)

    def _order(self) -> None:
        names = [choice.name for choice in self.preferences.order]
        for name in self._cards.keys() - set(names):
            self._cards.pop(name).deleteLater()
        if [card.name for card in self._row.cards] != names:
            self._row.show_cards([self._cards.get(name) or self._made(name) for name in names])

    def _made(self, name: str) -> Card:
        card = self._cards[name] = self._new(name)
        card.grabbed.connect(lambda _place, card=card: self._grab(card))
        card.dragged.connect(self._drag)
        card.dropped.connect(self._drop)
        card.let_go.connect(self._let_go)
        card.step_wanted.connect(lambda step, card=card: self._step(card, step))
        card.refresh()
        return card

    def _new(self, name: str) -> Card:
        if name == IPythonCard.NAME:
            return IPythonCard(self.clusters, self.remembered, self.preferences, self._shared.theme, self._row)
        if name in scheme_plugins():
            return PluggedCard(name, self._shared.bridge, self.preferences, self._shared.theme, self._row)
        return KINDS.get(name, Card)(name, self.preferences, self._shared.theme, self._row)

    @property
    def dialogs(self) -> Dialogs:
        """What can be asked for with clusters."""
        card = self._cards[IPythonCard.NAME]
        assert isinstance(card, IPythonCard)
        return card.dialogs

    # Their order

    def _grab(self, card: Card) -> None:
        self._dragged = card

    def _drag(self, place: QPoint) -> None:
        self._row.mark(self._target(place))

    def _target(self, place: QPoint) -> int:
        return min(self._row.place_at(place), len([card for card in self._row.cards if card.name != LAST]))

    def _drop(self, place: QPoint) -> None:
        card, self._dragged = self._dragged, None
        self._row.mark(None)
        if card is not None:
            target, now = self._target(place), self._row.cards.index(card)
            self.preferences.move(card.name, target - (target > now))

    def _let_go(self) -> None:
        self._dragged = None
        self._row.mark(None)

    def _step(self, card: Card, step: int) -> None:
        self.preferences.move(card.name, self._row.cards.index(card) + step)
        self._area.ensureWidgetVisible(card, 2 * GRID, 2 * GRID)

    # What goes on

    def set_runs(self, runs: Runs | None) -> None:
        """Show what the schemes do in the runs of another document, or of none."""
        if self._runs is not None:
            self._runs.state_changed.disconnect(self._look)
        self._runs = runs
        if runs is not None:
            runs.state_changed.connect(self._look)
        self._look()

    def _look(self) -> None:
        record = None if self._runs is None else self._runs.record
        going = self._runs is not None and self._runs.going and self.isVisible()
        if going != self._timer.isActive():
            self._timer.start() if going else self._timer.stop()
        live = self._pulse.look(record, time.monotonic())
        for name, card in self._cards.items():
            card.show_live(live.get(name, Live()))

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Show what goes on as long as anybody looks."""
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802
        """Rest while nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    # How it fits

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Have the cards side by side in a low place, one below the other in a tall one."""
        super().resizeEvent(event)
        self._row.turn(across=self.width() > NARROW and self.height() < TALL * self.width())

    def _dress(self) -> None:
        write_as(self._note, self._shared.theme, CAPTION, colour=self._shared.theme.colours.secondary)
