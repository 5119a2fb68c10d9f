"""How a node is mapped: what each connection hands over, what steps together, what loops, and what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ..theme.tokens import GRID
from .fields import FaultLabel
from .handing_over import HandingOver
from .loops import Loops
from .planning import Planner, sentence
from .stepping import Stepping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....core.pipeline import Connection, Zip
    from ....core.planning.plan import Axis
    from ..looks import NodeLook
    from ..theme.theme import Theme
    from .selection import Selection


class Mapping(QWidget):
    """Shows and edits the mapping of one node; of several it says that one must be chosen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._selection: Selection | None = None
        self._total = -1
        self._key: Any = None
        self.planner = Planner(self)
        self.planner.planned.connect(self._say)
        self.sentence, self.fault = QLabel(self), FaultLabel(theme)
        self.sentence.setWordWrap(True)
        self.hands: dict[str, HandingOver] = {}
        self.stepping = Stepping(theme)
        self.stepping.edited.connect(self._zip)
        self.stepping.left.connect(self._end)
        self.loops = Loops(theme)
        self._hands = QVBoxLayout()
        self._hands.setSpacing(GRID + 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.sentence)
        layout.addWidget(self.fault)
        layout.addLayout(self._hands)
        layout.addWidget(self.stepping)
        layout.addWidget(self.loops)

    def show_selection(self, selection: Selection, look: NodeLook | None) -> None:
        """Show the mapping of what is selected."""
        self._selection = selection
        single = selection.single
        self._total = look.total if look is not None and look.mapped else -1
        self.loops.setVisible(single is not None)
        if single is None:
            self.sentence.setText(self.tr("Select one node to see how it is mapped."))
            self._show_hands({})
            self.stepping.show_zips((), (), None)
            return
        node_id, node = single
        body = selection.body
        assert body is not None, "a node that is there has a body"
        fed = {
            target.partition(".")[2]: connection
            for target, connection in body.connections.items()
            if target.partition(".")[0] == node_id
        }
        self._show_hands(fed)
        self.stepping.show_zips([*fed, *node.sweeps], node.zips, (selection.where, node_id))
        self.loops.show_selection(selection)
        self.planner.ask(selection.pipeline, selection.path(node_id))

    # Connections

    def _show_hands(self, fed: dict[str, Connection]) -> None:
        key = (tuple(fed), self._selection.wanted if self._selection else ())
        if key != self._key:
            self._key = key
            self._make_hands(fed)
        for name, connection in fed.items():
            self.hands[name].show_connection(connection)

    def _make_hands(self, fed: dict[str, Connection]) -> None:
        for old in self.hands.values():
            old.hide()
            old.deleteLater()
        self.hands = {}
        for name in fed:
            hand = HandingOver(name, self._theme)
            hand.edited.connect(lambda connection, name=name: self._hand_over(name, connection))
            hand.left.connect(self._end)
            self.hands[name] = hand
            self._hands.addWidget(hand)

    def _hand_over(self, name: str, connection: Connection) -> None:
        if self._selection is not None and self._selection.single is not None:
            target = f"{self._selection.single[0]}.{name}"
            self._selection.connect(target, connection, self.tr("map {name}").format(name=name), merge=True)

    def _end(self) -> None:
        if self._selection is not None:
            self._selection.document.end_merging()

    def _zip(self, zips: tuple[Zip, ...]) -> None:
        single = self._selection.single if self._selection is not None else None
        if single is not None and self._selection is not None:
            self._selection.change({single[0]: {"zips": zips}}, self.tr("step together"), merge=True)

    # What it means

    def _say(self, node: str, axes: Sequence[Axis] | None, wrong: str) -> None:
        single = self._selection.single if self._selection is not None else None
        if self._selection is None or single is None or self._selection.path(single[0]) != node:
            return
        if axes is not None:
            self.sentence.setText(sentence(axes, self._total))
        else:
            self.sentence.setText(self.tr("How often it runs can be told when its inputs are right."))
        self.fault.say(wrong)
