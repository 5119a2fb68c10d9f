"""The theme in force: light or dark, as the system has it or as the person chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPixmap

from .icons import Drawings, icon
from .pictures import Pictures
from .sheets import put_sheet
from .signs import signs_sheet
from .style import palette_of, style_sheet
from .tokens import BODY, DARK, ICON_SMALL, LIGHT, Colours

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

Choice = Literal["system", "light", "dark"]


class Theme(QObject):
    """What every view is given: colours, icons and fonts. ``changed`` tells that they are others now."""

    changed = pyqtSignal()

    def __init__(self, choice: Choice = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.drawings = Drawings()
        self._pictures = Pictures(self.drawings)
        self._application: QApplication | None = None
        self._choice: Choice = choice
        self.colours: Colours = self._chosen()
        hints = QGuiApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self._system_changed)

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are in force."""
        return self.colours is DARK

    @property
    def choice(self) -> Choice:
        """What the person chose."""
        return self._choice

    def choose(self, choice: Choice) -> None:
        """Take the colours of the system, or one theme whatever the system has."""
        self._choice = choice
        self._set(self._chosen())

    def dress(self, application: QApplication) -> None:
        """Give an application these colours, now and whenever they change."""
        self._application = application
        application.setStyle("Fusion")
        self._apply()

    def _chosen(self) -> Colours:
        if self._choice != "system":
            return DARK if self._choice == "dark" else LIGHT
        hints = QGuiApplication.styleHints()
        return DARK if hints is not None and hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT

    def _system_changed(self) -> None:
        self._set(self._chosen())

    def _set(self, colours: Colours) -> None:
        if colours is not self.colours:
            self.colours = colours
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        if self._application is not None:
            self._application.setPalette(palette_of(self.colours))
            sheet = style_sheet(self.colours) + signs_sheet(self.colours, self._pictures.file)
            put_sheet(self._application, sheet)

    # What views ask for

    def icon(self, name: str, colour: str = "") -> QIcon:
        """Return an icon in a colour, by default that of text; KeyError if there is none of this name."""
        colours = self.colours
        return icon(self.drawings, name, colour or colours.secondary, colours.disabled, colours.surface)

    def pixmap(self, name: str, colour: str = "", size: int = ICON_SMALL, ratio: float = 1.0) -> QPixmap:
        """Return an icon as a pixmap."""
        return self.drawings.pixmap(name, colour or self.colours.secondary, size, ratio, self.colours.surface)

    def colour(self, colour: str, opacity: float = 1.0) -> QColor:
        """Return a colour as Qt has it."""
        made = QColor(colour)
        made.setAlphaF(opacity)
        return made

    def font(self, size: float = BODY, *, semibold: bool = False) -> QFont:
        """Return the system's font at a size of the tokens."""
        made = QFont(QGuiApplication.font())
        made.setPointSizeF(made.pointSizeF() * size)
        if semibold:
            made.setWeight(QFont.Weight.DemiBold)
        return made

    def monospace(self, size: float = BODY) -> QFont:
        """Return the system's font for logs and code."""
        made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        made.setPointSizeF(QGuiApplication.font().pointSizeF() * size)
        return made
