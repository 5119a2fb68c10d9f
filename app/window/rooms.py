"""The panels around the canvas, and what each is told when another document comes to the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from .docks import BOTTOM, LEFT, RIGHT, Panel
from .empty import EmptyPlace
from .palette.panel import PalettePanel

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from .page import DocumentPage
    from .shared import Shared


class Rooms(QObject):
    """Makes the panels and keeps them with the document in front."""

    def __init__(self, shared: Shared, parent: QWidget) -> None:
        super().__init__(parent)
        self._page: DocumentPage | None = None
        self.palette = PalettePanel(shared.catalogue, shared.theme, parent)
        self.empty = {
            name: EmptyPlace(shared.theme, parent) for name in ("outline", "inspector", "tasks", "problems", "log")
        }
        self.palette.place_requested.connect(self._place)

    def panels(self) -> list[Panel]:
        """Return the panels, in the order in which they are listed."""
        return [
            Panel("modules", self.tr("Modules"), LEFT, self.palette),
            Panel("outline", self.tr("Outline"), LEFT, self.empty["outline"]),
            Panel("inspector", self.tr("Inspector"), RIGHT, self.empty["inspector"]),
            Panel("tasks", self.tr("Tasks"), BOTTOM, self.empty["tasks"]),
            Panel("problems", self.tr("Problems"), BOTTOM, self.empty["problems"]),
            Panel("log", self.tr("Log"), BOTTOM, self.empty["log"]),
        ]

    def show(self, page: DocumentPage | None) -> None:
        """Show the document of a page; None if none is in front."""
        self._page = page

    def _place(self, path: str) -> None:
        if self._page is not None:
            self._page.adding.place_middle(path)
