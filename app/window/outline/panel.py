"""The panel with the tree of nodes and the table of connections, in which all can be done by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence

from ....core.errors import UsageError
from ..document import Document
from ..looks import NO_LOOK
from ..theme.tokens import GRID
from . import doing
from .asking import Asking
from .connections import ConnectionsModel
from .face import OutlineFace
from .nodes import NodesModel
from .places import ID, NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QPaintEvent
    from PyQt6.QtWidgets import QWidget

    from ....core.modules import Module
    from ....core.pipeline import Where
    from ..catalogue import Catalogue
    from ..inspector.sources import RunSource
    from ..looks import NodeLook
    from ..ports import Target
    from ..theme.theme import Theme

    Key = QKeySequence.StandardKey | Qt.Key | str


MANY = 5_000


class OutlinePanel(OutlineFace):
    """Does all that the canvas does, without a pointer.

    ``selection_changed(where, ids)`` tells what a person selected here, ``inspect_requested`` that the current node
    is to be set, ``group_opened(where)`` that a group is to be looked into, ``run_to_requested`` a node (its path).
    """

    selection_changed = pyqtSignal(tuple, tuple)
    inspect_requested = pyqtSignal(str)
    group_opened = pyqtSignal(tuple)
    run_to_requested = pyqtSignal(str)

    def __init__(
        self, document: Document | None, theme: Theme, catalogue: Catalogue, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._document = document or Document(parent=self)
        self._runs: RunSource | None = None
        self._kept: tuple[Where, tuple[str, ...], list[tuple[Where, str]]] = ((), (), [])
        self._quiet = self._behind = False
        self._ids: tuple[str, ...] | None = None
        self.nodes = NodesModel(self._document, self._look, self._chip, self)
        self.wires = ConnectionsModel(self._document, self)
        self._build(self.nodes, self.wires)
        self.asking = Asking(catalogue, theme, self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._add_actions()
        self._connect()
        self._refresh()

    def _add_actions(self) -> None:
        add = self._action
        add("add", self.tr("Add a module"), (Qt.Key.Key_Insert, "A"), self.ask_module, needs_node=False)
        add("link", self.tr("Connect"), ("C",), self.ask_target)
        add("rename", self.tr("Rename"), (Qt.Key.Key_F2,), lambda: self.tree.edit_cell(NAME))
        add("bypass", self.tr("Bypass, or run again"), ("B",), self.bypass)
        add("run-to", self.tr("Run to here"), ("Ctrl+Return",), self.run_to)
        add("settings", self.tr("Set its parameters"), ("Return", "Enter"), self.open)
        add("delete", self.tr("Delete"), (QKeySequence.StandardKey.Delete,), self.delete)
        self._shortcut(self.tree, "Shift+F2", lambda: self.tree.edit_cell(ID))
        self._shortcut(self.table, QKeySequence.StandardKey.Delete, self.cut)
        self._shortcut(self.table, "Return", self.go_to_target)

    def _connect(self) -> None:
        self._document.changed.connect(self._later)
        self._soon.timeout.connect(self._refresh)
        self.nodes.refused.connect(self.say)
        self.nodes.about_to_reset.connect(self._keep)
        self.nodes.modelReset.connect(self._forget_ids)
        self.nodes.modelReset.connect(self._restore)
        self.asking.module_chosen.connect(self.place)
        self.asking.target_chosen.connect(self.feed)
        self.asking.refused.connect(self.say)
        self.empty.wanted.connect(self.ask_module)
        self.tree.doubleClicked.connect(lambda _index: self.open())
        self.table.doubleClicked.connect(lambda _index: self.go_to_target())
        selection = self.tree.selectionModel()
        assert selection is not None, "a tree with a model has a selection"
        self._picked = selection
        # What is selected is found out when it is asked for, once: of many nodes that takes its time.
        for told in (selection.selectionChanged, selection.currentChanged, self._document.changed):
            told.connect(self._forget_ids)
        selection.selectionChanged.connect(self._tell)

    # What it shows

    def set_document(self, document: Document | None) -> None:
        """Show another document."""
        self._document.changed.disconnect(self._later)
        self._document.changed.disconnect(self._forget_ids)
        self._document = document or Document(parent=self)
        self.nodes.set_document(self._document)
        self._document.changed.connect(self._forget_ids)
        self._document.changed.connect(self._later)
        self._refresh()

    def set_runs(self, runs: RunSource | None) -> None:
        """Show how the nodes do in these runs."""
        if self._runs is not None:
            self._runs.looks_changed.disconnect(self.nodes.show_looks)
        self._runs = runs
        if runs is not None:
            runs.looks_changed.connect(self.nodes.show_looks)
        viewport = self.tree.viewport()
        if viewport is not None:
            viewport.update()

    def _look(self, path: str) -> NodeLook:
        return self._runs.look(path) if self._runs is not None else NO_LOOK

    def _later(self, _edit: Any = None) -> None:
        self._soon.start()

    def _refresh(self) -> None:
        self._soon.stop()
        self.pages.setCurrentWidget(self.split if self._document.pipeline.nodes else self.empty)
        ids = self.ids
        if len(self._document.pipeline.connections) > MANY and self.visibleRegion().isEmpty():
            # A table of a hundred thousand rows takes a while, and is behind other panels: for when it is seen.
            self._behind = True
        else:
            self.wires.show(self._document, self.where, ids)
        title = self.tr("Connections of {name}").format(name=ids[0]) if len(ids) == 1 else self.tr("Connections")
        self.wire_title.setText(title)
        self.table.setAccessibleName(title)
        for button in self._needs_node:
            button.setEnabled(bool(ids))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Show what was left for later when nobody saw it."""
        if self._behind:
            self._behind = False
            self._later()
        super().paintEvent(event)

    # The selection

    @property
    def where(self) -> Where:
        """The body of the current node."""
        found = self.nodes.path_of(self.tree.currentIndex())
        return found[0] if found is not None else ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The selected nodes of that body."""
        if self._ids is None:
            self._ids = self.nodes.ids_in(self._picked.selection(), self.where)
        return self._ids

    @property
    def current(self) -> str:
        """The id of the current node; empty if there is none."""
        found = self.nodes.path_of(self.tree.currentIndex())
        return found[1] if found is not None else ""

    def show_selection(self, where: Where, ids: Sequence[str]) -> None:
        """Select nodes, as was done elsewhere; nothing is told."""
        if (tuple(where), set(ids)) == (self.where, set(self.ids)):
            return
        self._quiet = True
        flags = QItemSelectionModel.SelectionFlag
        self._picked.select(self.nodes.rows_of(tuple(where), ids), flags.ClearAndSelect | flags.Rows)
        there = (index for one in ids if (index := self.nodes.index_of(tuple(where), one)).isValid())
        first = next(there, None)
        if first is not None:
            self._picked.setCurrentIndex(first, flags.NoUpdate)
            self.tree.scrollTo(first)
        self._quiet = False
        self._later()

    def _forget_ids(self, *_facts: Any) -> None:
        self._ids = None

    def _tell(self) -> None:
        self._later()
        if not self._quiet:
            self.say("")
            self.selection_changed.emit(self.where, self.ids)

    def _keep(self) -> None:
        self._kept = (self.where, self.ids, self.tree.opened())

    def _restore(self) -> None:
        where, ids, opened = self._kept
        for place, node_id in opened:
            self.tree.expand(self.nodes.index_of(place, node_id))
        self.show_selection(where, ids)

    # What a person does

    def _try(self, act: Callable[..., Any], *facts: Any) -> Any:
        self.say("")
        try:
            return act(self._document, *facts)
        except UsageError as error:
            self.say(str(error))
            return None

    def _corner(self, widget: QWidget) -> QPoint:
        return widget.mapToGlobal(QPoint(4 * GRID, 4 * GRID))

    def ask_module(self) -> None:
        """Ask which module to add."""
        self.asking.ask_module(self._corner(self.pages))

    def place(self, module: Module) -> None:
        """Add a module beside the current node, and select it."""
        where = self.where
        placed = self._try(doing.place, module, where, self.current)
        if placed:
            self._refresh()
            self.show_selection(where, (placed,))
            self.selection_changed.emit(where, (placed,))
            self.tree.setFocus()

    def ask_target(self) -> None:
        """Ask what to connect the current node to."""
        if self.current:
            self.asking.ask_target(self._corner(self.pages), self._document, self.where, self.current)

    def feed(self, source: str, target: Target) -> None:
        """Connect."""
        self._try(doing.feed, self.where, source, target)

    def delete(self) -> None:
        """Delete the selected nodes; the next one is current."""
        where, ids, row = self.where, self.ids, self.tree.currentIndex().row()
        self._try(doing.delete, where, ids)
        left = list(self._document.body(where).nodes)
        if left:
            self.show_selection(where, (left[max(0, min(row, len(left) - 1))],))
            self.selection_changed.emit(where, self.ids)

    def bypass(self) -> None:
        """Bypass the selected nodes, or let them run again."""
        self._try(doing.bypass, self.where, self.ids)

    def run_to(self) -> None:
        """Ask for a run to the current node."""
        if self.current:
            self.run_to_requested.emit("/".join((*self.where, self.current)))

    def open(self) -> None:
        """Look into a group, or set the parameters of a node."""
        index = self.tree.currentIndex()
        node = self.nodes.node_at(index)
        if node is not None and node.group is not None:
            self.tree.expand(index)
            self.group_opened.emit((*self.where, self.current))
        elif node is not None:
            self.inspect_requested.emit(self.current)

    def cut(self) -> None:
        """Remove the selected connections."""
        selection = self.table.selectionModel()
        rows: list[QModelIndex] = selection.selectedRows() if selection is not None else []
        self._try(doing.cut, self.where, [self.wires.target_of(index) for index in rows])

    def go_to_target(self) -> None:
        """Select the node that the current connection feeds."""
        target = self.wires.target_of(self.table.currentIndex()).partition(".")[0]
        if target:
            where = self.where
            self.show_selection(where, (target,))
            self.selection_changed.emit(where, (target,))
