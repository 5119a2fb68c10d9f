"""Says which lists of a node are stepped through together: ports in groups, each of which is one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ....core.pipeline import Zip
from ..theme.tokens import GRID
from .fields import Caption, FaultLabel, fault_in_axis

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ..theme.theme import Theme


class Together(QWidget):
    """One group: a box for each port that could be in it, and the name of its axis."""

    edited = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, candidates: Sequence[str], theme: Theme) -> None:
        super().__init__()
        self.boxes = {name: QCheckBox(name, self) for name in candidates}
        self.axis, self.fault = QLineEdit(self), FaultLabel(theme)
        self.axis.setPlaceholderText(self.tr("name of the axis: automatic"))
        self.axis.setAccessibleName(self.tr("Axis of what steps together"))
        self.axis.textEdited.connect(lambda _text: self._tell())
        self.axis.editingFinished.connect(self.left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID + 2)
        for box in self.boxes.values():
            box.clicked.connect(lambda _checked: self._tell())
            layout.addWidget(box)
        layout.addWidget(self.axis)
        layout.addWidget(self.fault)

    @property
    def ports(self) -> tuple[str, ...]:
        """The ports that are in it."""
        return tuple(name for name, box in self.boxes.items() if box.isChecked())

    @property
    def zip(self) -> Zip | None:
        """What it says; None if it holds no port."""
        return Zip(self.ports, self.axis.text().strip() or None) if self.ports else None

    def show_zip(self, zipping: Zip | None, others: Collection[str]) -> None:
        """Show a group; the ports of ``others`` cannot be in it as well."""
        ports = zipping.ports if zipping is not None else ()
        for name, box in self.boxes.items():
            box.setChecked(name in ports)
            box.setEnabled(name not in others)
        self.axis.setVisible(bool(ports))
        if not self.axis.hasFocus():
            self.axis.setText((zipping.axis if zipping is not None else None) or "")

    def _tell(self) -> None:
        fault = fault_in_axis(self.axis.text().strip())
        self.fault.say(fault)
        if not fault:
            self.edited.emit()


class Stepping(QWidget):
    """All groups of one node. ``edited`` tells them anew; ``left`` that a name was typed to its end."""

    edited = pyqtSignal(object)
    left = pyqtSignal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._key: Any = None
        self._one_more = False
        self._zips: tuple[Zip, ...] = ()
        self._candidates: tuple[str, ...] = ()
        self.groups: list[Together] = []
        self.title = Caption(theme, self.tr("Step through these lists together, not in all combinations:"))
        self.more = QPushButton(self.tr("Others together, too"), self)
        self.more.setToolTip(self.tr("Step through other lists together as well, along an axis of their own"))
        self.more.setAutoDefault(False)
        self.more.clicked.connect(lambda _on: self._add())
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2 * GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID + 2)
        layout.addWidget(self.title)
        layout.addLayout(self._rows)
        layout.addWidget(self.more)

    def show_zips(self, candidates: Sequence[str], zips: tuple[Zip, ...], node: object) -> None:
        """Show what steps together of the ports that could; ``node`` stands for what is selected."""
        ports = tuple(dict.fromkeys([*candidates, *(port for zipping in zips for port in zipping.ports)]))
        self._candidates = ports if len(ports) > 1 or zips else ()
        self._zips = zips if self._candidates else ()
        if (node, self._candidates) != self._key:
            self._key, self._one_more = (node, self._candidates), False
            self._make(0)
        self._draw()

    def _draw(self) -> None:
        zips, ports = self._zips, {port for zipping in self._zips for port in zipping.ports}
        self._one_more = self._one_more and len(zips) < len(self.groups)
        self._make(max(len(zips) + self._one_more, 1) if self._candidates else 0)
        for group, zipping in zip([*self.groups], [*zips, *[None] * len(self.groups)], strict=False):
            group.show_zip(zipping, ports - set(zipping.ports if zipping is not None else ()))
        self.title.setVisible(bool(self.groups))
        self.more.setVisible(bool(zips) and not self._one_more and len(self._candidates) - len(ports) > 1)
        self.setVisible(bool(self.groups))

    def _make(self, count: int) -> None:
        while len(self.groups) > count:
            old = self.groups.pop()
            old.hide()
            old.deleteLater()
        while len(self.groups) < count:
            group = Together(self._candidates, self._theme)
            group.edited.connect(self._tell)
            group.left.connect(self.left)
            self.groups.append(group)
            self._rows.addWidget(group)

    def _add(self) -> None:
        self._one_more = True
        self._make(len(self._zips) + 1)
        self._draw()

    def _tell(self) -> None:
        self.edited.emit(tuple(zipping for group in self.groups if (zipping := group.zip) is not None))
