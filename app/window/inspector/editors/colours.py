"""Edits a colour: as text, or chosen in a dialog; a swatch shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QColorDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget

from .....core.validation.parameters import is_reference
from ...painting import painting
from ...theme.tokens import GRID, ICON_SMALL
from .editor import Editor
from .reading import MIXED, UNSET, Fault, text_of

if TYPE_CHECKING:
    from .....core.modules import Port
    from ...theme.theme import Theme


def is_colour(port: Port, kinds: frozenset[str]) -> bool:
    """Say whether a port takes a colour: text that is named so."""
    words = port.name.lower().split("_")
    return kinds == {"str"} and not port.choices and bool({"colour", "color"} & set(words))


class ColourEditor(Editor):
    """A name or ``#rrggbb``, and a swatch that opens a dialog."""

    def __init__(self, port: Port, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self._theme = theme
        self.line, self.swatch = QLineEdit(self), QToolButton(self)
        self.swatch.setToolTip(self.tr("Choose a colour"))
        self.swatch.setAccessibleName(f"{port.name}: {self.swatch.toolTip()}")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.swatch)
        self._attend(self.line)
        self.line.textEdited.connect(lambda _text: self._tell())
        self.swatch.clicked.connect(self.choose)
        theme.changed.connect(self._paint)
        self.show_value(UNSET)

    def show_value(self, value: Any) -> None:
        """Show a colour."""
        needed = text_of(self.port.default) if self.port.optional else self.tr("needed")
        self.line.setPlaceholderText(self.tr("several values") if value is MIXED else needed)
        text = "" if value is None else text_of(value)
        if text != self.line.text():
            self.line.setText(text)
        self._paint()

    def draft(self) -> str:
        """Return the text."""
        return self.line.text()

    def show_draft(self, draft: Any) -> None:
        """Write a text."""
        self.line.setText(draft)
        self._tell()

    def choose(self) -> None:
        """Open the dialog; it does not hold up the window."""
        dialog = QColorDialog(self._colour(), self)
        dialog.colorSelected.connect(lambda colour: self.show_draft(colour.name()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _tell(self) -> None:
        self._paint()
        text = self.line.text().strip()
        if text and not is_reference(text) and not QColor.isValidColorName(text):
            self.edited.emit(Fault(self.tr("“{text}” is no colour; write #rrggbb or a name").format(text=text[:40])))
        else:
            self.edited.emit(text or UNSET)

    def _colour(self) -> QColor:
        name = self.line.text().strip() or self.line.placeholderText()
        return QColor(name) if QColor.isValidColorName(name) else QColor(Qt.GlobalColor.transparent)

    def _paint(self) -> None:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(ICON_SMALL * ratio), round(ICON_SMALL * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        with painting(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(self._theme.colours.border_strong))
            painter.setBrush(self._colour())
            painter.drawRoundedRect(1, 1, ICON_SMALL - 2, ICON_SMALL - 2, GRID, GRID)
        self.swatch.setIcon(QIcon(pixmap))
