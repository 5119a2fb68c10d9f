"""Edits what is one of a few: a choice, or yes and no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSizePolicy, QWidget

from .editor import Editor, without_wheel_focus
from .reading import MIXED, UNSET, Unset, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .....core.modules import Port


class ChoiceEditor(Editor):
    """Offers the choices of a port, the default first where there is one; ``words`` say a choice by its ``repr``."""

    def __init__(self, port: Port, parent: QWidget | None = None, words: Mapping[str, str] | None = None) -> None:
        super().__init__(port, parent)
        self._words = words or {}
        self._values: list[Any] = [UNSET, *(choice for choice in port.choices if not _is(choice, port.default))]
        self.box = QComboBox(self)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(6)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        without_wheel_focus(self.box)
        self._fill()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self._attend(self.box)
        self.box.activated.connect(lambda row: self.edited.emit(self._values[row]))

    def _fill(self) -> None:
        if self.port.optional:
            first = self.tr("{value} (default)").format(value=self._text(self.port.default))
        else:
            first = self.tr("choose one")
        self.box.addItem(first)
        for value in self._values[1:]:
            self.box.addItem(self._text(value))

    def _text(self, value: Any) -> str:
        return self._words.get(repr(value)) or text_of(value)

    def show_value(self, value: Any) -> None:
        """Select the choice; a value that is none of them is listed for once."""
        if value is MIXED:
            self.box.setCurrentIndex(-1)
            self.box.setPlaceholderText(self.tr("several values"))
            return
        if self.port.optional and _is(value, self.port.default):
            value = UNSET
        row = next((at for at, known in enumerate(self._values) if _is(known, value)), -1)
        if row < 0:
            self._values.append(value)
            self.box.addItem(self._text(value))
            row = len(self._values) - 1
        self.box.setCurrentIndex(row)

    def draft(self) -> Any:
        """Return the choice."""
        row = self.box.currentIndex()
        return self._values[row] if row >= 0 else MIXED

    def show_draft(self, draft: Any) -> None:
        """Select a choice."""
        self.show_value(draft)
        self.edited.emit(draft)


class SwitchEditor(Editor):
    """Edits yes or no; of several values neither is checked until one is chosen."""

    def __init__(self, port: Port, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self.box = QCheckBox(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        layout.addStretch()
        self._attend(self.box)
        self.box.toggled.connect(self._word)
        self.box.clicked.connect(self._tell)
        self._word(self.box.isChecked())

    def show_value(self, value: Any) -> None:
        """Show a truth value, by default that of the port."""
        self.box.setTristate(value is MIXED)
        if value is MIXED:
            self.box.setCheckState(Qt.CheckState.PartiallyChecked)
            self.box.setText(self.tr("several values"))
            return
        self.box.setChecked(bool(self.port.default) if isinstance(value, Unset) else bool(value))
        self._word(self.box.isChecked())

    def draft(self) -> Any:
        """Return what is chosen."""
        return self.box.isChecked()

    def show_draft(self, draft: Any) -> None:
        """Choose."""
        self.box.setChecked(draft)
        self.edited.emit(draft)

    def _tell(self) -> None:
        self.box.setTristate(False)
        self.edited.emit(self.box.isChecked())

    def _word(self, yes: bool) -> None:  # noqa: FBT001
        self.box.setText(self.tr("yes") if yes else self.tr("no"))


def _is(one: Any, other: Any) -> bool:
    """Say whether two values are the same; 1, 1.0 and True are not."""
    return one is other or (type(one) is type(other) and bool(one == other))
