"""How a node is mapped: what each connection hands over, what steps together, what loops, and what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtWidgets import QCheckBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from ....core.pipeline import Zip
from ..theme.tokens import GRID
from .fields import Caption, FaultLabel, fault_in_axis
from .handing_over import HandingOver
from .loops import Loops
from .planning import Planner, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....core.pipeline import Connection, Node
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
        self.zips: dict[str, QCheckBox] = {}
        self.zip_title = Caption(theme, self.tr("Step through these lists together, not in all combinations:"))
        self.zip_axis = QLineEdit(self)
        self.zip_axis.setPlaceholderText(self.tr("name of the axis: automatic"))
        self.zip_axis.setAccessibleName(self.tr("Axis of what steps together"))
        self.zip_axis.textEdited.connect(lambda _text: self._zip())
        self.zip_fault = FaultLabel(theme)
        self.loops = Loops(theme)
        self._hands, self._zips = QVBoxLayout(), QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        for inner in (self._hands, self._zips):
            inner.setSpacing(GRID + 2)
        layout.addWidget(self.sentence)
        layout.addWidget(self.fault)
        layout.addLayout(self._hands)
        layout.addWidget(self.zip_title)
        layout.addLayout(self._zips)
        layout.addWidget(self.zip_axis)
        layout.addWidget(self.zip_fault)
        layout.addWidget(self.loops)

    def show_selection(self, selection: Selection, look: NodeLook | None) -> None:
        """Show the mapping of what is selected."""
        self._selection = selection
        single = selection.single
        self._total = look.total if look is not None and look.mapped else -1
        self.loops.setVisible(single is not None)
        if single is None:
            self.sentence.setText(self.tr("Select one node to see how it is mapped."))
            self._show_hands({}, [])
            return
        node_id, node = single
        body = selection.body
        assert body is not None, "a node that is there has a body"
        fed = {
            target.partition(".")[2]: connection
            for target, connection in body.connections.items()
            if target.partition(".")[0] == node_id
        }
        self._show_hands(fed, [*fed, *node.sweeps], node)
        self.loops.show_selection(selection)
        self.planner.ask(selection.pipeline, selection.path(node_id))

    # Connections

    def _show_hands(self, fed: dict[str, Connection], candidates: list[str], node: Node | None = None) -> None:
        key = (tuple(fed), tuple(candidates), self._selection.wanted if self._selection else ())
        if key != self._key:
            self._key = key
            self._make_hands(fed)
            self._make_zips(candidates)
        for name, connection in fed.items():
            self.hands[name].show_connection(connection)
        zipped = node.zips if node is not None else ()
        shown = len(candidates) > 1
        self.zip_title.setVisible(shown)
        ports = {port for zipping in zipped for port in zipping.ports}
        for name, box in self.zips.items():
            box.setChecked(name in ports)
        self.zip_axis.setVisible(bool(ports))
        if zipped and not self.zip_axis.hasFocus():
            self.zip_axis.setText(zipped[0].axis or "")

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

    # Zips

    def _make_zips(self, candidates: list[str]) -> None:
        for old in self.zips.values():
            old.hide()
            old.deleteLater()
        self.zips = {}
        for name in dict.fromkeys(candidates) if len(candidates) > 1 else ():
            box = QCheckBox(name, self)
            box.clicked.connect(lambda _checked: self._zip())
            self.zips[name] = box
            self._zips.addWidget(box)

    def _zip(self) -> None:
        single = self._selection.single if self._selection is not None else None
        if single is None or self._selection is None:
            return
        fault = fault_in_axis(self.zip_axis.text().strip())
        self.zip_fault.say(fault)
        if fault:
            return
        ports = tuple(name for name, box in self.zips.items() if box.isChecked())
        zips = (Zip(ports, self.zip_axis.text().strip() or None),) if ports else ()
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
