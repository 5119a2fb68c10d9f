"""The canvas of a document: shows one of its bodies, and hands on what a person does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal

from ....core.edits import Change
from ....core.errors import UsageError
from .actions import CanvasActions
from .board import Board
from .camera import Camera
from .dropping import Dropping
from .finding import cards_in
from .frames import Frames
from .inks import Inks
from .keys import Keys
from .overlays import Overlays
from .picked import Picked
from .picture import Picture
from .pointing import Pointing
from .surface import Surface
from .telling import Telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from PyQt6.QtWidgets import QWidget

    from ....core.edits import Edit
    from ....core.modules import Module
    from ....core.pipeline import Where
    from ..document import Document
    from ..looks import NodeLook
    from ..theme.theme import Theme
    from .finding import PortAt
    from .picked import NoteId


class CanvasView(Surface):
    """Shows the body of a document at ``where``; all changes are edits of the document.

    ``search_requested`` has a place on the screen, one in the scene, and the port that a connection was dragged
    from, if it was (``PortAt``). ``file_dropped`` has a path and a place in the scene.
    """

    selection_changed = pyqtSignal()
    where_changed = pyqtSignal()
    scale_changed = pyqtSignal(float)
    search_requested = pyqtSignal(object, object, object)
    open_requested = pyqtSignal(str)
    run_to_requested = pyqtSignal(str)
    failures_requested, why_requested = pyqtSignal(str), pyqtSignal(str)
    context_requested = pyqtSignal(str, object)
    module_dropped = pyqtSignal(str, object)
    file_dropped = pyqtSignal(str, object)
    said = pyqtSignal(str)

    def __init__(
        self,
        document: Document,
        theme: Theme,
        catalogue: Any = None,
        parent: QWidget | None = None,
        board: Board | None = None,
    ) -> None:
        super().__init__(parent)
        self.document, self.theme, self.catalogue = document, theme, catalogue
        self.inks = Inks(theme)
        self.board = board or Board(self.inks.title_metrics.horizontalAdvance)
        self.board.measure = self.inks.title_metrics.horizontalAdvance
        self.camera = Camera()
        self.picked = Picked()
        self.picture = Picture(self.board, self.inks)
        self.frames = Frames(self)
        self.pointing = Pointing(self)
        self.do = CanvasActions(self)
        self.keys = Keys(self)
        self.dropping = Dropping(self)
        self.shifted_notes: dict[NoteId, tuple[float, float]] = {}
        self.sized_note: tuple[NoteId, tuple[float, float]] | None = None
        self.value_facts: Callable[[Where, str, str], Iterable[str]] | None = None
        self.scheme_facts: Callable[[str], str] = lambda _node: ""
        """What is known of values between two ports (shape, size, time), and of a node's schemes: for tips."""
        self.beside: Callable[[Callable[[], Any], Callable[[Any], object]], object] = lambda work, then: then(work())
        """Has work done beside the window's thread, where there is such a thread, and hands over what came of it."""
        self.telling = Telling(self)
        self._fitted = False
        self._set_up()
        self.overlays = Overlays(self)
        document.changed.connect(self._document_changed)
        theme.changed.connect(self._theme_changed)
        if board is None:
            self.go(())
        else:
            self._show_board()

    def _set_up(self) -> None:
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.setAccessibleName(self.tr("Canvas"))
        self.setAccessibleDescription(self.tr("The pipeline as a picture. The Outline shows the same as lists."))
        self.setMinimumSize(160, 120)

    # What it shows

    @property
    def _canvas(self) -> CanvasView:
        return self

    @property
    def where(self) -> Where:
        """The groups that lead to the body that is shown."""
        return self.board.where

    @property
    def modules(self) -> Mapping[str, Module]:
        """The modules of the pipeline."""
        return self.document.pipeline.modules

    def go(self, where: Where) -> None:
        """Show another body; UsageError if it is not there."""
        self.pointing.cancel("another body is shown")
        self.keys.end_choice()
        self.board.load(self.document.pipeline, where)
        self._show_board()

    def _show_board(self) -> None:
        """Show what is on the board anew."""
        self.picture.looks = self.telling.shown()
        self.picture.reload()
        self._fitted = False
        self.pick()
        self.do.fit()
        self.where_changed.emit()
        self.look_changed()

    def look_changed(self) -> None:
        """What is seen is at another place or scale, or something is about to be moved: paint all anew."""
        self.overlays.follow()
        self.update()

    def _document_changed(self, edit: Edit) -> None:
        self.pointing.cancel("the pipeline changed")
        self.keys.end_choice()
        touched = self.board.take(edit)
        if touched.path and not self._still_there():
            return
        if touched.anew:
            self.picture.reload()
        else:
            self.picture.renew(touched.nodes)
        if self.picked.keep(self.board):
            self.selection_changed.emit()
        self.overlays.document_changed()
        self.update()

    def _still_there(self) -> bool:
        """Show the body nearest to the one that is gone; say whether it is still the same."""
        for depth in range(len(self.where), -1, -1):
            try:
                body = self.document.body(self.where[:depth])
            except UsageError:
                continue
            if body is self.board.body:
                return True
            self.go(self.where[:depth])
            return False
        return False

    def _theme_changed(self) -> None:
        self.inks = Inks(self.theme)
        self.picture.dress(self.inks)
        self.look_changed()

    def show_states(self, looks: Mapping[str, NodeLook]) -> None:
        """Show how nodes do, by their paths (``group/node``); merged and shown within a thirtieth of a second."""
        self.telling.take(looks)

    # Selection

    @property
    def selection(self) -> frozenset[str]:
        """The ids of the selected nodes."""
        return frozenset(self.picked.nodes)

    @selection.setter
    def selection(self, nodes: Iterable[str]) -> None:
        self.pick(self.board.cards.keys() & set(nodes))

    def pick(self, nodes: Iterable[str] = (), wires: Iterable[str] = (), notes: Iterable[NoteId] = ()) -> None:
        """Select these and nothing else."""
        if self.picked.set(nodes, wires, notes):
            self.selection_changed.emit()
        self.update()

    # What gestures and actions use

    def edit(self, edit: Edit, label: str) -> bool:
        """Carry out an edit of the document as one step; say whether it could be, and tell the person why not."""
        try:
            self.document.edit(edit, label)
        except UsageError as error:
            self.say(str(error))
            return False
        return True

    def change_notes(self, section: str, entries: Mapping[str, Any], label: str) -> bool:
        """Put frames or comments in the place of those there are."""
        return self.edit(Change(section, entries, self.where), label)  # type: ignore[arg-type]  # of a NoteId

    def say(self, text: str) -> None:
        """Tell the person something in passing, at the pointer."""
        self.said.emit(text)
        self.overlays.say(text)

    def seen(self) -> tuple[float, float, float, float]:
        """Return left, top, right, bottom of the scene that is seen."""
        return self.camera.seen(self.width(), self.height())

    def nodes_seen(self) -> list[str]:
        """Return the nodes whose cards are seen."""
        return self._named(self.seen())

    def nodes_near(self, x: float, y: float, reach: float) -> list[str]:
        """Return the nodes whose cards are within reach of a place."""
        return self._named((x - reach, y - reach, x + reach, y + reach))

    def _named(self, box: tuple[float, float, float, float]) -> list[str]:
        names = self.board.places.names
        return [names[row] for row in np.flatnonzero(cards_in(self.board, box)).tolist()]

    def card_box(self, node_id: str) -> QRectF:
        """Return the rectangle of a card in the scene."""
        return QRectF(*self.board.places.values[self.board.places.row[node_id]].tolist())

    def middle(self) -> tuple[float, float]:
        """Return the place of the scene in the middle of the view."""
        return self.camera.to_scene(self.width() / 2, self.height() / 2)

    def to_screen(self, x: float, y: float) -> QPointF:
        """Return where on the screen a place of the scene is."""
        return self.mapToGlobal(QPointF(*self.camera.to_view(x, y)))

    def ask_search(self, x: float, y: float, port: PortAt | None = None) -> None:
        """Ask for the search at a place of the scene."""
        self.search_requested.emit(self.to_screen(x, y), QPointF(x, y), port)

    def zoom(self, factor: float, x: float, y: float) -> None:
        """Enlarge around a place of the view."""
        self.camera.zoom(factor, x, y)
        self.scale_changed.emit(self.camera.scale)
        self.look_changed()
