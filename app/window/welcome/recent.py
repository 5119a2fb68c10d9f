"""The list of the files that were open last."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ..labels import write_as
from ..theme.tokens import CAPTION, GRID

if TYPE_CHECKING:
    from ..settings import Settings
    from ..theme.theme import Theme

SHOWN = 8
_TEXT_WIDTH = 236


class RecentFiles(QWidget):
    """A button for each file; those that are not there any more cannot be pressed. ``wanted`` tells which was."""

    wanted = pyqtSignal(Path)

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._theme = settings, theme
        self.buttons: list[QPushButton] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setAccessibleName(self.tr("Recent files"))
        settings.changed.connect(self._changed)
        theme.changed.connect(self.fill)
        self.fill()

    def _changed(self, name: str) -> None:
        if name == "recent":
            self.fill()

    def fill(self) -> None:
        """List the files anew."""
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.buttons = [self._button(Path(path)) for path in self._settings.recent()[:SHOWN]]
        for button in self.buttons:
            self._layout.addWidget(button)
        if not self.buttons:
            none = QLabel(self.tr("Files that you open are listed here."))
            none.setWordWrap(True)
            write_as(none, self._theme, CAPTION, colour=self._theme.colours.secondary)
            self._layout.addWidget(none)

    def _button(self, path: Path) -> QPushButton:
        there = path.is_file()
        folder = str(path.parent).replace(str(Path.home()), "~", 1)
        note = folder if there else self.tr("missing")
        metrics = QFontMetrics(self.font())
        text = metrics.elidedText(f"{path.stem}  ·  {note}", Qt.TextElideMode.ElideMiddle, _TEXT_WIDTH)
        button = QPushButton(text.replace("&", "&&"))
        button.setFlat(True)
        button.setEnabled(there)
        button.setToolTip(str(path) if there else self.tr("{path} is not there any more").format(path=path))
        button.setAccessibleName(self.tr("Open {path}").format(path=path))
        colours = self._theme.colours
        colour = colours.text if there else colours.disabled
        button.setStyleSheet(
            f"QPushButton {{ text-align: left; border: 1px solid transparent; background: transparent; color: {colour};"
            f" padding: {GRID + 1}px {GRID}px }} QPushButton:hover {{ background: {colours.accent_ground} }}"
            f" QPushButton:focus {{ border-color: {colours.accent} }}"
        )
        button.clicked.connect(lambda: self.wanted.emit(path))
        return button
