"""Lets a node walk along an axis and hand on what it found (fold), or run again until it is done (repeat)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from ....core.pipeline import Fold, Repeat
from ..ports import inputs_of, outputs_of
from ..theme.tokens import GRID
from .fields import Caption, FaultLabel, fault_in_axis, offer, still_wheel
from .pairs import Pairs

if TYPE_CHECKING:
    from ....core.pipeline import Node
    from ..theme.theme import Theme
    from .selection import Selection

WAYS = ("none", "fold", "repeat")
MOST_ROUNDS = 1_000_000


class Loops(QWidget):
    """Edits the loop of one node."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._selection: Selection | None = None
        self._filling = False
        self.way = QComboBox(self)
        for text in (self.tr("no loop"), self.tr("along an axis (fold)"), self.tr("until it is done (repeat)")):
            self.way.addItem(text)
        self.way.setAccessibleName(self.tr("Loop"))
        self.told, self.fault = Caption(theme), FaultLabel(theme)
        self.port, self.output, self.again = QComboBox(self), QComboBox(self), QComboBox(self)
        self.axis, self.bound = QLineEdit(self), QSpinBox(self)
        self.pairs = Pairs(theme)
        self.axis.setPlaceholderText(self.tr("the innermost"))
        self.bound.setRange(1, MOST_ROUNDS)
        for box in (self.way, self.port, self.output, self.again, self.bound):
            still_wheel(box)
        self._form = QFormLayout()
        self._form.setSpacing(GRID)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for text, field in (
            (self.tr("Input fed back"), self.port),
            (self.tr("by output"), self.output),
            (self.tr("Axis"), self.axis),
            (self.tr("Again while"), self.again),
            (self.tr("At most"), self.bound),
        ):
            self._form.addRow(text, field)
            field.setAccessibleName(text)
        self._form.insertRow(2, self.pairs)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.way)
        layout.addLayout(self._form)
        layout.addWidget(self.told)
        layout.addWidget(self.fault)
        self._connect()

    def _connect(self) -> None:
        self.way.activated.connect(self._choose)
        for box in (self.port, self.output, self.again):
            box.activated.connect(lambda _row: self._tell())
        self.axis.textEdited.connect(lambda _text: self._tell())
        self.bound.valueChanged.connect(lambda _number: self._tell())
        self.pairs.edited.connect(self._tell)

    def show_selection(self, selection: Selection) -> None:
        """Show the loop of the node."""
        self._selection = selection
        single, body = selection.single, selection.body
        if single is None or body is None:
            return
        node_id, node = single
        self._filling = True
        inputs = [port.name for port in inputs_of(selection.pipeline, body, node_id)]
        outputs = [port.name for port in outputs_of(selection.pipeline, body, node_id)]
        self._fill(node, inputs, outputs)
        self._filling = False

    def _fill(self, node: Node, inputs: list[str], outputs: list[str]) -> None:
        fold, repeat = node.fold, node.repeat
        way = "fold" if fold else "repeat" if repeat else "none"
        self.way.setCurrentIndex(WAYS.index(way))
        self.way.setEnabled(bool(inputs and outputs))
        fed = next(iter(repeat.feedback.items()), ("", "")) if repeat else ("", "")
        offer(self.port, inputs, fold.port if fold else fed[0])
        offer(self.output, outputs, fold.output if fold else fed[1])
        offer(self.again, outputs, repeat.again if repeat else "")
        if fold and not self.axis.hasFocus():
            self.axis.setText(fold.axis or "")
        self.bound.setValue(repeat.bound if repeat else 1000)
        others = list(repeat.feedback.items())[1:] if repeat else []
        self.pairs.show_pairs(inputs, outputs, fed[0], others)
        for field, shown in (
            (self.port, way != "none"),
            (self.output, way != "none"),
            (self.pairs, way == "repeat"),
            (self.axis, way == "fold"),
            (self.again, way == "repeat"),
            (self.bound, way == "repeat"),
        ):
            self._form.setRowVisible(field, shown)
        self._tell_meaning(node)

    def _tell_meaning(self, node: Node) -> None:
        text = ""
        if node.fold:
            text = self.tr(
                "Takes one item after the other: “{output}” of one becomes “{port}” of the next."
                " The value of “{port}” is the start."
            ).format(port=node.fold.port, output=node.fold.output)
        elif node.repeat:
            pairs = ", ".join(f"{output} → {port}" for port, output in node.repeat.feedback.items())
            text = self.tr("Runs again with {pairs} while “{again}” is true, at most {bound} times.").format(
                pairs=pairs, again=node.repeat.again, bound=node.repeat.bound
            )
        self.told.setText(text)
        self.told.setVisible(bool(text))

    def _choose(self, row: int) -> None:
        single = self._selection.single if self._selection is not None else None
        if single is None or self._selection is None:
            return
        node = single[1]
        if WAYS[row] == ("fold" if node.fold else "repeat" if node.repeat else "none"):
            return
        port, output = self.port.itemData(0), self.output.itemData(0)
        changes: dict[str, dict[str, Any]] = {
            "none": {"fold": None, "repeat": None},
            "fold": {"fold": Fold(port, output), "repeat": None},
            "repeat": {"fold": None, "repeat": Repeat({port: output}, self.output.itemData(self.output.count() - 1))},
        }
        self._selection.change({single[0]: changes[WAYS[row]]}, self.tr("loop"))

    def _tell(self) -> None:
        single = self._selection.single if self._selection is not None else None
        if self._filling or single is None or self._selection is None:
            return
        node = single[1]
        port, output = self.port.currentData(), self.output.currentData()
        fault = fault_in_axis(self.axis.text().strip()) if node.fold else ""
        self.fault.say(fault)
        if fault:
            return
        if node.fold:
            changed = {"fold": Fold(port, output, self.axis.text().strip() or None)}
            self._selection.change({single[0]: changed}, self.tr("loop"), merge=True)
        elif node.repeat:
            others = {name: end for name, end in self.pairs.pairs if name != port}
            repeat = Repeat({port: output, **others}, self.again.currentData(), self.bound.value())
            self._selection.change({single[0]: {"repeat": repeat}}, self.tr("loop"), merge=True)
