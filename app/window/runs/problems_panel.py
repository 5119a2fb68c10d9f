"""The panel of what is wrong: before a run what a check found, after it what failed, each with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QModelIndex, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QHeaderView, QLabel, QWidget

from ..theme.tokens import GRID, ROW_TABLE
from .panel import RunsPanel, make_table, on_copy, selected_rows
from .problems_model import MESSAGE, PLACE, REMEDY, ProblemsModel

if TYPE_CHECKING:
    from ..theme.theme import Theme
    from .problems import Shown
    from .runs import Runs

_WIDTHS = (96, 160)
MOST_LINES, MOST_MEASURED = 6, 300
"""A row has at most so many lines, the rest is in its tooltip; of more rows than these, one each."""


class ProblemsPanel(RunsPanel):
    """Enter or a double click goes to the place; ``task_requested`` asks to show a task that failed."""

    task_requested = pyqtSignal(str)
    counted = pyqtSignal(int, int)
    """How many errors and warnings there are."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", parent)
        self.setAccessibleName(self.tr("Problems"))
        self.model = ProblemsModel(theme, self)
        self.table = make_table(self.model, self.tr("Problems of the pipeline"), _WIDTHS, self.full)
        self.table.activated.connect(self._go)
        self._wrap()
        self.words = QLabel(self.full)
        self.bar.addWidget(self.words)
        self.bar.addStretch()
        self.go = self.button("right", self.tr("Go to the place of the problem"), self._go)
        self.retry = self.button("retry", self.tr("Retry what failed"), self._retry)
        self.body.addWidget(self.table, 1)
        on_copy(self.table, self._text)
        selection = self.table.selectionModel()
        assert selection is not None
        selection.selectionChanged.connect(lambda _new, _old: self._enable())
        self._shown(None)

    def _wrap(self) -> None:
        """Let problems and what to do about them have the room, and lines enough to be read."""
        head = self.table.horizontalHeader()
        assert head is not None
        head.setStretchLastSection(False)
        for column in (MESSAGE, REMEDY):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.table.setWordWrap(True)
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit_rows)
        head.sectionResized.connect(lambda _column, _old, _new: self._fitting.start())

    def _fit_rows(self) -> None:
        metrics = self.table.fontMetrics()
        flags = Qt.TextFlag.TextWordWrap
        for row, one in enumerate(self.model.problems[:MOST_MEASURED]):
            lines = 1
            for column, text in ((PLACE, one.place), (MESSAGE, one.message), (REMEDY, one.remedy)):
                room = QRect(0, 0, self.table.columnWidth(column) - 3 * GRID, 10_000)
                lines = max(lines, round(metrics.boundingRect(room, flags, text).height() / metrics.lineSpacing()))
            self.table.setRowHeight(row, ROW_TABLE + (min(lines, MOST_LINES) - 1) * metrics.lineSpacing())

    def _shown(self, runs: Runs | None) -> None:
        if runs is not None:
            self.listen(runs.problems_changed, self._tell)
            self.listen(runs.state_changed, self._enable)
        self._tell()

    def _tell(self) -> None:
        problems = [] if self.runs is None else self.runs.problems()
        self.model.show(problems)
        self.table.setColumnHidden(REMEDY, bool(problems) and not any(one.remedy for one in problems))
        self._fitting.start()
        errors = sum(one.severity == "error" for one in problems)
        warnings = len(problems) - errors
        self.words.setText(
            f"{errors} {self.tr('error') if errors == 1 else self.tr('errors')}, "
            f"{warnings} {self.tr('warning') if warnings == 1 else self.tr('warnings')}"
        )
        self.show_full(bool(problems))
        if self.runs is None:
            self.empty.say(self.tr("No pipeline"), self.tr("Open a pipeline to have it checked."), "check")
        else:
            text = self.tr("The pipeline is checked while you edit; what is wrong appears here, with what to do.")
            self.empty.say(self.tr("No problems"), text, "check")
        self.counted.emit(errors, warnings)
        self._enable()

    def selected(self) -> list[Shown]:
        """Return the problems that are selected."""
        return [self.model.problems[row] for row in selected_rows(self.table)]

    def _go(self, index: QModelIndex | bool | None = None) -> None:  # noqa: FBT001 - a button tells that it is checked
        if isinstance(index, QModelIndex):
            chosen: list[Shown] = [self.model.problems[index.row()]]
        else:
            chosen = self.selected()
        for one in chosen[:1]:
            if one.node:
                self.node_requested.emit(one.node)
            if one.task:
                self.task_requested.emit(one.task)

    def _retry(self) -> None:
        if self.runs is not None:
            self.runs.retry_failed(list(dict.fromkeys(one.node for one in self.selected() if one.task)))

    def _enable(self) -> None:
        self.go.setEnabled(any(one.node for one in self.selected()))
        self.retry.setEnabled(self.runs is not None and self.runs.has_failed)

    def _text(self) -> str:
        chosen = self.selected() or self.model.problems
        return "\n".join(
            ". ".join(filter(None, (f"{one.place}: {one.message}" if one.place else one.message, one.remedy)))
            for one in chosen
        )
