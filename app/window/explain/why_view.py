"""Shows why a node runs where it does: the next run's choice among all schemes, and what the last run did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ....core import protocol as p
from ....core.errors import UsageError
from ..canvas.naming import title_of
from ..labels import write_as
from ..scheme_words import scheme_word
from ..theme.tokens import CAPTION, GRID, HEADING
from .badges import badge
from .happened import happened
from .reason_grid import ReasonGrid
from .rows import attempt_rows, happened_rows, scheme_rows
from .together import schemes_of
from .words import next_run, not_needed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..bridge import Bridge
    from ..runs.runs import Runs
    from ..theme.theme import Theme

LARGE = 28
LATER_MS = 250
"""While a run goes it is drawn so often at most."""

MOST_TASKS = 5
"""Of so many tasks that needed several attempts these are told."""


class WhyView(QWidget):
    """Follows one node of a document; all its texts can be selected."""

    def __init__(self, runs: Runs, bridge: Bridge, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs, self._bridge, self._theme = runs, bridge, theme
        self.path = ""
        self._attempts: list[p.AttemptRow] = []
        self._asked: tuple[str, tuple[str, ...]] = "", ()
        self.title, self.kind, self.picture, self.next = (self._label() for _ in range(4))
        self.next.setWordWrap(True)
        self.none, self.nothing = self._label(), self._label()
        why, where = self.tr("Why"), self.tr("Where")
        self.schemes = ReasonGrid(theme, (self.tr("Scheme"), self.tr("Here?"), why, self.tr("Expected")), 2)
        self.happened = ReasonGrid(theme, (self.tr("Scheme"), self.tr("Tasks"), where, why), 3)
        self.attempts = ReasonGrid(theme, (self.tr("Scheme"), self.tr("Task"), where, self.tr("What came of it")), 3)
        self._headings: list[QLabel] = []
        self._arrange()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LATER_MS)
        self._soon.timeout.connect(self.refresh)
        self._listen()

    def _listen(self) -> None:
        runs = self._runs
        for told in (runs.looks_changed, runs.tasks_changed, runs.run_begun, runs.state_changed):
            told.connect(self._later)
        runs.checking.schemes_changed.connect(self._later)
        runs.document.changed.connect(self._later)
        self._theme.changed.connect(self.refresh)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self.title)
        column.addWidget(self.kind)
        row = QHBoxLayout()
        row.setSpacing(3 * GRID)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.next, 1)
        column.addSpacing(GRID)
        column.addLayout(row)
        column.addSpacing(GRID)
        self._part(column, self.tr("Schemes, in your order"), self.schemes, self.none)
        self._part(column, self.tr("In the last run"), self.happened, self.nothing)
        self._tried = self._part(column, self.tr("Attempts that gave nothing"), self.attempts)
        column.addStretch(1)

    def _part(self, column: QVBoxLayout, text: str, grid: ReasonGrid, empty: QLabel | None = None) -> QLabel:
        heading = self._label()
        heading.setText(text)
        self._headings.append(heading)
        column.addSpacing(GRID)
        column.addWidget(heading)
        if empty is not None:
            empty.setWordWrap(True)
            column.addWidget(empty)
        column.addWidget(grid)
        return heading

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _later(self, *_what: Any) -> None:
        if not self._soon.isActive():
            self._soon.start()

    # What it shows

    def show_node(self, path: str) -> None:
        """Show another node, by its path."""
        self.path = path
        self._attempts, self._asked = [], ("", ())
        self.refresh()

    def refresh(self) -> None:
        """Show what is known now."""
        self._name()
        self._show_next()
        self._show_last()
        self._dress()

    def _name(self) -> None:
        pipeline = self._runs.document.pipeline
        node_id = self.path.rpartition("/")[2]
        try:
            node = pipeline.node(self.path)
        except UsageError:
            self.title.setText(self.tr("“{node}” is gone").format(node=node_id))
            self.kind.setText(self.path)
            return
        title = title_of(node_id, node, pipeline.modules.get(node.module))
        kind = self.tr("group: what holds of all its nodes") if node.group is not None else node.module
        self.title.setText(self.tr("Why “{node}” runs where it does").format(node=title))
        self.kind.setText(" · ".join(filter(None, (self.path, kind))))

    def _show_next(self) -> None:
        checking, ratio = self._runs.checking, self.devicePixelRatioF()
        schemes = schemes_of(checking.schemes, self.path)
        told = next_run(schemes) or self.tr("What the next run would choose is not known yet.")
        self.next.setText("\n".join(filter(None, (told, not_needed(self._runs.look(self.path))))))
        chosen = schemes.chosen if schemes is not None else ""
        self.picture.setVisible(bool(chosen))
        if chosen:
            self.picture.setPixmap(badge(self._theme, chosen, ratio, LARGE, foreseen=True))
            self.picture.setAccessibleName(scheme_word(chosen))
        self.schemes.setVisible(schemes is not None)
        self.none.setVisible(schemes is None)
        if schemes is not None:
            self.schemes.show_rows(scheme_rows(schemes, self._theme, ratio))
        elif checking.no_schemes:
            self.none.setText(self.tr("The pipeline cannot run as it is: {why}").format(why=checking.no_schemes))
        else:
            self.none.setText(self.tr("The runner is asked as soon as it has time."))

    def _show_last(self) -> None:
        record, ratio = self._runs.record, self.devicePixelRatioF()
        found = happened(record.tasks.values(), self.path) if record is not None else []
        self.happened.setVisible(bool(found))
        self.nothing.setVisible(not found)
        if found:
            self.happened.show_rows(happened_rows(found, self._theme, ratio))
        elif record is None:
            self.nothing.setText(self.tr("Nothing was run since the pipeline was opened."))
        else:
            self.nothing.setText(self.tr("It had no tasks in the last run, or none that began."))
        again = tuple(task for one in found for task in one.again)[:MOST_TASKS]
        self._ask(again)
        self.attempts.show_rows(attempt_rows(self._attempts, self._theme, ratio))
        for part in (self.attempts, self._tried):
            part.setVisible(bool(self._attempts))

    def _ask(self, tasks: Sequence[str]) -> None:
        """Ask once of each run for the attempts of tasks that needed several."""
        record = self._runs.record
        asked = ("" if record is None else record.id), tuple(tasks)
        if asked == self._asked:
            return
        self._asked, self._attempts = asked, []
        if record is not None and tasks and self._bridge.state != "gone":
            self._bridge.ask(p.AskAttempts, lambda answer: self._take(asked, answer), run=record.id, tasks=tasks)

    def _take(self, asked: tuple[str, tuple[str, ...]], answer: Any) -> None:
        if asked == self._asked and isinstance(answer, p.AttemptList):
            self._attempts = list(answer.attempts)
            self._later()

    def _dress(self) -> None:
        secondary = self._theme.colours.secondary
        write_as(self.title, self._theme, HEADING, semibold=True)
        for quiet in (self.kind, self.none, self.nothing):
            write_as(quiet, self._theme, CAPTION, colour=secondary)
        for heading in self._headings:
            write_as(heading, self._theme, semibold=True)
