"""The panel that shows and edits the selected nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from ..document import Document
from ..empty import EmptyPlace
from ..theme.tokens import GRID
from .header import Header
from .help import HelpView
from .mapping import Mapping
from .notes import notes_of
from .parameters import Parameters
from .placement import PlacementEditor
from .results import NodeLog, Previews
from .scheme import SchemeChoice
from .section import Section
from .selection import Selection
from .settings import Settings
from .source_code import SourceCode
from .sources import NoRuns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PyQt6.QtGui import QFocusEvent

    from ....core.modules import Module
    from ....core.pipeline import Node, Where
    from ..catalogue import Catalogue
    from ..looks import NodeLook
    from ..theme.theme import Theme
    from .sources import RunSource


MANY = 1_000


class InspectorPanel(QWidget):
    """Shows what is selected. ``node_wanted`` tells a node of the same body that a person wants to see.

    ``why_requested`` tells that a person wants to see why the selected node runs where it does.
    """

    node_wanted = pyqtSignal(str)
    why_requested = pyqtSignal()

    def __init__(
        self,
        document: Document | None,
        catalogue: Catalogue,
        runs: RunSource | None,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document or Document(parent=self)
        self._catalogue, self._theme = catalogue, theme
        self._runs: RunSource = runs or NoRuns(self)
        self._selection = Selection(self._document)
        self._source_drafts: dict[str, Any] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        self._make_parts()
        self._arrange()
        catalogue.changed.connect(self._later)
        self.parameters.node_wanted.connect(self.node_wanted)
        self.source.draft_changed.connect(self._keep_source)
        self.scheme.why_requested.connect(self.why_requested)
        self._listen()
        self.refresh()

    def _make_parts(self) -> None:
        theme = self._theme
        self.header = Header(theme)
        self.parameters = Parameters(theme, self._base)
        self.source, self.mapping = SourceCode(theme), Mapping(theme)
        self.scheme, self.settings, self.placement = SchemeChoice(theme), Settings(theme), PlacementEditor(theme)
        self.previews, self.log, self.help = Previews(theme), NodeLog(theme), HelpView(theme)
        self.sections = {
            "parameters": Section(self.tr("Parameters"), theme, self.parameters),
            "source": Section(self.tr("Source"), theme, self.source),
            "mapping": Section(self.tr("Mapping"), theme, self.mapping, open_=False),
            "scheme": Section(self.tr("Scheme"), theme, self.scheme, open_=False),
            "settings": Section(self.tr("Resources"), theme, self.settings, open_=False),
            "placement": Section(self.tr("Placement"), theme, self.placement, open_=False),
            "preview": Section(self.tr("Preview"), theme, self.previews),
            "log": Section(self.tr("Log"), theme, self.log, open_=False),
            "help": Section(self.tr("Help"), theme, self.help),
        }

        for name, section in self.sections.items():
            section.head.toggled.connect(lambda _yes, name=name: self._fill(name))

    def _arrange(self) -> None:
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * GRID, 0, 2 * GRID, 2 * GRID)
        column.setSpacing(0)
        column.addWidget(self.header)
        for section in self.sections.values():
            column.addWidget(section)
        column.addStretch()
        self.view = QScrollArea(self)
        self.view.setWidgetResizable(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setWidget(inside)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.empty = EmptyPlace(self._theme, self)
        self.empty.say(
            self.tr("Nothing selected"),
            self.tr("Select a node to see and set its parameters, how it is mapped, and what came out of it."),
            "info",
        )
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)
        self.setAccessibleName(self.tr("Inspector"))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a width in which names and editors stand side by side."""
        return QSize(75 * GRID, 150 * GRID)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the width in which everything can still be read."""
        return QSize(52 * GRID, 40 * GRID)

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802
        """Lead who comes here by key to the first thing that can be set."""
        super().focusInEvent(event)
        editors = (getattr(row, "editor", None) for row in self.parameters.rows.values())
        first = next((editor for editor in editors if editor is not None), self.header.title)
        if self._selection.nodes:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    # What it shows

    def set_document(self, document: Document | None) -> None:
        """Show another document, of which nothing is selected yet; None if there is none."""
        self._document.changed.disconnect(self._later)
        self._document = document or Document(parent=self)
        self.show_nodes((), ())
        self._document.changed.connect(self._later)

    def set_runs(self, runs: RunSource | None) -> None:
        """Show what these runs tell."""
        self._runs.looks_changed.disconnect(self._show_looks)
        self._runs.details_changed.disconnect(self._show_details)
        self._runs = runs or NoRuns(self)
        self._listen_to_runs()
        self._later()

    def _later(self, _edit: Any = None) -> None:
        """Show what changed once, after all that changes now."""
        self._soon.start()

    def _listen(self) -> None:
        self._document.changed.connect(self._later)
        self._listen_to_runs()

    def _listen_to_runs(self) -> None:
        self._runs.looks_changed.connect(self._show_looks)
        self._runs.details_changed.connect(self._show_details)

    @property
    def selected(self) -> tuple[str, ...]:
        """The ids of the nodes that are shown."""
        return self._selection.ids

    def show_nodes(self, where: Where, ids: Sequence[str]) -> None:
        """Show nodes of one body."""
        if (tuple(where), tuple(ids)) == (self._selection.where, self._selection.wanted) and (
            self._selection.document is self._document
        ):
            return
        self._selection.document.end_merging()
        self._selection = Selection(self._document, where, ids)
        single = self._selection.single
        if single is not None:
            self._runs.want_details(self._selection.path(single[0]))
        if ids and (self._soon.isActive() or len(ids) > MANY):
            # An edit and what it selects are shown together; what many have in common takes a while.
            self._later()
        else:
            self.refresh()
        bar = self.view.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def refresh(self) -> None:
        """Show the nodes as they are now; what is closed is filled when it is opened."""
        selection = self._selection
        nodes = selection.nodes
        self.pages.setCurrentWidget(self.view if nodes else self.empty)
        if not nodes:
            return
        single = selection.single
        module = selection.module(single[1]) if single is not None else None
        self.header.show_selection(selection)
        self.sections["source"].setVisible(module is not None and bool(module.source))
        self.sections["placement"].setVisible(not selection.only_groups)
        for name in ("preview", "log", "help"):
            self.sections[name].setVisible(single is not None)
        self._show_look()
        for name in self.sections:
            self._fill(name)

    def _fill(self, name: str) -> None:
        if not self.sections[name].is_open or not self._selection.nodes:
            return
        selection, single = self._selection, self._selection.single
        match name:
            case "parameters":
                self.parameters.show_selection(selection)
            case "source":
                draft = self._source_drafts.get(single[1].module) if single is not None else None
                self.source.show_selection(selection, draft)
            case "settings":
                self.settings.show_selection(selection)
            case "placement":
                self.placement.show_selection(selection)
            case "mapping":
                self.mapping.show_selection(selection, self._look)
            case "scheme":
                path = selection.path(single[0]) if single is not None else ""
                told = (self._runs.why(path), self._runs.foreseen(path)) if path else ("", "")
                self.scheme.show_selection(selection, self._look, *told)
            case _ if single is not None:
                self._fill_results(name, single[0], single[1])

    def _fill_results(self, name: str, node_id: str, node: Node) -> None:
        path = self._selection.path(node_id)
        if name == "preview":
            self.previews.show_previews(self._runs.previews(path))
        elif name == "log":
            self.log.show_lines(self._runs.log(path))
        else:
            self.help.show_module(self._with_help(self._selection.module(node)))

    def _with_help(self, module: Module | None) -> Module | None:
        """Return the module as the catalogue has it: files keep no prose."""
        known = self._catalogue.module(module.path) if module is not None and module.path else None
        return known or module

    def _show_looks(self, nodes: Any) -> None:
        single = self._selection.single
        if single is not None and (not nodes or self._selection.path(single[0]) in nodes):
            self._show_look()
            self._fill("mapping")
            self._fill("scheme")

    @property
    def _look(self) -> NodeLook | None:
        single = self._selection.single
        return self._runs.look(self._selection.path(single[0])) if single is not None else None

    def _show_look(self) -> None:
        single, look = self._selection.single, self._look
        self.header.show_look(look, single[1].mode if single is not None else "normal")
        for name, note in notes_of(self._selection, look).items():
            self.sections[name].say(note)

    def _show_details(self, node: str) -> None:
        single = self._selection.single
        if single is not None and self._selection.path(single[0]) == node:
            self._fill("preview")
            self._fill("log")

    def _keep_source(self, draft: Any) -> None:
        if draft is None:
            self._source_drafts.pop(self.source.key, None)
        else:
            self._source_drafts[self.source.key] = draft

    def _base(self) -> Path | None:
        return self._document.file.parent if self._document.file is not None else None
