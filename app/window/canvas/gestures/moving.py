"""Moving what is selected, with guides; with Alt a copy of it; onto a connection it is put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs
from PyQt6.QtCore import QLineF, Qt

from .....core.edits import Steps
from ..changes import duplicated, inserted, moved
from ..finding import cards_in
from ..inserting import Insertion, insertion_at
from ..measures import COMMENT_LEAST, FRAME_LEAST
from ..note_painting import note_box
from ..snapping import Snapped, on_grid, snap
from .gesture import Gesture, Pointer

if TYPE_CHECKING:
    from PyQt6.QtCore import QRectF
    from PyQt6.QtGui import QPainter

    from ..picked import NoteId
    from ..view import CanvasView

    Selection = tuple[set[str], set[str], set[NoteId]]

SNAP_REACH = 6.0
"""Pixels of the view within which an edge snaps to another."""

MOST_ALIGNED = 400
"""With more cards in sight than this, only the grid is snapped to."""


class Move(Gesture):
    """Moves the selected nodes and notes, and what lies on selected frames: one edit at the end.

    ``handle`` is the card under the pointer, ``clicked`` what is selected if nothing was moved.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, canvas: CanvasView, handle: str = "", clicked: Selection | None = None) -> None:
        super().__init__(canvas)
        self._handle, self._clicked = handle, clicked
        self._moving = False
        self._snapped = Snapped(0.0, 0.0)
        self.insertion: Insertion | None = None

    def start(self, at: Pointer) -> None:
        """Remember what moves, and from where."""
        super().start(at)
        board, picked = self.canvas.board, self.canvas.picked
        nodes = set(picked.nodes)
        self._notes: dict[NoteId, tuple[float, float]] = {}
        body = board.body
        assert body is not None
        for section, key in picked.notes:
            note = getattr(body, section)[key]
            self._notes[section, key] = note.position
            if section == "frames":
                nodes |= self._on(note_box(note))
        self._nodes = [name for name in nodes if name in board.places.row]
        self._rows = np.array([board.places.row[name] for name in self._nodes], dtype=np.intp)
        self._origin = board.places.values[self._rows, :2].copy()
        self._box = board.box(board.places.mask(self._nodes))
        self._others = np.zeros((0, 4))
        self.shift = 0.0, 0.0

    def _on(self, box: QRectF) -> set[str]:
        """Return the nodes that lie wholly on a frame."""
        places = self.canvas.board.places
        inside = (
            places.used
            & (places.values[:, 0] >= box.left())
            & (places.values[:, 1] >= box.top())
            & (places.values[:, 0] + places.values[:, 2] <= box.right())
            & (places.values[:, 1] + places.values[:, 3] <= box.bottom())
        )
        return {places.names[row] for row in np.flatnonzero(inside).tolist()}

    def move(self, at: Pointer) -> None:
        """Show it at the pointer, in line with others."""
        if not self._moving:
            if not self.far(at):
                return
            self._moving = True
            self._others = self._others_in_sight()
        dx, dy = at.x - self.origin.x, at.y - self.origin.y
        if self._box is not None and not at.holds(Qt.KeyboardModifier.ControlModifier):
            x, y, width, height = self._box
            reach = SNAP_REACH / self.canvas.camera.scale
            self._snapped = snap((x + dx, y + dy, width, height), self._others, reach)
            dx, dy = dx + self._snapped.dx, dy + self._snapped.dy
        self._show(dx, dy)
        self._look_for_connection(at)

    def _others_in_sight(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        board = self.canvas.board
        rows = cards_in(board, self.canvas.seen())
        rows[self._rows] = False
        return board.places.values[rows] if np.count_nonzero(rows) <= MOST_ALIGNED else np.zeros((0, 4))

    def _show(self, dx: float, dy: float) -> None:
        self.shift = dx, dy
        self.canvas.board.shift(self._rows, self._origin, dx, dy)
        self.canvas.shifted_notes = {key: (x + dx, y + dy) for key, (x, y) in self._notes.items()}
        self.canvas.look_changed()

    def _look_for_connection(self, at: Pointer) -> None:
        alone = self._handle if len(self._nodes) == 1 and not self._notes else ""
        self.insertion = insertion_at(self.canvas.board, self.canvas.modules, alone, at.x, at.y) if alone else None
        self.canvas.picked.hovered_wire = self.insertion.wire if self.insertion is not None else None

    def finish(self, at: Pointer) -> None:
        """Make it an edit."""
        self.move(at)
        shift, insertion, moving = self.shift, self.insertion, self._moving
        self.cancel("finished")
        if not moving:
            if self._clicked is not None:
                self.canvas.pick(*self._clicked)
            return
        if at.holds(Qt.KeyboardModifier.AltModifier):
            self._finish_copy(shift)
            return
        canvas = self.canvas
        nodes = {
            name: (float(x) + shift[0], float(y) + shift[1])
            for name, (x, y) in zip(self._nodes, self._origin.tolist(), strict=True)
        }
        notes = {key: (x + shift[0], y + shift[1]) for key, (x, y) in self._notes.items()}
        edit = moved(canvas.board.body_shown, nodes, canvas.where, notes)
        if insertion is not None:
            into = inserted(
                canvas.board.body_shown, self._nodes[0], insertion.wire, insertion.entry, insertion.exit, canvas.where
            )
            canvas.edit(Steps((*edit.edits, *into.edits), "insert"), canvas.tr("Insert into connection"))
        elif edit.edits:
            canvas.edit(edit, canvas.tr("Move"))

    def _finish_copy(self, shift: tuple[float, float]) -> None:
        canvas = self.canvas
        made = duplicated(canvas.document.pipeline, canvas.where, set(self._nodes), set(self._notes), shift)
        canvas.edit(made.edit, canvas.tr("Duplicate"))
        canvas.pick(made.nodes.values(), (), made.notes)

    def cancel(self, reason: str) -> None:  # noqa: ARG002
        """Show all where it is."""
        if self._moving:
            self._show(0.0, 0.0)
        self.canvas.shifted_notes = {}
        self._snapped, self.insertion = Snapped(0.0, 0.0), None
        self.canvas.picked.hovered_wire = None
        self.canvas.look_changed()

    def paint(self, painter: QPainter) -> None:
        """Paint the guides."""
        left, top, right, bottom = self.canvas.seen()
        painter.setPen(self.canvas.inks.pen("accent", 1.0 / self.canvas.camera.scale))
        for x in self._snapped.upright:
            painter.drawLine(QLineF(x, top, x, bottom))
        for y in self._snapped.level:
            painter.drawLine(QLineF(left, y, right, y))


class Resize(Gesture):
    """Changes the size of a frame or a comment by its corner."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, canvas: CanvasView, note: NoteId) -> None:
        super().__init__(canvas)
        self._note = note

    def move(self, at: Pointer) -> None:
        """Show the size that is meant."""
        self.canvas.sized_note = self._note, self._size(at)
        self.canvas.update()

    def _size(self, at: Pointer) -> tuple[float, float]:
        section, key = self._note
        note = getattr(self.canvas.board.body_shown, section)[key]
        least = FRAME_LEAST if section == "frames" else COMMENT_LEAST
        width = on_grid(at.x) - note.position[0] if self.far(at) else note.size[0]
        height = on_grid(at.y) - note.position[1] if self.far(at) else note.size[1]
        return max(width, least[0]), max(height, least[1])

    def finish(self, at: Pointer) -> None:
        """Make it an edit."""
        size = self._size(at)
        self.cancel("finished")
        section, key = self._note
        note = getattr(self.canvas.board.body_shown, section)[key]
        if size != note.size:
            self.canvas.change_notes(section, {key: structs.replace(note, size=size)}, self.canvas.tr("Resize"))

    def cancel(self, reason: str) -> None:  # noqa: ARG002
        """Show the size it has."""
        self.canvas.sized_note = None
        self.canvas.update()
