"""Small widgets that several parts of the inspector are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PyQt6.QtWidgets import QComboBox, QLabel, QSizePolicy, QWidget

from ....core.validation.problems import fault_in_name
from ..theme.tokens import CAPTION, STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..theme.theme import Theme


MOST_AXIS_NAME = 100
"""Characters, as *core/pipeline.py* has it."""


class FaultLabel(QLabel):
    """Says what is wrong, in the colour of failure, below the field; hidden if nothing is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def say(self, text: str) -> None:
        """Say this, or nothing."""
        self.setText(text)
        self.setVisible(bool(text))

    def _dress(self) -> None:
        self.setFont(self._theme.font(CAPTION))
        self.setStyleSheet(f"color: {STATES['failed'].colour.on(self._theme.colours)}")


class Caption(QLabel):
    """A sentence in the small secondary type."""

    def __init__(self, theme: Theme, text: str = "") -> None:
        super().__init__(text)
        self._theme = theme
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setFont(self._theme.font(CAPTION))
        self.setStyleSheet(f"color: {self._theme.colours.secondary}")


class _Stillness(QObject):
    """Keeps the wheel from changing what it passes over."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        if event is not None and event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def still_wheel(widget: QWidget) -> None:
    """Let the wheel scroll the panel and not change a field under it."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_Stillness(widget))


def fault_in_axis(name: str) -> str:
    """Say why a text cannot be the name of an axis, or return nothing; an axis without a name is named by itself."""
    fault = fault_in_name(name) if name else ""
    if len(name) > MOST_AXIS_NAME:
        fault = QCoreApplication.translate("Fields", "is too long")
    return QCoreApplication.translate("Fields", "The name {fault}").format(fault=fault) if fault else ""


def offer(box: QComboBox, names: Sequence[str], chosen: str, first: str = "") -> None:
    """Fill a list with names and choose one; ``first`` is what no name is called, where that can be chosen."""
    box.clear()
    if first:
        box.addItem(first, "")
    for name in dict.fromkeys([*names, *([chosen] if chosen else [])]):
        box.addItem(name, name)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
