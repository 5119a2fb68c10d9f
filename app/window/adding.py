"""Adds nodes to a canvas: by the search at the cursor, and for files that were dropped on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPoint, QPointF

from ...core.errors import TreadleError, UsageError
from .canvas.changes import connected
from .canvas.finding import PortAt
from .canvas.fitting import Matching
from .catalogue import best_port
from .placing import place_module
from .ports import inputs_of, outputs_of
from .search.module_search import module_entries
from .search.popup import SearchPopup

if TYPE_CHECKING:
    from ...core.edits import Edit
    from ...core.modules import Module, Port
    from .canvas.view import CanvasView
    from .shared import Shared

READERS = {
    ".csv": "formats:read_csv",
    ".tsv": "formats:read_csv",
    ".json": "formats:read_json",
    ".npy": "formats:read_npy",
    ".nii": "neuro:read_nifti",
    ".gz": "neuro:read_nifti",
    ".fits": "astronomy:read_fits",
    ".fit": "astronomy:read_fits",
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif"), "images:read_image"),
}
"""What reads a file, by the end of its name; any other is read as text."""

LIBRARY = "treadle.core.library."
OTHER_READER = "files:read_text"
_ONE_STEP = "add and connect"


class Adding(QObject):
    """What adds nodes to one canvas. Each addition, with its connection, is one step to be undone."""

    def __init__(self, canvas: CanvasView, shared: Shared) -> None:
        super().__init__(canvas)
        self._canvas, self._catalogue = canvas, shared.catalogue
        self.popup = SearchPopup(shared.theme, canvas)
        canvas.search_requested.connect(self.search)
        canvas.module_dropped.connect(self.place_path)
        canvas.file_dropped.connect(self.read_file)

    def search_here(self) -> None:
        """Ask for a module in the middle of what is seen."""
        self._canvas.ask_search(*self._canvas.middle())

    def search(self, screen: QPointF | QPoint, scene: QPointF, port: PortAt | None) -> None:
        """Ask which module to place; dragged from a port, what fits it is offered and connected."""
        fits = self._port(port) if port is not None else None
        side = "outputs" if port is not None and port.side == "in" else "inputs"
        find = module_entries(
            self._catalogue,
            lambda module: self._place(module, scene, port, fits),
            lambda path: self.place_path(path, scene),
            fits,
            side,  # type: ignore[arg-type]  # one of two words
        )
        place = screen.toPoint() if isinstance(screen, QPointF) else screen
        self.popup.open_at(place, find, self.tr("Search a module"))

    def place_middle(self, path: str) -> None:
        """Place a module by its import path in the middle of what is seen."""
        self.place_path(path, QPointF(*self._canvas.middle()))

    def place_path(self, path: str, scene: QPointF) -> None:
        """Place a module by its import path; the runner is asked about one that nobody knows."""
        known = self._canvas.do.module(path)
        if known is not None:
            self._place(known, scene)
            return

        def told(answer: Module | TreadleError) -> None:
            if isinstance(answer, TreadleError):
                self._canvas.say(str(answer))
            else:
                self._place(answer, scene)

        self._catalogue.describe(path, told)

    def read_file(self, name: str, scene: QPointF) -> None:
        """Place a node that reads a file."""
        reader = LIBRARY + READERS.get(Path(name).suffix.lower(), OTHER_READER)
        module = self._canvas.do.module(reader)
        if module is None:
            self._canvas.say(self.tr("The modules are not listed yet: try again in a moment"))
            return
        node_id = self._put(module, scene, {module.inputs[0].name: name})
        if node_id:
            self._show(node_id)

    def _place(self, module: Module, scene: QPointF, port: PortAt | None = None, fits: Port | None = None) -> None:
        node_id = self._put(module, scene, {}, _ONE_STEP)
        if not node_id:
            return
        if port is not None and fits is not None:
            self._connect(node_id, module, port, fits)
        self._canvas.document.end_merging()
        # Only now: when something else is selected, a step of the history ends.
        self._show(node_id)
        self._catalogue.note_placed(module.path)

    def _put(self, module: Module, scene: QPointF, params: dict[str, object], merge: str = "") -> str:
        canvas = self._canvas
        made = place_module(canvas.document.pipeline, module, (scene.x(), scene.y()), canvas.where, params)
        if not self._edit(made.edit, self.tr("Add {module}").format(module=module.label), merge):
            return ""
        return made.node_id

    def _show(self, node_id: str) -> None:
        self._canvas.pick({node_id})
        self._canvas.setFocus()

    def _connect(self, node_id: str, module: Module, port: PortAt, fits: Port) -> None:
        """Connect what was placed with the port that was dragged, by its own port that fits best."""
        canvas = self._canvas
        _, own = best_port(module, fits, "outputs" if port.side == "in" else "inputs")
        if own is None:
            return
        other = PortAt(node_id, "out" if port.side == "in" else "in", own.name)
        source, target = (other, port) if port.side == "in" else (port, other)
        judged = Matching(canvas.board, canvas.modules, source).judge(target)
        if judged.allowed:
            edit = connected(canvas.document.pipeline, source.endpoint, target.endpoint, judged, canvas.where)
            self._edit(edit, self.tr("Connect"), _ONE_STEP)

    def _edit(self, edit: Edit, label: str, merge: str) -> bool:
        try:
            self._canvas.document.edit(edit, label, merge)
        except UsageError as error:
            self._canvas.say(str(error))
            return False
        return True

    def _port(self, port: PortAt) -> Port | None:
        pipeline = self._canvas.document.pipeline
        body = self._canvas.document.body(self._canvas.where)
        ports = outputs_of if port.side == "out" else inputs_of
        return next((found for found in ports(pipeline, body, port.node) if found.name == port.name), None)
