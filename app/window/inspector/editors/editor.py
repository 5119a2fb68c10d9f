"""What all editors of values have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget

if TYPE_CHECKING:
    from .....core.modules import Port


class Editor(QWidget):
    """Edits one value.

    ``edited`` tells what a person made of it: a value, UNSET (the default), or a Fault if what is written is no
    value. ``left`` tells that the editing is over. Neither follows from ``show_value``. What is written can be taken
    out with ``draft``, also where it is no value, and put back with ``show_draft``.
    """

    edited = pyqtSignal(object)
    left = pyqtSignal()
    wide = False
    """Whether it needs a line of its own below the name."""

    def __init__(self, port: Port, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.port = port

    def show_value(self, value: Any) -> None:
        """Show a value, UNSET or MIXED, unless it is what stands there already."""
        raise NotImplementedError

    def draft(self) -> Any:
        """Return what is written."""
        raise NotImplementedError

    def show_draft(self, draft: Any) -> None:
        """Write again what was written before."""
        raise NotImplementedError

    def show_fault(self, wrong: bool) -> None:  # noqa: FBT001 - it is said once, by the row
        """Mark what is written as wrong, or no longer."""
        widget = self.focusProxy()
        if widget is not None and bool(widget.property("invalid")) != wrong:
            widget.setProperty("invalid", "true" if wrong else None)
            style = widget.style()
            if style is not None:
                style.unpolish(widget)
                style.polish(widget)

    def _attend(self, widget: QWidget) -> None:
        """Make a widget the one that has the focus, and hear when it is left."""
        self.setFocusProxy(widget)
        widget.installEventFilter(self)
        widget.setAccessibleName(self.port.name)
        widget.setAccessibleDescription(self.port.help)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Hear that the editing is over; let the wheel scroll the panel, not change values it passes over."""
        if event is not None and isinstance(watched, QWidget):
            if event.type() == QEvent.Type.FocusOut:
                self.left.emit()
            elif event.type() == QEvent.Type.Wheel and _would_change(watched):
                event.ignore()
                return True
        return super().eventFilter(watched, event)


def without_wheel_focus(widget: QWidget) -> None:
    """Let a widget be entered by Tab and click only."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def _would_change(widget: QWidget) -> bool:
    return isinstance(widget, QComboBox) or (isinstance(widget, QAbstractSpinBox) and not widget.hasFocus())
