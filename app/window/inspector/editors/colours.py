"""Edits a colour: as text, or chosen in a dialog; a swatch shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QColorDialog, QLineEdit, QWidget

from .....core.validation.parameters import is_reference
from ...painting import painting
from ...theme.tokens import GRID, ICON_SMALL
from .lines import LineEditor
from .reading import UNSET, Fault

if TYPE_CHECKING:
    from .....core.modules import Port
    from ...theme.theme import Theme


def is_colour(port: Port, kinds: frozenset[str]) -> bool:
    """Say whether a port takes a colour: text that is named so."""
    words = port.name.lower().split("_")
    return kinds == {"str"} and not port.choices and bool({"colour", "color"} & set(words))


class ColourEditor(LineEditor):
    """A name or ``#rrggbb``, and a swatch that opens a dialog."""

    def __init__(self, port: Port, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(port, QLineEdit(), QCoreApplication.translate("ColourEditor", "Choose a colour"), parent)
        self._theme = theme
        theme.changed.connect(self._shown)
        self.show_value(UNSET)

    def ask(self) -> None:
        """Open a dialog for colours."""
        dialog = QColorDialog(self._colour(), self)
        dialog.colorSelected.connect(lambda colour: self.show_draft(colour.name()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _tell(self) -> None:
        self._shown()
        text = self.line.text().strip()
        if text and not is_reference(text) and not QColor.isValidColorName(text):
            self.edited.emit(Fault(self.tr("“{text}” is no colour; write #rrggbb or a name").format(text=text[:40])))
        else:
            self.edited.emit(text or UNSET)

    def _colour(self) -> QColor:
        name = self.line.text().strip() or self.line.placeholderText()
        return QColor(name) if QColor.isValidColorName(name) else QColor(Qt.GlobalColor.transparent)

    def _shown(self) -> None:
        """Show the colour on the button."""
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(ICON_SMALL * ratio), round(ICON_SMALL * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        with painting(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(self._theme.colours.border_strong))
            painter.setBrush(self._colour())
            painter.drawRoundedRect(1, 1, ICON_SMALL - 2, ICON_SMALL - 2, GRID, GRID)
        self.button.setIcon(QIcon(pixmap))
