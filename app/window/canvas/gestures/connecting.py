"""Connecting by dragging from a port: what fits snaps, what does not dims and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt

from .....core.edits import disconnect
from ...theme.tokens import PORT_CIRCLE, RADIUS_CONTROL
from ..changes import connected
from ..finding import PortAt, card_at, port_at, port_place, ports_on
from ..fitting import Matching, Verdict
from ..wire_painting import curve, paint_special
from .gesture import Gesture, Pointer

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter

    from ..view import CanvasView

SNAP = 28.0
"""Pixels of the view within which a port that fits takes the end."""


class Connect(Gesture):
    """Drags one end of a connection. ``old`` is the input of one that is led elsewhere, or let go."""

    cursor = Qt.CursorShape.CrossCursor
    dims = True

    def __init__(self, canvas: CanvasView, fixed: PortAt, old: str = "") -> None:
        super().__init__(canvas)
        self.fixed, self.old = fixed, old
        self.matching = Matching(canvas.board, canvas.modules, fixed)
        self.snapped: PortAt | None = None
        self.refused: PortAt | None = None
        self._end = 0.0, 0.0
        self._moved = False

    def start(self, at: Pointer) -> None:
        """Begin at a port."""
        super().start(at)
        self._end = at.x, at.y

    def move(self, at: Pointer) -> None:
        """Snap to what fits, or say why not."""
        self._moved = self._moved or self.far(at)
        self._end = at.x, at.y
        under = port_at(self.canvas.board, at.x, at.y)
        self.snapped, self.refused = None, None
        if under is not None and under != self.fixed:
            if self.matching.judge(under).allowed:
                self.snapped = under
            else:
                self.refused = under
        else:
            self.snapped = self._nearest(at)
        self.canvas.update()

    def _nearest(self, at: Pointer) -> PortAt | None:
        """Return the nearest port that fits, of those within reach or on the card under the pointer."""
        board, reach = self.canvas.board, SNAP / self.canvas.camera.scale
        on_card = card_at(board, at.x, at.y)
        best, found = float("inf"), None
        for node_id in self.canvas.nodes_near(at.x, at.y, reach):
            for port, x, y in ports_on(board, node_id):
                distance = ((x - at.x) ** 2 + (y - at.y) ** 2) ** 0.5
                near = distance <= reach or node_id == on_card
                # An input that is fed already is taken only if it is meant.
                taken = port.side == "in" and port.endpoint in board.wires and distance > reach / 2
                if near and not taken and distance < best and self.matching.judge(port).allowed:
                    best, found = distance, port
        return found

    def finish(self, at: Pointer) -> None:
        """Connect, disconnect, or ask what to place."""
        self.move(at)
        canvas, snapped, refused = self.canvas, self.snapped, self.refused
        self.snapped = self.refused = None
        if snapped is not None:
            self._connect(snapped)
        elif refused is not None:
            canvas.say(self.matching.explain(refused))
        elif self.old:
            if self._moved:
                canvas.edit(disconnect([self.old], canvas.where), canvas.tr("Disconnect"))
        elif self._moved and card_at(canvas.board, at.x, at.y) is None:
            canvas.ask_search(at.x, at.y, self.fixed)
        canvas.update()

    def _connect(self, to: PortAt) -> None:
        if not to.name:
            self.canvas.overlays.choose(
                self.matching.hidden_choices(to.node), lambda name: self._connect(to._replace(name=name))
            )
            return
        source, target = (self.fixed, to) if self.fixed.side == "out" else (to, self.fixed)
        judged = self.matching.judge(to)
        canvas = self.canvas
        before = canvas.board.body_shown.connections.get(target.endpoint)
        if before is not None and before.source == source.endpoint:
            return
        edit = connected(canvas.document.pipeline, source.endpoint, target.endpoint, judged, canvas.where, self.old)
        canvas.edit(edit, canvas.tr("Connect"))

    def cancel(self, reason: str) -> None:  # noqa: ARG002
        """Change nothing."""
        self.snapped = self.refused = None
        self.canvas.update()

    # Painting

    def paint(self, painter: QPainter) -> None:
        """Paint the connection, the ports that fit, and the word beside them."""
        canvas = self.canvas
        begin = port_place(canvas.board, self.fixed)
        if begin is None:
            return
        self._paint_ports(painter)
        shown = self.snapped or self.refused
        judged = self.matching.judge(shown) if shown is not None else None
        end = (port_place(canvas.board, self.snapped) if self.snapped is not None else None) or self._end
        (x1, y1), (x2, y2) = (begin, end) if self.fixed.side == "out" else (end, begin)
        pen = canvas.inks.wire_pen("accent", canvas.camera.scale)
        pen.setWidthF(pen.widthF() * 1.25)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = curve(x1, y1, x2, y2)
        if judged is not None and judged.how in ("convert", "each", "join"):
            paint_special(
                painter, path, pen, canvas.inks, doubled=judged.how != "convert", dotted=judged.how == "convert"
            )
        else:
            painter.drawPath(path)
        if shown is not None and judged is not None:
            self._paint_circle(painter, shown)
            self._paint_word(painter, shown, judged)

    def _paint_ports(self, painter: QPainter) -> None:
        """Fill the ports that fit, and lay a veil over cards of which none does."""
        canvas = self.canvas
        inks, radius = canvas.inks, PORT_CIRCLE / 2
        for node_id in canvas.nodes_seen():
            open_: list[QPointF] = []
            closed: list[QPointF] = []
            for port, x, y in ports_on(canvas.board, node_id):
                if port != self.fixed:
                    (open_ if self.matching.judge(port).allowed else closed).append(QPointF(x, y))
            if not open_ and node_id != self.fixed.node:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(inks.faint("canvas", 0.65))
                painter.drawRect(canvas.card_box(node_id).adjusted(-6, -2, 6, 3))
            painter.setPen(inks.pen("border", 1.4))
            painter.setBrush(inks.colour("surface"))
            for place in closed:
                painter.drawEllipse(place, radius, radius)
            painter.setPen(inks.pen("accent", 1.6))
            painter.setBrush(inks.colour("accent_ground"))
            for place in open_:
                painter.drawEllipse(place, radius, radius)
        held = port_place(canvas.board, self.snapped or self.fixed)
        if held is not None:
            painter.setBrush(inks.colour("accent"))
            painter.drawEllipse(QPointF(*held), radius + 1, radius + 1)

    def _paint_circle(self, painter: QPainter, shown: PortAt) -> None:
        canvas = self.canvas
        nodes = self.matching.circle_nodes(shown)
        if shown is not self.refused or not nodes:
            return
        painter.setPen(canvas.inks.pen(canvas.inks.state_colour("failed").name(), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        on_circle = set(nodes)
        for node_id in nodes:
            painter.drawRoundedRect(canvas.card_box(node_id), 8, 8)
            for wire in canvas.board.at(node_id):
                if wire.source in on_circle and wire.target in on_circle:
                    row = canvas.board.ends.row[wire.name]
                    painter.drawPath(curve(*canvas.board.curves[row].tolist()))

    def _paint_word(self, painter: QPainter, shown: PortAt, judged: Verdict) -> None:
        """Say beside the port what fits, or why not: always in the size of the window's text."""
        canvas = self.canvas
        place = port_place(canvas.board, shown)
        if place is None:
            return
        inks, metrics = canvas.inks, canvas.inks.caption_metrics
        text = self.matching.explain(shown)
        painter.save()
        painter.resetTransform()
        x, y = canvas.camera.to_view(*place)
        width = metrics.horizontalAdvance(text) + 16
        left = x - width - 12 if shown.side == "in" else x + 12
        left = min(max(left, 4.0), max(canvas.width() - width - 4.0, 4.0))
        box = QRectF(left, y - 34, width, 22)
        colour = inks.colour("accent") if judged.allowed else inks.state_colour("failed")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(box, RADIUS_CONTROL, RADIUS_CONTROL)
        painter.setFont(inks.caption_font)
        painter.setPen(inks.colour("on_accent"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()
