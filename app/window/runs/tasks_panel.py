"""The panel of the tasks of a run: all of them in a table, and what is known of the one that is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QLabel, QLineEdit, QMenu, QSplitter, QWidget

from .. import amounts
from ..looks import ENDED
from ..theme.tokens import GRID
from .details import Details
from .panel import RunsPanel, make_table, on_copy, selected_rows
from .task_columns import ITEM, columns
from .task_table import TaskTable

if TYPE_CHECKING:
    from ....core.protocol import TaskRow
    from ..theme.theme import Theme
    from .runs import Runs

_MOST_KEPT = 1_000
"""Of so many selected tasks at most the selection is kept when the table is put together anew."""


class TasksPanel(RunsPanel):
    """``log_requested`` asks for the log of some tasks, ``run_requested`` to run the pipeline."""

    log_requested = pyqtSignal(object)
    run_requested = pyqtSignal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", parent)
        self.setAccessibleName(self.tr("Tasks"))
        self.model = TaskTable(theme, self)
        self.table = make_table(self.model, self.tr("Tasks of the run"), [c.width for c in columns()], self.full)
        self.details = Details(theme, self.full)
        self._kept: list[str] = []
        self._make_bar()
        split = QSplitter(Qt.Orientation.Horizontal, self.full)
        split.addWidget(self.table)
        split.addWidget(self.details)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        self.body.addWidget(split, 1)
        self._make_sorting()
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.table.doubleClicked.connect(lambda index: self.node_requested.emit(self.model.task(index.row()).node))
        on_copy(self.table, self._text)
        selection = self.table.selectionModel()
        assert selection is not None
        selection.selectionChanged.connect(self._selected)
        for signal in (self.model.reordered, self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            signal.connect(self._count)
        self.model.reordering.connect(self._keep_selection)
        self.model.reordered.connect(self._restore_selection)
        self.empty.wanted.connect(self.run_requested)
        self._shown(None)

    def _make_bar(self) -> None:
        self.words = QLineEdit(self.full)
        self.words.setPlaceholderText(self.tr("Filter tasks"))
        self.words.setAccessibleName(self.tr("Filter tasks"))
        self.words.setClearButtonEnabled(True)
        self.words.setMaximumWidth(60 * GRID)
        self.words.textChanged.connect(lambda _text: self._filter())
        self.states = QComboBox(self.full)
        self.states.setAccessibleName(self.tr("States of tasks"))
        for title, states in (
            (self.tr("All states"), ()),
            (self.tr("Failed"), ("failed", "lost contact")),
            (self.tr("Running"), ("running", "dispatched")),
            (self.tr("Waiting"), ("waiting", "ready")),
            (self.tr("Done"), ("succeeded", "cached")),
            (self.tr("Cancelled or skipped"), ("cancelled", "skipped")),
        ):
            self.states.addItem(title, states)
        self.states.currentIndexChanged.connect(lambda _index: self._filter())
        self.counted = QLabel(self.full)
        self.bar.addWidget(self.words, 1)
        self.bar.addWidget(self.states)
        self.bar.addWidget(self.counted)
        self.bar.addStretch()
        self.retry = self.button("retry", self.tr("Run these tasks again"), self.retry_selected)
        self.stop = self.button("stop", self.tr("Stop these tasks"), self.stop_selected)
        self.log = self.button("log", self.tr("Show their log"), self._ask_log)

    def _make_sorting(self) -> None:
        head = self.table.horizontalHeader()
        assert head is not None
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(True)
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.sortIndicatorChanged.connect(self.model.sort)

    # What is shown

    def _shown(self, runs: Runs | None) -> None:
        if runs is not None:
            self.listen(runs.run_begun, self._begun)
            self.listen(runs.tasks_changed, self._take)
            self.listen(runs.state_changed, self._enable)
        self._begun()

    def _begun(self) -> None:
        record = None if self.runs is None else self.runs.record
        self.details.clear_task()
        if record is None:
            self.model.show({})
        else:
            self.model.show(record.tasks, record.title)
            # Else nothing would stand in it.
            self.table.setColumnHidden(ITEM, not any(story.axes for story in record.nodes.values()))
        self.show_full(record is not None)
        self._say_empty()
        self._count()
        self._enable()

    def _say_empty(self) -> None:
        if self.runs is None:
            self.empty.say(self.tr("No pipeline"), self.tr("Open a pipeline to run it."), "table")
        else:
            text = self.tr("Each task of a run is listed here, with where it ran and what it took.")
            self.empty.say(self.tr("Nothing has run yet"), text, "table", self.tr("Run"))

    def _take(self, rows: tuple[TaskRow, ...]) -> None:
        self.model.take(rows)
        current = self._current()
        if current is not None and self.runs is not None:
            self.details.show_task(self.runs, current)

    def _filter(self) -> None:
        self.model.filter(self.words.text(), self.states.currentData() or ())

    def show_states(self, *states: str) -> None:
        """Show only tasks in one of the groups of states, as ``failed``."""
        for index in range(self.states.count()):
            if set(states) & set(self.states.itemData(index) or ()):
                self.states.setCurrentIndex(index)
                return

    def show_node(self, node: str) -> None:
        """Show only the tasks of a node."""
        self.states.setCurrentIndex(0)
        self.words.setText(node)

    def _count(self, *_what: Any) -> None:
        there, total = self.model.rowCount(), self.model.total
        of = f" {self.tr('of')} {amounts.count(total)}" if there != total else ""
        self.counted.setText(
            f"{amounts.count(there)}{of} {self.tr('task') if there == 1 == total else self.tr('tasks')}"
        )

    # What is selected

    def selected(self) -> list[TaskRow]:
        """Return the tasks that are selected, from the top."""
        return [self.model.task(row) for row in selected_rows(self.table)]

    def _current(self) -> TaskRow | None:
        rows = selected_rows(self.table)
        return self.model.task(rows[0]) if len(rows) == 1 else None

    def _selected(self) -> None:
        row = self._current()
        if row is None or self.runs is None:
            self.details.clear_task()
        else:
            self.details.show_task(self.runs, row)
        self._enable()

    def _keep_selection(self) -> None:
        rows = selected_rows(self.table)
        self._kept = [self.model.task(row).task for row in rows] if len(rows) <= _MOST_KEPT else []

    def _restore_selection(self) -> None:
        chosen = QItemSelection()
        for task in self._kept:
            place = self.model.place_of(task)
            if place >= 0:
                index = self.model.index(place, 0)
                chosen.select(index, index)
        selection = self.table.selectionModel()
        assert selection is not None
        flags = QItemSelectionModel.SelectionFlag
        selection.select(chosen, flags.Select | flags.Rows)

    def _enable(self) -> None:
        rows = self.selected()[:_MOST_KEPT]
        going = self.runs is not None and self.runs.going
        self.retry.setEnabled(bool(rows) and not going)
        self.stop.setEnabled(going and any(row.state not in ENDED for row in rows))
        self.log.setEnabled(bool(rows))

    def retry_selected(self) -> None:
        """Run the nodes of the selected tasks again; what they finished is not done again."""
        if self.runs is not None:
            self.runs.retry_failed(list(dict.fromkeys(row.node for row in self.selected())))

    def stop_selected(self) -> None:
        """End the selected tasks; the run goes on without them."""
        if self.runs is not None:
            self.runs.cancel(tasks=[row.task for row in self.selected() if row.state not in ENDED])

    def _ask_log(self) -> None:
        self.log_requested.emit([row.task for row in self.selected()])

    def _text(self) -> str:
        """Return the selected rows as a table to paste."""
        record = None if self.runs is None else self.runs.record
        shown = columns(record.title) if record is not None else columns()
        lines = ["\t".join(column.title for column in shown)]
        lines += ["\t".join(column.text(row) for column in shown) for row in self.selected()]
        return "\n".join(lines)

    def _open_menu(self, place: QPoint) -> None:
        rows = self.selected()
        if not rows:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        go = menu.addAction(self.theme.icon("right"), self.tr("Go to the node"))
        assert go is not None
        go.triggered.connect(lambda: self.node_requested.emit(rows[0].node))
        for button, icon in ((self.log, "log"), (self.retry, "retry"), (self.stop, "stop")):
            action = menu.addAction(self.theme.icon(icon), button.accessibleName())
            assert action is not None
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
        viewport = self.table.viewport()
        assert viewport is not None
        menu.popup(viewport.mapToGlobal(place))
