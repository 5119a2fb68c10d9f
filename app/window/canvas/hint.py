"""What an empty canvas says: what to do next, with the button for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ..theme.tokens import HEADING

if TYPE_CHECKING:
    from .view import CanvasView


class EmptyHint(QWidget):
    """Shown where there is nothing."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        heading = QLabel(self.tr("Nothing here yet"), self)
        heading.setFont(canvas.theme.font(HEADING, semibold=True))
        text = QLabel(self.tr("Drag a module here from the palette, drop a file,\nor press Tab to search."), self)
        button = QPushButton(self.tr("Add a module…"), self)
        button.setAccessibleName(self.tr("Add a module"))
        button.clicked.connect(lambda: canvas.ask_search(*canvas.middle()))
        for widget in (heading, text, button):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(widget, alignment=Qt.AlignmentFlag.AlignCenter)
        self.adjustSize()
        self.hide()
