"""Runs a statement on the engines that are chosen, and shows what each of them printed, returned or raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QKeySequence, QShortcut, QTextCharFormat, QTextCursor
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from ...inspector.editors.code import INDENT
from ...inspector.editors.highlighting import PythonHighlighter
from ...runs.details import READING
from ...theme.tokens import GRID, STATES
from .engine_choice import EngineChoice
from .sheet import BARE_HANDLE, ClusterSheet, NoCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .....core.protocol import OutcomeRow, Outcomes
    from ...theme.theme import Theme
    from ..clusters import Clusters

SIZE = (760, 500)
LEFT_WIDTH = 200
USUAL_SECONDS, MOST_SECONDS = 60, 86_400


class RunOnEnginesDialog(ClusterSheet):
    """Stays open for the next statement. An engine that is not done in time is interrupted."""

    def __init__(
        self,
        clusters: Clusters,
        theme: Theme,
        start: Callable[[], object],
        engines: Collection[int] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(clusters, theme, parent)
        self.entitle(self.tr("Run on engines"))
        self._outcomes: tuple[OutcomeRow, ...] = ()
        self.choice = EngineChoice(theme, self)
        self.statement, self.output = QPlainTextEdit(self), QTextEdit(self)
        self.seconds = QSpinBox(self)
        self.full = self._split()
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.full)
        self.empty = NoCluster(clusters, theme, start, self)
        self.pages.addWidget(self.empty)
        self.body.addWidget(self.pages, 1)
        self.counted = self.quiet(QLabel(self))
        self.row.addWidget(self.counted)
        self.closing_button(default=False)
        self.run = self.button(self.tr("Run"), default=True)
        self.run.setToolTip(self.tr("Ctrl+Enter"))
        self.run.clicked.connect(self.begin_run)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(key), self).activated.connect(self.run.click)
        self.statement.textChanged.connect(self._enable)
        self.choice.changed.connect(self._enable)
        theme.changed.connect(self._write)
        self.resize(*SIZE)
        self._write()
        self.refresh()
        if engines:
            self.choice.tick(engines)
        self.statement.setFocus()

    def _split(self) -> QSplitter:
        self.statement.setAccessibleName(self.tr("Statement"))
        self.statement.setPlaceholderText(self.tr("Python to run on each engine: the value of the last line is shown"))
        self.statement.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.statement.setTabChangesFocus(True)
        document = self.statement.document()
        assert document is not None
        self.highlighter = PythonHighlighter(document, self.theme)
        self.output.setReadOnly(True)
        self.output.setTextInteractionFlags(READING)
        self.output.setAccessibleName(self.tr("What the engines said"))
        self.output.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        texts = QSplitter(Qt.Orientation.Vertical, self)
        texts.addWidget(self.statement)
        texts.addWidget(self.output)
        texts.setSizes([SIZE[1] // 4, 3 * SIZE[1] // 4])
        side = QWidget(self)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.choice, 1)
        layout.addLayout(self._limit())
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(side)
        split.addWidget(texts)
        split.setStretchFactor(1, 1)
        for one in (split, texts):
            one.setHandleWidth(2 * GRID)
            one.setChildrenCollapsible(False)
            one.setStyleSheet(BARE_HANDLE)
        split.setSizes([LEFT_WIDTH, SIZE[0] - LEFT_WIDTH])
        return split

    def _limit(self) -> QHBoxLayout:
        self.seconds.setRange(1, MOST_SECONDS)
        self.seconds.setValue(USUAL_SECONDS)
        self.seconds.setSuffix(" s")
        self.seconds.setAccessibleName(self.tr("Interrupt after so many seconds"))
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("Interrupt after")))
        row.addWidget(self.seconds, 1)
        return row

    # What holds

    def refresh(self) -> None:
        """Show the engines that are there."""
        row = self.cluster
        self.pages.setCurrentWidget(self.empty if row is None else self.full)
        if row is not None:
            self.choice.show_engines(row.engines)
        self._enable()

    def _enable(self) -> None:
        self.enable(idle=not self.strip.going)

    def enable(self, *, idle: bool) -> None:
        """Let the person run something while nothing goes on."""
        numbers = self.choice.numbers()
        self.statement.setEnabled(idle)
        self.choice.setEnabled(idle)
        self.run.setEnabled(
            idle and self.cluster is not None and bool(numbers) and bool(self.statement.toPlainText().strip())
        )

    def begin_run(self) -> None:
        """Run the statement on the engines that are ticked."""
        if self.run.isEnabled():
            self.counted.setText("")
            # What was said of another statement would look like an answer to this one.
            self._outcomes = ()
            self._write()
            self.begin(
                self.clusters.execute(
                    self.clusters.current,
                    self.statement.toPlainText(),
                    self.choice.numbers(),
                    deadline=float(self.seconds.value()),
                ),
                self._told,
            )

    def _told(self, answer: Outcomes) -> None:
        self._outcomes = answer.rows
        failed = sum(1 for row in answer.rows if row.error)
        went = self.tr("{ok} of {all} went well").format(ok=len(answer.rows) - failed, all=len(answer.rows))
        self.counted.setText(went)
        self._write()

    # What is shown

    def _write(self) -> None:
        font = self.theme.monospace()
        for text in (self.statement, self.output):
            text.setFont(font)
        self.statement.setTabStopDistance(QFontMetricsF(font).horizontalAdvance(INDENT))
        self.output.clear()
        cursor = self.output.textCursor()
        for row in self._outcomes:
            self._write_one(cursor, row)
        self.output.moveCursor(QTextCursor.MoveOperation.Start)

    def _write_one(self, cursor: QTextCursor, row: OutcomeRow) -> None:
        colours = self.theme.colours
        good, bad = (STATES[name].colour.on(colours) for name in ("succeeded", "failed"))
        sign, ink = ("✗", bad) if row.error else ("✓", good)
        self._insert(cursor, f"{sign} {self.tr('Engine {number}').format(number=row.engine)}", ink, bold=True)
        self._insert(cursor, f"  {row.error or row.value}\n", bad if row.error else colours.text)
        for text, colour in ((row.output, colours.text), (row.errors, colours.secondary)):
            self._insert(cursor, _indented(text), colour)
        self._insert(cursor, _indented(row.traceback), colours.secondary)

    def _insert(self, cursor: QTextCursor, text: str, colour: str, *, bold: bool = False) -> None:
        look = QTextCharFormat()
        look.setForeground(QColor(colour))
        font = self.theme.monospace()
        font.setBold(bold)
        look.setFont(font)
        cursor.insertText(text, look)


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.rstrip("\n").split("\n")) if text else ""
