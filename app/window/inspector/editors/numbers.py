"""Edits a number: with steps, a range, a unit; empty means the default."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PyQt6.QtGui import QValidator
from PyQt6.QtWidgets import QAbstractSpinBox, QHBoxLayout, QLabel, QWidget

from .editor import Editor, without_wheel_focus
from .reading import MIXED, UNSET, Fault, checked, kinds_of, read_number, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .....core.modules import Port

_STEPS_OF_A_RANGE = 50
MOST_UNIT = 8
_MOST = 1e15
"""Beyond it a step of one is lost in a float."""


class NumberField(QAbstractSpinBox):
    """A text with steps; what is written may be anything, and is judged by who reads it."""

    def __init__(self, step: Callable[[str, int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = step
        self.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToPreviousValue)

    def validate(self, text: str | None, at: int) -> tuple[QValidator.State, str, int]:
        """Let everything be written."""
        return QValidator.State.Acceptable, text or "", at

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:  # noqa: N802
        """Allow steps both ways."""
        return QAbstractSpinBox.StepEnabledFlag.StepUpEnabled | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled

    def stepBy(self, steps: int) -> None:  # noqa: N802
        """Go some steps up or down."""
        line = self.lineEdit()
        if line is not None:
            stepped = self._step(line.text(), steps)
            if stepped != line.text():
                line.setText(stepped)
                line.textEdited.emit(stepped)


class NumberEditor(Editor):
    """Edits a whole number or a fraction, as the port takes them."""

    def __init__(self, port: Port, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self._kinds = kinds_of(port)
        self.field = NumberField(self._stepped, self)
        without_wheel_focus(self.field)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field, 1)
        if port.unit:
            layout.addWidget(self._unit(port.unit))
        self._attend(self.field)
        line = self.field.lineEdit()
        assert line is not None, "a spin box has a line"
        self.line = line
        self.line.setPlaceholderText(self._placeholder())
        self.line.textEdited.connect(lambda _text: self.edited.emit(self._read()))
        self.field.setToolTip(self._range_text())

    def _unit(self, text: str) -> QLabel:
        shown = text if len(text) <= MOST_UNIT else f"{text[: MOST_UNIT - 1]}…"
        label = QLabel(shown, self)
        label.setToolTip(text)
        return label

    def show_value(self, value: Any) -> None:
        """Show a number, a reference, or nothing."""
        self.line.setPlaceholderText(self.tr("several values") if value is MIXED else self._placeholder())
        shown = UNSET if value is MIXED or (value is None and self.port.default is None) else value
        read = self._read()
        if read is shown or (type(read) is type(shown) and read == shown and self.line.text()):
            return
        self.line.setText(text_of(shown))

    def draft(self) -> str:
        """Return the text."""
        return self.line.text()

    def show_draft(self, draft: Any) -> None:
        """Write a text."""
        self.line.setText(draft)
        self.edited.emit(self._read())

    def _read(self) -> Any:
        return read_number(self.line.text(), self._kinds)

    def _placeholder(self) -> str:
        return text_of(self.port.default) if self.port.optional else self.tr("needed")

    def _range_text(self) -> str:
        low, high = self.port.low, self.port.high
        if low is not None and high is not None:
            return self.tr("{low} to {high}").format(low=text_of(low), high=text_of(high))
        if low is not None:
            return self.tr("{low} or more").format(low=text_of(low))
        return self.tr("{high} or less").format(high=text_of(high)) if high is not None else ""

    def _stepped(self, text: str, steps: int) -> str:
        value = read_number(text, self._kinds)
        if value is UNSET:
            value = self.port.default if _is_number(self.port.default) else self.port.low or 0
        if isinstance(value, Fault) or not _is_number(value) or abs(value) > _MOST:
            return text
        new = _next(value, steps, self._step_size(value), whole="float" not in self._kinds)
        low, high = self.port.low, self.port.high
        new = max(new, low) if low is not None else new
        new = min(new, high) if high is not None else new
        kept = int(new) if "float" not in self._kinds else float(new)
        return text if isinstance(checked(self.port, kept), Fault) else text_of(kept)

    def _step_size(self, value: float) -> float:
        low, high = self.port.low, self.port.high
        if "float" not in self._kinds:
            return 1
        if low is not None and high is not None and 0 < high - low < 1e3:
            return float(10 ** math.floor(math.log10((high - low) / _STEPS_OF_A_RANGE) + 0.5))
        return float(10 ** (math.floor(math.log10(abs(value))) - 1)) if value else 0.1


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _next(value: float, steps: int, size: float, *, whole: bool) -> float:
    """Return the value some steps away, on the grid of the steps, without the dust of binary fractions."""
    if whole:
        return int(value) + steps
    digits = max(0, -math.floor(math.log10(size))) + 1
    return round(value + steps * size, digits)
