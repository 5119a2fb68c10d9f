"""How far an operation is, with its way out; and if it failed, why, to select and copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ... import amounts
from ...buttons import Buttons
from ...labels import write_as
from ...runs.details import READING
from ...theme.tokens import CAPTION, GRID, ICON_SMALL, STATES
from . import words

if TYPE_CHECKING:
    from PyQt6.QtGui import QResizeEvent

    from .....core.errors import TreadleError
    from ...theme.theme import Theme
    from ..operation import Operation

TICK_MS = 500
MOST_LINES = 8
STEPS = 1_000


class Strip(QWidget):
    """Follows one operation at a time. It takes no room while nothing goes on and nothing is wrong.

    ``emptied`` tells that nothing is shown any more.
    """

    emptied = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None, lines: int = MOST_LINES) -> None:
        super().__init__(parent)
        self._theme, self._lines = theme, lines
        self.operation: Operation | None = None
        self._going, self._wrong = QWidget(self), QWidget(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._going)
        layout.addWidget(self._wrong)
        self._make_going()
        self._make_wrong()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._say)
        theme.changed.connect(self._dress)
        self._dress()
        self.clear()

    def _make_going(self) -> None:
        self.text, self.time = QLabel(self._going), QLabel(self._going)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.bar = QProgressBar(self._going)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far it is"))
        self.cancel = QPushButton(self.tr("Cancel"), self._going)
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.give_up)
        told = QVBoxLayout()
        told.setSpacing(GRID)
        line = QHBoxLayout()
        line.addWidget(self.text, 1)
        line.addWidget(self.time, 0, Qt.AlignmentFlag.AlignBottom)
        told.addLayout(line)
        told.addWidget(self.bar)
        row = QHBoxLayout(self._going)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID)
        row.addLayout(told, 1)
        row.addWidget(self.cancel)

    def _make_wrong(self) -> None:
        self.sign = QLabel(self._wrong)
        self.what = QLabel(self._wrong)
        self.what.setTextFormat(Qt.TextFormat.PlainText)
        self.what.setWordWrap(True)
        self.why = QPlainTextEdit(self._wrong)
        self.why.setReadOnly(True)
        self.why.setTextInteractionFlags(READING)
        self.why.setAccessibleName(self.tr("What went wrong"))
        buttons = Buttons(self._theme, self._wrong)
        buttons.add("copy", self.tr("Copy this error"), self._copy)
        self.dismiss = buttons.add("close", self.tr("Dismiss this error"), self.clear)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.sign)
        row.addWidget(self.what, 1)
        row.addWidget(buttons)
        layout = QVBoxLayout(self._wrong)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(row)
        layout.addWidget(self.why)

    # What is shown

    @property
    def going(self) -> bool:
        """Whether an operation is shown that goes on."""
        return self.operation is not None and self.operation.going

    @property
    def said(self) -> str:
        """What is wrong, as it is shown; empty if nothing is."""
        return f"{self.what.text()}\n{self.why.toPlainText()}" if not self._wrong.isHidden() else ""

    def follow(self, operation: Operation) -> None:
        """Show an operation from now on, in the place of what was shown."""
        self._let_go()
        self.operation = operation
        operation.told.connect(self._say)
        operation.finished.connect(self._ended)
        self._wrong.hide()
        self._going.show()
        self.show()
        self._tick.start()
        self._say()
        if not operation.going:
            self._ended()

    def give_up(self) -> None:
        """Give up what goes on."""
        if self.operation is not None:
            self.operation.cancel()

    def fail(self, what: str, error: TreadleError) -> None:
        """Say what went wrong."""
        self._let_go()
        self._going.hide()
        self.what.setText(what)
        self.why.setPlainText(words.trouble(error))
        self.setAccessibleDescription(self.said)
        self._wrong.show()
        self.show()
        self._fit()

    def clear(self) -> None:
        """Show nothing."""
        self._let_go()
        self._going.hide()
        self._wrong.hide()
        self.hide()
        self.emptied.emit()

    def _let_go(self) -> None:
        operation, self.operation = self.operation, None
        self._tick.stop()
        if operation is not None:
            operation.told.disconnect(self._say)
            operation.finished.disconnect(self._ended)

    def _say(self) -> None:
        operation = self.operation
        if operation is None:
            return
        self.text.setText(operation.text[:1].upper() + operation.text[1:])
        known = operation.fraction >= 0
        self.bar.setRange(0, STEPS if known else 0)
        self.bar.setValue(round(operation.fraction * STEPS) if known else 0)
        clock = amounts.clock(operation.seconds)
        if operation.deadline and not operation.giving_up:
            clock = self.tr("{time} of at most {most}").format(time=clock, most=amounts.clock(operation.deadline))
        self.time.setText(clock)
        self.cancel.setEnabled(operation.can_be_given_up)

    def _ended(self) -> None:
        operation = self.operation
        if operation is None:
            return
        if operation.error is not None:
            self.fail(self.tr("{what} failed").format(what=operation.what), operation.error)
        else:
            self.clear()

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        assert clipboard is not None
        clipboard.setText(self.said)

    # How it looks

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Give the text of an error the lines that it takes in this width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        document = self.why.document()
        assert document is not None
        lines = min(self._lines, max(1, int(document.size().height())))
        height = lines * QFontMetrics(self.why.font()).lineSpacing() + 4 * GRID + 2
        if self.why.height() != height or self.why.maximumHeight() != height:
            self.why.setFixedHeight(height)

    def _dress(self) -> None:
        colours = self._theme.colours
        failed = STATES["failed"].colour.on(colours)
        self.why.setFont(self._theme.monospace(CAPTION))
        self.sign.setPixmap(self._theme.pixmap("error", failed, ICON_SMALL, self.devicePixelRatioF()))
        self.sign.setAccessibleName(self.tr("Error"))
        write_as(self.what, self._theme, semibold=True)
        write_as(self.time, self._theme, CAPTION, colour=colours.secondary)
