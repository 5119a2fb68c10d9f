"""Paints the whole canvas, near or far, for the view and for export alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from ..looks import NO_LOOK
from .border_painting import paint_border
from .card_painting import paint_card
from .far_painting import FarPainter
from .finding import cards_in
from .ground_painting import paint_ground
from .near_painting import paint_arc, paint_cards
from .note_painting import paint_notes
from .picked import Picked
from .stamps import Stamps
from .status_painting import paint_status, shape_box
from .wire_painting import WirePainter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..looks import NodeLook
    from .board import Board
    from .camera import Camera
    from .inks import Inks
    from .picked import NoteId


class Picture:
    """What is painted of a board. ``turning`` and ``incomplete`` tell that a next frame is wanted."""

    def __init__(self, board: Board, inks: Inks) -> None:
        self.board = board
        self.inks = inks
        self.looks: dict[str, NodeLook] = {}
        self.stamps = Stamps(inks)
        self.far = FarPainter(board)
        self.wires = WirePainter(board)
        self.turning = False

    def dress(self, inks: Inks) -> None:
        """Take the colours of another theme."""
        self.inks = self.stamps.inks = inks
        self.stamps.clear()

    def show(self, looks: dict[str, NodeLook]) -> None:
        """Show nodes as they do now."""
        self.looks.update(looks)
        self.far.take(looks)

    def reload(self) -> None:
        """The board has other rows now."""
        self.far.take(self.looks, anew=True)

    def renew(self, node_ids: Iterable[str]) -> None:
        """Nodes came or went: a row may belong to another one now."""
        self.far.take({node_id: self.looks.get(node_id, NO_LOOK) for node_id in node_ids})

    @property
    def incomplete(self) -> bool:
        """Whether something was painted roughly, to keep the frame short."""
        return self.stamps.incomplete

    def paint(
        self,
        painter: QPainter,
        exposed: QRectF,
        camera: Camera,
        picked: Picked,
        ratio: float,
        *,
        place: Callable[[NoteId], QRectF | None],
        dimmed: bool = False,
        seconds: float = 0.0,
    ) -> None:
        """Paint a rectangle of the view."""
        scale = camera.scale
        left, top = camera.to_scene(exposed.left(), exposed.top())
        right, bottom = camera.to_scene(exposed.right(), exposed.bottom())
        box = left, top, right, bottom
        self.turning = self.stamps.incomplete = False
        paint_ground(painter, exposed, camera, self.inks)
        self._to_scene(painter, camera)
        if self.board.body is not None:
            seen = QRectF(QPointF(left, top), QPointF(right, bottom))
            paint_notes(painter, self.board.body, seen, scale, picked, self.inks, place)
        if scale < self.board.far_below:
            painter.resetTransform()
            self.far.paint(painter, camera, box, picked, self.inks)
            return
        self.wires.paint(painter, box, scale, picked, self.inks, dimmed=dimmed)
        painter.resetTransform()
        self.stamps.begin(scale, ratio)
        self.turning = paint_cards(painter, self.board, camera, box, self.looks, picked, self.stamps, seconds)
        if self.board.where:
            self._to_scene(painter, camera)
            paint_border(painter, self.board, QRectF(QPointF(left, top), QPointF(right, bottom)), self.inks)
            painter.resetTransform()

    @staticmethod
    def _to_scene(painter: QPainter, camera: Camera) -> None:
        painter.resetTransform()
        painter.scale(camera.scale, camera.scale)
        painter.translate(-camera.x, -camera.y)

    def paint_vectors(self, painter: QPainter, box: QRectF) -> None:
        """Paint all in scene coordinates without pixmaps, for files."""
        inks, nothing = self.inks, Picked()
        painter.fillRect(box, inks.colour("canvas"))
        if self.board.body is not None:
            paint_notes(painter, self.board.body, box, 1.0, nothing, inks, lambda _: None)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edges = (box.left(), box.top(), box.right(), box.bottom())
        self.wires.paint(painter, edges, 1.0, nothing, inks, dimmed=False)
        places = self.board.places
        for row in cards_in(self.board, edges).nonzero()[0].tolist():
            card = self.board.cards[places.names[row]]
            painter.save()
            painter.translate(float(places.values[row, 0]), float(places.values[row, 1]))
            paint_card(painter, card, inks, 1.0, selected=False, hovered=False)
            look = self.looks.get(card.id, NO_LOOK)
            paint_status(painter, look, card.width, card.height, inks, card.node.mode)
            if look.state == "running":
                paint_arc(painter, shape_box(card.width, card.height, 1.0), inks, 0.0)
            painter.restore()
        paint_border(painter, self.board, box, inks)
