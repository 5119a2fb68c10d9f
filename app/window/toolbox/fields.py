"""What a card lets a person set: a caption above its editor, as many side by side as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QMenu, QSpinBox, QToolButton, QVBoxLayout, QWidget

from ..labels import write_as
from ..theme.tokens import CAPTION, GRID
from .flow import Flow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PyQt6.QtWidgets import QAbstractSpinBox

    from ..theme.theme import Theme

GAP = 2 * GRID
MOST = 9_999
WIDTH, AROUND, HEIGHT = 24 * GRID, 14 * GRID, 7 * GRID
"""Pixels: how wide an editor of numbers is at least, how much is around its text, and how high a line is."""


class Field(QWidget):
    """A caption and, under it, an editor."""

    def __init__(self, caption: str, editor: QWidget, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor, self._theme = editor, theme
        self.caption = QLabel(caption, self)
        self.caption.setBuddy(editor)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.caption)
        column.addWidget(editor)
        editor.setAccessibleName(caption)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        write_as(self.caption, self._theme, CAPTION, colour=self._theme.colours.secondary)


class Fields(QWidget):
    """The fields of a card."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._told: dict[str, Field] = {}
        self._flow = Flow(self, GAP)

    def add(self, caption: str, editor: QWidget, tip: str = "") -> Field:
        """Add one more, and return it."""
        field = Field(caption, editor, self._theme, self)
        if isinstance(editor, Number):
            # No proxy for its box: a widget with a proxy is a stop of Tab too, and led it back to the box for ever.
            field.caption.setBuddy(editor.box)
        if tip:
            editor.setToolTip(tip)
            field.caption.setToolTip(tip)
        self._flow.addWidget(field)
        return field

    def tell(self, values: Mapping[str, object]) -> None:
        """Show what is set and cannot be set here, as it is not known here."""
        for name, value in values.items():
            if name not in self._told:
                about = self.tr("From a newer Treadle, or of a plug-in that is not here: kept as it is")
                self._told[name] = self.add(name, QLabel(self), about)
                self._told[name].setEnabled(False)
            shown = self._told[name].editor
            assert isinstance(shown, QLabel)
            shown.setMinimumHeight(HEIGHT)
            shown.setText(str(value))
        for name, field in self._told.items():
            field.setVisible(name in values)

    @property
    def told(self) -> dict[str, str]:
        """What is shown that cannot be set here."""
        shown = {name: field.editor for name, field in self._told.items() if not field.isHidden()}
        return {name: label.text() for name, label in shown.items() if isinstance(label, QLabel)}


class Number(QWidget):
    """A whole number; 0 stands for what Treadle chooses. Behind a button are numbers that are often wanted."""

    edited = pyqtSignal(int)

    def __init__(self, zero: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.box, self.more, self._menu = QSpinBox(self), QToolButton(self), QMenu(self)
        self.box.setRange(0, MOST)
        self.box.setSpecialValueText(zero)
        _set_up(self.box)
        self.box.valueChanged.connect(self.edited)
        self.more.setMenu(self._menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setToolTip(self.tr("Numbers that are often wanted"))
        self.more.setStyleSheet(
            f"QToolButton {{ padding: {GRID - 1}px }} QToolButton::menu-indicator {{ image: none }}"
        )
        self.more.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self.box)
        row.addWidget(self.more)
        theme.changed.connect(self._dress)
        self._dress()

    def offer(self, presets: Sequence[tuple[str, int]]) -> None:
        """Offer these numbers, each with its words."""
        self._menu.clear()
        for words, number in presets:
            action = QAction(words, self._menu)
            action.triggered.connect(lambda _checked, number=number: self.box.setValue(number))
            self._menu.addAction(action)
        self.more.setVisible(bool(presets))

    def show_value(self, value: int) -> None:
        """Show what is set."""
        with QSignalBlocker(self.box):
            self.box.setValue(min(value, MOST))

    def setAccessibleName(self, name: str | None) -> None:  # noqa: N802
        """Name what takes the keyboard too."""
        super().setAccessibleName(name)
        self.box.setAccessibleName(name)
        self.more.setAccessibleName(f"{name}: {self.more.toolTip()}")

    def _dress(self) -> None:
        self.more.setIcon(self._theme.icon("down"))


def amount(zero: str, unit: str, step: float, most: float, parent: QWidget | None = None) -> QDoubleSpinBox:
    """Return an editor for an amount with a unit; 0 stands for what Treadle chooses."""
    box = QDoubleSpinBox(parent)
    box.setDecimals(1)
    box.setRange(0.0, most)
    box.setSingleStep(step)
    box.setSuffix(f" {unit}")
    box.setSpecialValueText(zero)
    _set_up(box)
    return box


def _set_up(box: QAbstractSpinBox) -> None:
    # Typing is taken when it is done; and a wheel that scrolls the cards changes nothing on its way.
    box.setKeyboardTracking(False)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setAccelerated(True)
    box.setFixedWidth(max(WIDTH, box.fontMetrics().horizontalAdvance(box.specialValueText()) + AROUND))
    box.installEventFilter(_Still(box))


class _Still(QObject):
    """Hands the wheel on from an editor that has not the keyboard."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Let the wheel scroll the panel."""
        wheel = event is not None and event.type() == QEvent.Type.Wheel
        if wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            assert event is not None
            event.ignore()
            return True
        return super().eventFilter(watched, event)
