"""What shows one document: its canvas, and how its runs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from .rooms import make_canvas

if TYPE_CHECKING:
    from .document import Document
    from .shared import Shared


class DocumentPage(QWidget):
    """The page of a document; it lives as long as its tab."""

    selection_changed = pyqtSignal()

    def __init__(self, document: Document, shared: Shared, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.setAccessibleName(document.title)
        self.canvas = make_canvas(document, shared, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self.setFocusProxy(self.canvas)

    @property
    def selection(self) -> list[str]:
        """The ids of the nodes that are selected."""
        return list(getattr(self.canvas, "selection", ()))
