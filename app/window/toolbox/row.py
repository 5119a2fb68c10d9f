"""The cards in the person's order, side by side or one below the other, and the place where a dragged one would go."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtWidgets import QBoxLayout, QWidget

from ..theme.tokens import GRID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PyQt6.QtCore import QPoint

    from ..theme.theme import Theme
    from .card import Card

GAP = 2 * GRID
_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class Row(QWidget):
    """Holds the cards, and at the end one more widget, which is no card."""

    def __init__(self, theme: Theme, end: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.cards: list[Card] = []
        self._end = end
        self._layout = QBoxLayout(_ACROSS, self)
        self._layout.setContentsMargins(GAP, GAP, GAP, GAP)
        self._layout.setSpacing(GAP)
        self._mark = QWidget(self)
        self._mark.hide()
        self._layout.addWidget(end)
        self._layout.addStretch(1)

    @property
    def across(self) -> bool:
        """Whether the cards stand side by side."""
        return self._layout.direction() == _ACROSS

    def turn(self, *, across: bool) -> None:
        """Have the cards side by side, or one below the other."""
        self._layout.setDirection(_ACROSS if across else _DOWN)
        for card in self.cards:
            self._fit(card)

    def show_cards(self, cards: Sequence[Card]) -> None:
        """Hold these cards, in this order."""
        for card in self.cards:
            self._layout.removeWidget(card)
        self.cards = list(cards)
        for place, card in enumerate(self.cards):
            self._layout.insertWidget(place, card)
            self._fit(card)
            card.show()
        self._lead_keys()

    def _lead_keys(self) -> None:
        """Have Tab lead through all of a card before it leads to the next."""
        chain = [one for one in _focus_chain(self) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        inside = [one for card in self.cards for one in (card, *filter(card.isAncestorOf, chain))]
        for before, after in pairwise(one for one in inside if one.focusProxy() is None):
            QWidget.setTabOrder(before, after)

    def _fit(self, card: Card) -> None:
        card.fit(across=self.across)
        self._layout.setStretchFactor(card, 3 if self.across else 0)

    # While one is dragged

    def place_at(self, where: QPoint) -> int:
        """Return before which card a pointer at this place of the screen is; their number if it is behind all."""
        at = self.mapFromGlobal(where)
        for place, card in enumerate(self.cards):
            middle = card.geometry().center()
            if (at.x() < middle.x()) if self.across else (at.y() < middle.y()):
                return place
        return len(self.cards)

    def mark(self, place: int | None) -> None:
        """Show where a card would go; None shows nothing."""
        self._mark.setVisible(place is not None and bool(self.cards))
        if place is None or not self.cards:
            return
        self._mark.setStyleSheet(f"background: {self._theme.colours.accent}; border-radius: 1px")
        self._mark.setGeometry(self._between(place))
        self._mark.raise_()

    def _between(self, place: int) -> QRect:
        last = place >= len(self.cards)
        beside = self.cards[-1 if last else place].geometry()
        if self.across:
            left = beside.right() + 1 if last else beside.left() - GAP
            return QRect(left + GAP // 2 - 1, beside.top(), 2, beside.height())
        top = beside.bottom() + 1 if last else beside.top() - GAP
        return QRect(beside.left(), top + GAP // 2 - 1, beside.width(), 2)


def _focus_chain(start: QWidget) -> Iterator[QWidget]:
    one = start.nextInFocusChain()
    while one is not None and one is not start:
        yield one
        one = one.nextInFocusChain()
