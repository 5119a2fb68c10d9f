"""What shows one document: its canvas, and how its runs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from .adding import Adding
from .canvas.view import CanvasView
from .inspector.run_details import RunDetails
from .runs.runs import Runs
from .runs.value_facts import ValueFacts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .document import Document
    from .shared import Shared


class DocumentPage(QWidget):
    """The page of a document; it lives as long as its tab.

    Its canvas is told how nodes do. What more than one room has to do with goes up by the canvas's own signals.
    """

    selection_changed = pyqtSignal()

    def __init__(self, document: Document, shared: Shared, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.runs = Runs(shared.bridge, document, shared.settings, self)
        self.details = RunDetails(self.runs, self)
        self.canvas = CanvasView(
            document, shared.theme, shared.catalogue, self, shared.boards.take(document.pipeline)
        )  # fmt: skip
        self._values = ValueFacts(self.runs, self)
        self._values.told.connect(self.canvas.tell_more)
        self.canvas.value_facts = self._values.of
        self.adding = Adding(self.canvas, shared)
        self.layout_ = QVBoxLayout(self)
        self.layout_.setContentsMargins(0, 0, 0, 0)
        self.layout_.setSpacing(0)
        self.layout_.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit)
        self._settings = shared.settings
        shared.settings.changed.connect(self._chosen)
        self._chosen("motion")
        self.canvas.selection_changed.connect(self.selection_changed)
        self.canvas.where_changed.connect(self.selection_changed)
        self.runs.looks_changed.connect(self._show_looks)

    def fit_soon(self) -> None:
        """Show the whole pipeline, once the page has its place."""
        self._fitting.start()

    def _fit(self) -> None:
        self.canvas.do.fit()

    @property
    def selection(self) -> list[str]:
        """The ids of the nodes that are selected."""
        return sorted(self.canvas.selection)

    @property
    def selected_paths(self) -> tuple[str, ...]:
        """The paths of the nodes that are selected, as runs name them."""
        return tuple("/".join((*self.canvas.where, node_id)) for node_id in self.selection)

    def show_node(self, path: str) -> None:
        """Select a node by its path, going into its group."""
        *where, node_id = path.split("/")
        if self.canvas.where != tuple(where):
            self.canvas.go(tuple(where))
        self.canvas.do.reveal(node_id)

    def close_runs(self) -> None:
        """End what runs: the document is closed."""
        self.runs.close()

    def _chosen(self, name: str) -> None:
        """Let what turns on the canvas stand still where the person wants it so."""
        if name == "motion":
            self.canvas.setProperty("still", self._settings.text("motion") == "reduced")

    def _show_looks(self, nodes: Iterable[str]) -> None:
        self.canvas.show_states({node: self.runs.look(node) for node in nodes})
