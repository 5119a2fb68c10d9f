"""The panels around the canvas, and what each is told when another document comes to the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from .docks import BOTTOM, LEFT, RIGHT, Panel
from .document import Document
from .inspector.panel import InspectorPanel
from .outline.panel import OutlinePanel
from .palette.panel import PalettePanel
from .runs.log_panel import LogPanel
from .runs.problems_panel import ProblemsPanel
from .runs.scheme_chooser import SchemeChooser
from .runs.status import RunNumbers, SchemeChips
from .runs.tasks_panel import TasksPanel
from .toolbox.panel import ToolboxPanel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtWidgets import QWidget

    from ...core.pipeline import Where
    from .page import DocumentPage
    from .shared import Shared


class Rooms(QObject):
    """Makes the panels and keeps them with the document in front. ``panel_wanted`` asks to bring one forward."""

    panel_wanted = pyqtSignal(str)

    def __init__(self, shared: Shared, parent: QWidget) -> None:
        super().__init__(parent)
        self._page: DocumentPage | None = None
        theme = shared.theme
        self.palette = PalettePanel(shared.catalogue, theme, parent)
        self.tasks, self.problems, self.log = TasksPanel(theme), ProblemsPanel(theme), LogPanel(theme)
        self.parallel = ToolboxPanel(shared, parent)
        self.scheme = SchemeChooser(shared.bridge, theme)
        self.numbers, self.chips = RunNumbers(theme), SchemeChips(theme, self._schemes_in_use)
        self._nothing = Document(parent=self)
        self.inspector = InspectorPanel(self._nothing, shared.catalogue, None, theme)
        self.outline = OutlinePanel(None, theme, shared.catalogue)
        self._connect()

    def panels(self) -> list[Panel]:
        """Return the panels, in the order in which they are listed."""
        return [
            Panel("modules", self.tr("Modules"), LEFT, self.palette),
            Panel("outline", self.tr("Outline"), LEFT, self.outline),
            Panel("inspector", self.tr("Inspector"), RIGHT, self.inspector),
            Panel("tasks", self.tr("Tasks"), BOTTOM, self.tasks),
            Panel("problems", self.tr("Problems"), BOTTOM, self.problems),
            Panel("log", self.tr("Log"), BOTTOM, self.log),
            Panel("parallel", self.tr("Parallelization"), BOTTOM, self.parallel),
        ]

    def _connect(self) -> None:
        self.palette.place_requested.connect(self._place)
        self.inspector.node_wanted.connect(self._show_here)
        self.outline.selection_changed.connect(self._select_on_canvas)
        self.outline.group_opened.connect(lambda where: self._select_on_canvas(where, ()))
        self.outline.inspect_requested.connect(self._inspect)
        self.outline.run_to_requested.connect(self._run_to)
        for panel in (self.tasks, self.problems, self.log):
            panel.node_requested.connect(self._show_node)
        self.tasks.run_requested.connect(self._run)
        self.tasks.log_requested.connect(self._show_log)
        self.problems.task_requested.connect(self._show_task)
        self.chips.scheme_wanted.connect(self._show_scheme)
        self.scheme.settings_wanted.connect(lambda: self._show_scheme(""))
        self.parallel.preferences.changed.connect(self.chips.draw)

    def show(self, page: DocumentPage | None) -> None:
        """Show the document of a page; None if none is in front."""
        if page is self._page:
            return
        if self._page is not None:
            self._page.selection_changed.disconnect(self._select)
        self._page = page
        runs = page.runs if page is not None else None
        for told in (self.tasks, self.problems, self.log, self.parallel, self.scheme, self.numbers, self.chips):
            told.set_runs(runs)
        self.scheme.setEnabled(page is not None)
        for room in (self.inspector, self.outline):
            room.set_document(page.document if page is not None else self._nothing)
            room.set_runs(page.details if page is not None else None)
        if page is not None:
            page.selection_changed.connect(self._select)
            self._select()

    def _select(self) -> None:
        """What is selected on the canvas is selected everywhere."""
        if self._page is not None:
            where, ids = self._page.canvas.where, self._page.selection
            self.inspector.show_nodes(where, ids)
            self.outline.show_selection(where, ids)

    def _select_on_canvas(self, where: Where, ids: Sequence[str]) -> None:
        if self._page is None:
            return
        canvas = self._page.canvas
        if canvas.where != where:
            canvas.go(where)
        canvas.selection = frozenset(ids)

    def _inspect(self, _node: str) -> None:
        self.panel_wanted.emit("inspector")
        self.inspector.setFocus()

    def _run_to(self, path: str) -> None:
        if self._page is not None:
            self._page.runs.start(until=(path,))

    def show_failures(self, node: str) -> None:
        """Show the tasks of a node that failed."""
        self.tasks.show_node(node)
        self.tasks.show_states("failed")
        self.panel_wanted.emit("tasks")

    # What the panels ask for

    def _place(self, path: str) -> None:
        if self._page is not None:
            self._page.adding.place_middle(path)

    def _show_node(self, path: str) -> None:
        if self._page is not None:
            self._page.show_node(path)

    def _show_here(self, node_id: str) -> None:
        if self._page is not None:
            self._page.canvas.do.reveal(node_id)

    def _run(self) -> None:
        if self._page is not None:
            self._page.runs.start()

    def _show_log(self, tasks: list[str]) -> None:
        self.log.show_of(tasks)
        self.panel_wanted.emit("log")

    def _schemes_in_use(self) -> list[str]:
        """Return the schemes that the next run of the document in front may use, but for the last resort."""
        return self.parallel.preferences.in_use if self._page is not None else []

    def _show_scheme(self, name: str) -> None:
        self.panel_wanted.emit("parallel")
        self.parallel.show_card(name)

    def _show_task(self, _task: str) -> None:
        self.panel_wanted.emit("tasks")
