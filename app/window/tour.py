"""The tour: five steps through the window, beside what the person does; it can be left at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PyQt6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPen
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from .labels import write_as
from .painting import painting
from .theme.tokens import CAPTION, GRID, HEADING, RADIUS_CARD, RADIUS_CONTROL

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QKeyEvent, QPaintEvent

    from .theme.theme import Theme

WIDTH = 320


class Stop(NamedTuple):
    """A step of the tour: what it points at (nothing if that is not there), and what it says."""

    target: Callable[[], QWidget | None]
    title: str
    text: str


class _Outline(QWidget):
    """Draws a line around what the step is about; clicks go through it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(QCoreApplication.translate("Tour", "What this step is about"))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the line."""
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._theme.colours.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS_CONTROL, RADIUS_CONTROL)


class Tour(QFrame):
    """A card in the window that goes from stop to stop. ``left`` tells that it was finished or skipped."""

    left = pyqtSignal()

    def __init__(self, theme: Theme, stops: list[Stop], window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._stops, self.number = theme, stops, 0
        self.setObjectName("tour")
        self.setFixedWidth(WIDTH)
        self._outline = _Outline(theme, window)
        self._count, self._title, self._text = QLabel(), QLabel(), QLabel()
        self._text.setWordWrap(True)
        self.skip, self.back, self.next = QPushButton(self.tr("Skip")), QPushButton(self.tr("Back")), QPushButton()
        self.next.setDefault(True)
        for button, do in ((self.skip, self.leave), (self.back, lambda: self.go(-1)), (self.next, lambda: self.go(1))):
            button.setAutoDefault(False)
            button.clicked.connect(do)
        self._arrange()
        theme.changed.connect(self._dress)
        self._dress()
        window.installEventFilter(self)
        self._show()
        self.next.setFocus()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        column.setSpacing(2 * GRID)
        for label in (self._count, self._title, self._text):
            column.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.skip)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        column.addSpacing(GRID)
        column.addLayout(row)

    def _dress(self) -> None:
        colours = self._theme.colours
        self.setStyleSheet(
            f"#tour {{ background: {colours.raised}; border: 1px solid {colours.border_strong};"
            f" border-radius: {RADIUS_CARD}px }}"
        )
        write_as(self._count, self._theme, CAPTION, colour=colours.secondary)
        write_as(self._title, self._theme, HEADING, semibold=True)

    def go(self, by: int) -> None:
        """Go to another stop; after the last one, leave."""
        if self.number + by >= len(self._stops):
            self.leave()
            return
        self.number = max(0, self.number + by)
        self._show()

    def leave(self) -> None:
        """End the tour."""
        window = self.parentWidget()
        if window is not None:
            window.removeEventFilter(self)
        self._outline.deleteLater()
        self.hide()
        self.left.emit()
        self.deleteLater()

    def _show(self) -> None:
        stop = self._stops[self.number]
        count = self.tr("{number} of {all}").format(number=self.number + 1, all=len(self._stops))
        self._count.setText(count)
        self._title.setText(stop.title)
        self._text.setText(stop.text)
        self.setAccessibleName(f"{count}: {stop.title}")
        self.setAccessibleDescription(stop.text)
        self.back.setEnabled(self.number > 0)
        self.next.setText(self.tr("Done") if self.number == len(self._stops) - 1 else self.tr("Next"))
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        window, target = self.parentWidget(), self._stops[self.number].target()
        assert window is not None
        room = window.rect().adjusted(3 * GRID, 3 * GRID, -3 * GRID, -3 * GRID)
        shown = target is not None and target.isVisible()
        self._outline.setVisible(shown)
        if target is None or not shown:
            self.move(room.center() - self.rect().center())
            return
        there = QRect(target.mapTo(window, QPoint(0, 0)), target.size())
        self._outline.setGeometry(there.intersected(window.rect()))
        self._outline.raise_()
        self.move(_beside(there, self.size().width(), self.size().height(), room))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Stay beside the target when the window changes its size."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Leave with Escape."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.leave()
            return
        super().keyPressEvent(event)


def _beside(target: QRect, width: int, height: int, room: QRect) -> QPoint:
    """Return where a card of this size stands beside a target: right, left, below, above, else inside it."""
    gap = 3 * GRID
    places = (
        QRect(target.right() + gap, target.top(), width, height),
        QRect(target.left() - gap - width, target.top(), width, height),
        QRect(target.left(), target.bottom() + gap, width, height),
        QRect(target.left(), target.top() - gap - height, width, height),
    )
    # Beside what is wide and low there is more to cover than below it.
    for place in (places[2:] + places[:2]) if target.height() < height // 2 else places:
        place.moveTop(min(max(place.top(), room.top()), room.bottom() - height))
        place.moveLeft(min(max(place.left(), room.left()), room.right() - width))
        if not place.intersects(target):
            return place.topLeft()
    return QPoint(target.right() - width - gap, target.bottom() - height - gap)
