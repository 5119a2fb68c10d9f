"""The panel of what modules write, while they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget

from .. import amounts
from ..theme.tokens import GRID
from .log_model import LINE, LogModel
from .panel import RunsPanel, make_table, on_copy, selected_rows

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..theme.theme import Theme
    from .runs import Runs

_TASK_WIDTH = 150


class LogPanel(RunsPanel):
    """Follows the newest line as long as the person does not scroll away from it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", parent)
        self.setAccessibleName(self.tr("Log"))
        self.model = LogModel(theme, self)
        self._tasks: tuple[str, ...] = ()
        self._nodes: tuple[str, ...] = ()
        self.table = make_table(self.model, self.tr("Lines of the log"), [_TASK_WIDTH], self.full)
        self.body.addWidget(self.table, 1)
        self.words = QLineEdit(self.full)
        self.words.setPlaceholderText(self.tr("Search the log"))
        self.words.setAccessibleName(self.tr("Search the log"))
        self.words.setClearButtonEnabled(True)
        self.words.setMaximumWidth(60 * GRID)
        self.words.textChanged.connect(lambda _text: self._filter())
        self.of = QToolButton(self.full)
        self.of.setAccessibleName(self.tr("Show the lines of all tasks"))
        self.of.setToolTip(self.of.accessibleName())
        self.of.clicked.connect(lambda _checked: self.show_of())
        self.counted = QLabel(self.full)
        self.bar.addWidget(self.words, 1)
        self.bar.addWidget(self.of)
        self.bar.addWidget(self.counted)
        self.bar.addStretch()
        self.button("down", self.tr("Go to the newest line"), self.table.scrollToBottom)
        self.button("copy", self.tr("Copy the selected lines, or all"), self._copy)
        on_copy(self.table, self._text)
        for signal in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            signal.connect(self._grown)
        self._at_end = True
        bar = self.table.verticalScrollBar()
        assert bar is not None
        bar.valueChanged.connect(lambda value: setattr(self, "_at_end", value >= bar.maximum()))
        bar.rangeChanged.connect(lambda _low, _high: self._follow())
        self.show_of()
        self._shown(None)

    def _shown(self, runs: Runs | None) -> None:
        self.model.clear()
        if runs is not None:
            self.listen(runs.run_begun, self._begun)
            self.listen(runs.lines_told, self._take)
            self.model.take(runs.lines)
        self._say()

    def _begun(self) -> None:
        self.model.clear()
        self._say()

    def _take(self, lines: Any, cut: int) -> None:
        self.model.take(lines, cut)
        self._say()

    def _say(self) -> None:
        self.show_full(bool(self.model.total))
        ran = self.runs is not None and self.runs.record is not None
        title = self.tr("Nothing was written") if ran else self.tr("No log yet")
        self.empty.say(title, self.tr("What modules print while they run appears here, live."), "log")

    def show_of(self, tasks: Collection[str] = (), nodes: Collection[str] = ()) -> None:
        """Show only the lines of these tasks or nodes; of all, if none are named."""
        self._tasks, self._nodes = tuple(tasks), tuple(nodes)
        named = ", ".join((*self._nodes, *self._tasks))
        self.of.setText(f"{named[:60]}{'…' if len(named) > 60 else ''}  ✕")
        self.of.setVisible(bool(named))
        self._filter()

    def _filter(self) -> None:
        self.model.filter(self.words.text(), self._tasks, self._nodes)

    def _grown(self, *_what: Any) -> None:
        shown, total = self.model.rowCount(), self.model.total
        of = f" {self.tr('of')} {amounts.count(total)}" if shown != total else ""
        self.counted.setText(f"{amounts.count(shown)}{of} {self.tr('lines')}")
        wide = QFontMetricsF(self.theme.monospace()).horizontalAdvance("0") * (self.model.longest + 2)
        viewport = self.table.viewport()
        if viewport is not None and wide > self.table.columnWidth(LINE):
            self.table.setColumnWidth(LINE, int(min(wide, 100_000)))
        self._follow()

    def _follow(self) -> None:
        if self._at_end:
            self.table.scrollToBottom()

    def _text(self) -> str:
        return self.model.text(selected_rows(self.table) or range(self.model.rowCount()))

    def _copy(self) -> None:
        from PyQt6.QtWidgets import QApplication

        clipboard = QApplication.clipboard()
        assert clipboard is not None
        clipboard.setText(self._text())
