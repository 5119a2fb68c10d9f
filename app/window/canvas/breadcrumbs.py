"""The way from the pipeline to the group that is shown, each step a button back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from .naming import title_of

if TYPE_CHECKING:
    from ....core.pipeline import Where
    from .view import CanvasView


class Breadcrumbs(QFrame):
    """Hidden at the top of a pipeline."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setAccessibleName(self.tr("Groups"))
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 2, 8, 2)
        self._row.setSpacing(2)
        self.hide()

    def show_where(self) -> None:
        """Show the way to the group that is shown now."""
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        where = self._canvas.where
        for depth in range(len(where)):
            self._add_step(where[:depth])
            self._row.addWidget(QLabel("›", self))
        if where:
            self._row.addWidget(QLabel(self._name(where), self))
        self.setVisible(bool(where))
        self.adjustSize()

    def _add_step(self, where: Where) -> None:
        button = QToolButton(self)
        button.setText(self._name(where))
        button.setAutoRaise(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setAccessibleName(self.tr("Go to {0}").format(button.text()))
        button.clicked.connect(lambda: self._canvas.go(where))
        self._row.addWidget(button)

    def _name(self, where: Where) -> str:
        document = self._canvas.document
        if not where:
            return document.pipeline.title or self.tr("Pipeline")
        return title_of(where[-1], document.body(where[:-1]).nodes[where[-1]], None)
