"""How the value of a connection reaches its input: as it is, item by item, or collected into a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from ....core.pipeline import Connection, Each, Join
from ..theme.tokens import GRID
from .fields import FaultLabel, fault_in_axis, still_wheel

if TYPE_CHECKING:
    from ..theme.theme import Theme

WAYS = ("direct", "each", "join")


class HandingOver(QWidget):
    """Edits the mapping of one connection; ``edited`` tells what it should be, ``left`` that typing is over."""

    edited = pyqtSignal(object)
    left = pyqtSignal()

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self._connection = Connection("")
        self.name, self.way, self.axis = QLabel(name, self), QComboBox(self), QLineEdit(self)
        self.skip = QCheckBox(self.tr("go on without failed items"), self)
        self.nested = QCheckBox(self.tr("lists of lists"), self)
        self.labels = QCheckBox(self.tr("with their labels"), self)
        self.fault = FaultLabel(theme)
        for text in (
            self.tr("as it is"),
            self.tr("item by item"),
            self.tr("collected into a list"),
        ):
            self.way.addItem(text)
        self.name.setWordWrap(True)
        self.way.setAccessibleName(self.tr("How {name} is handed over").format(name=name))
        self.axis.setAccessibleName(self.tr("Axis of {name}").format(name=name))
        self.way.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        still_wheel(self.way)
        self._arrange()
        self.way.activated.connect(self._choose)
        self.axis.textEdited.connect(lambda _text: self._tell())
        self.axis.editingFinished.connect(self.left)
        for box in (self.skip, self.nested, self.labels):
            box.clicked.connect(lambda _checked: self._tell())

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        grid.addWidget(self.name, 0, 0)
        grid.addWidget(self.way, 0, 1)
        for row, widget in enumerate((self.axis, self.skip, self.nested, self.labels, self.fault), 1):
            grid.addWidget(widget, row, 1)

    def show_connection(self, connection: Connection) -> None:
        """Show how a connection hands over its value."""
        self._connection = connection
        way = "each" if connection.each is not None else "join" if connection.join is not None else "direct"
        self.way.setCurrentIndex(WAYS.index(way))
        self.axis.setVisible(way != "direct")
        each, join = connection.each, connection.join
        text = (each.axis or "") if each is not None else ", ".join(join.axes) if join is not None else ""
        if not self.axis.hasFocus():
            self.axis.setText(text)
        self.axis.setPlaceholderText(
            self.tr("axis: the innermost") if way == "join" else self.tr("name of the axis: automatic")
        )
        for box in (self.skip, self.nested, self.labels):
            box.setVisible(way == "join")
        if join is not None:
            self.skip.setChecked(join.on_failure == "skip")
            self.nested.setChecked(join.nested)
            self.labels.setChecked(join.with_labels)

    def _choose(self, row: int) -> None:
        plain = structs.replace(self._connection, each=None, join=None)
        way = WAYS[row]
        each, join = structs.replace(plain, each=Each()), structs.replace(plain, join=Join())
        made = {"direct": plain, "each": each, "join": join}
        self.axis.clear()
        self.fault.say("")
        self.left.emit()
        self.edited.emit(made[way])

    def _tell(self) -> None:
        names = tuple(name.strip() for name in self.axis.text().split(",") if name.strip())
        fault = next(filter(None, map(fault_in_axis, names)), "")
        if self._connection.each is not None and len(names) > 1:
            fault = self.tr("Items have one axis: write one name")
        self.fault.say(fault)
        if fault:
            return
        if self._connection.each is not None:
            self.edited.emit(structs.replace(self._connection, each=Each(names[0] if names else None)))
        else:
            join = Join(
                names,
                "skip" if self.skip.isChecked() else "fail",
                self.nested.isChecked(),
                self.labels.isChecked(),
            )
            self.edited.emit(structs.replace(self._connection, join=join))
