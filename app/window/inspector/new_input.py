"""Adds an input to a node whose module takes any: its name is written, its value is set or connected afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ....core.validation.problems import fault_in_name
from ..theme.tokens import GRID
from .fields import FaultLabel

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..theme.theme import Theme


class NewInput(QWidget):
    """A line for the name; ``named`` tells it when Enter is pressed, if no input is called so yet."""

    named = pyqtSignal(str)

    def __init__(self, taken: Collection[str], theme: Theme) -> None:
        super().__init__()
        self._taken = taken
        self.line, self.fault = QLineEdit(self), FaultLabel(theme)
        self.line.setPlaceholderText(self.tr("Add an input: write its name"))
        self.line.setAccessibleName(self.tr("Name of a new input"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self.line)
        layout.addWidget(self.fault)
        self.line.textEdited.connect(lambda _text: self.fault.say(""))
        self.line.returnPressed.connect(self._add)

    def _add(self) -> None:
        name = self.line.text().strip()
        fault = fault_in_name(name)
        if fault:
            self.fault.say(self.tr("The name {fault}").format(fault=fault))
        elif name in self._taken:
            self.fault.say(self.tr("There is an input “{name}” already").format(name=name))
        else:
            self.named.emit(name)
