"""Where the window gets its canvas and its panels from, and what they all share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication, QSize, Qt
from PyQt6.QtWidgets import QLabel, QWidget

from .docks import BOTTOM, LEFT, RIGHT, Panel
from .miniature import picture

if TYPE_CHECKING:
    from .document import Document
    from .shared import Shared
    from .theme.theme import Theme


class _Still(QLabel):
    """A picture of a document, until there is a canvas."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(document.title)
        document.changed.connect(lambda _edit: self._draw())
        theme.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        from PyQt6.QtGui import QPixmap

        shown = picture(self._document.pipeline, self._theme.colours, QSize(800, 400), self.devicePixelRatioF())
        self.setPixmap(QPixmap.fromImage(shown))


def make_canvas(document: Document, shared: Shared, parent: QWidget) -> QWidget:
    """Return the canvas of a document."""
    return _Still(document, shared.theme, parent)


def make_panels(shared: Shared, parent: QWidget) -> list[Panel]:
    """Return the panels of a window, in the order in which they are listed."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("rooms", text)

    titles = (
        ("modules", tr("Modules"), LEFT), ("outline", tr("Outline"), LEFT), ("inspector", tr("Inspector"), RIGHT),
        ("tasks", tr("Tasks"), BOTTOM), ("problems", tr("Problems"), BOTTOM), ("log", tr("Log"), BOTTOM),
    )  # fmt: skip
    return [Panel(name, title, area, QLabel(title, parent)) for name, title, area in titles]
