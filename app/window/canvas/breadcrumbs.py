"""The way from the pipeline to the group that is shown, each step a button back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from ..painting import painting
from ..theme.tokens import GRID, RADIUS_CONTROL
from .naming import title_of

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from ....core.pipeline import Where
    from .view import CanvasView


class Breadcrumbs(QWidget):
    """Hidden at the top of a pipeline."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setAccessibleName(self.tr("Groups"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2, 2, 2, 2)
        self._row.setSpacing(2)
        self._names: list[str] = []
        self.hide()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """Paint the ground that the steps stand on."""
        inks, box = self._canvas.inks, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(inks.pen("border"))
            painter.setBrush(inks.colour("raised"))
            painter.drawRoundedRect(box, RADIUS_CONTROL, RADIUS_CONTROL)

    def show_where(self) -> None:
        """Show the way to the group that is shown now."""
        names = [self._name(self._canvas.where[:depth]) for depth in range(len(self._canvas.where) + 1)]
        if names == self._names:
            return
        self._names = names
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        where = self._canvas.where
        for depth in range(len(where)):
            self._add_step(where[:depth])
            self._add(QLabel("›", self))
        if where:
            here = QLabel(names[-1], self)
            # As much around it as around the buttons.
            here.setContentsMargins(3 * GRID, 0, 3 * GRID, 0)
            self._add(here)
        self.setVisible(bool(where))
        self.adjustSize()

    def _add(self, widget: QWidget) -> None:
        self._row.addWidget(widget)
        # Else it would be shown only later, and have no size yet.
        widget.show()

    def _add_step(self, where: Where) -> None:
        button = QToolButton(self)
        button.setText(self._name(where))
        button.setAutoRaise(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setAccessibleName(self.tr("Go to {0}").format(button.text()))
        button.clicked.connect(lambda: self._canvas.go(where))
        self._add(button)

    def _name(self, where: Where) -> str:
        document = self._canvas.document
        if not where:
            return document.pipeline.title or self.tr("Pipeline")
        return title_of(where[-1], document.body(where[:-1]).nodes[where[-1]], None)
