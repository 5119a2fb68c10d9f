"""The bar above a document whose run waits at breakpoints: it says where, and lets the run go on."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QMenu, QWidget

from ..canvas.naming import title_of
from ..notice_bar import NoticeBar
from ..theme.tokens import STATES

if TYPE_CHECKING:
    from ..theme.theme import Theme
    from .runs import Runs

MOST_NAMED = 3


class StopBar(NoticeBar):
    """Shown while tasks wait at breakpoints; ``node_requested`` asks to show a node, by its path."""

    node_requested = pyqtSignal(str)

    def __init__(self, runs: Runs, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._runs = runs
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.linkActivated.connect(self.node_requested)
        self.one = self.button(self.tr("Continue at"))
        self.one.setToolTip(self.tr("Let the tasks of one of these go on"))
        self._which = QMenu(self.one)
        self._which.setAccessibleName(self.tr("Continue at"))
        self.one.setMenu(self._which)
        self.all = self.button()
        self.all.clicked.connect(lambda _on: runs.stops.go_on())
        self.setAccessibleName(self.tr("Held at breakpoints"))
        runs.stops.changed.connect(self.draw)
        self.draw()

    def draw(self) -> None:
        """Say what holds now."""
        places = self._runs.stops.places
        self.setVisible(bool(places))
        if not places:
            return
        accent, several = STATES["running"].colour.on(self.theme.colours), len(places) > 1
        links = [f'<a style="color: {accent}" href="{escape(one)}">{escape(self._title(one))}</a>' for one in places]
        named = ", ".join(links[:MOST_NAMED])
        if len(places) > MOST_NAMED:
            named += " " + self.tr("and {number} more").format(number=len(places) - MOST_NAMED)
        self.words.setText(f"{self.tr('Held at')} {named}. {self._rest()}")
        self.words.setAccessibleName(f"{self.tr('Held at')} {', '.join(map(self._title, places))}")
        self.all.setText(self.tr("Continue all") if several else self.tr("Continue"))
        self.one.setVisible(several)
        self._which.clear()
        for place in places if several else ():
            action = self._which.addAction(self._title(place))
            assert action is not None
            action.triggered.connect(lambda _on, place=place: self._runs.stops.go_on((place,)))
        self.dress("pause", accent)

    def _rest(self) -> str:
        if self._runs.stops.halted:
            return self.tr("All that could run has run.")
        return self.tr("What does not depend on it goes on.")

    def _title(self, place: str) -> str:
        """Return how the run's own node is called: it may have been edited since."""
        record = self._runs.record
        *where, node_id = place.split("/")
        try:
            pipeline = record.ran if record is not None else self._runs.document.pipeline
            node = pipeline.body(tuple(where)).nodes[node_id]
        except KeyError:
            return place
        return title_of(node_id, node, pipeline.modules.get(node.module))
