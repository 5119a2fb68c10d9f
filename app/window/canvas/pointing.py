"""Turns what the pointer does into gestures: what is under it when a button goes down decides which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt

from .edging import Edging
from .finding import PortAt, card_at, port_at, wire_at
from .gestures.connecting import Connect
from .gestures.gesture import Gesture, Pointer
from .gestures.looking import Pan, RubberBand
from .gestures.moving import Move, Resize
from .measures import FRAME_TITLE, HANDLE
from .note_painting import note_box
from .status_painting import badge_box, failures_box, has_badge

if TYPE_CHECKING:
    from PyQt6.QtGui import QMouseEvent

    from .picked import NoteId
    from .view import CanvasView

WIRE_REACH = 6.0
_ADDS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class Pointing:
    """Holds the gesture that goes on, if one does."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self.gesture: Gesture | None = None
        self._edging = Edging(canvas)
        self.space = False
        """Whether the space bar is held: then dragging pans."""

    def pointer(self, at: QPointF, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> Pointer:
        """Return a place of the view as gestures get it."""
        return Pointer(*self.canvas.camera.to_scene(at.x(), at.y()), at.x(), at.y(), keys)

    # What the view hands on

    def press(self, event: QMouseEvent) -> None:
        """A button went down; a second one during a gesture cancels it."""
        if self.gesture is not None:
            self.cancel("another button was pressed")
            return
        at = self.pointer(event.position(), event.modifiers())
        self.begin(self._gesture_for(at, event.button()), at)

    def begin(self, gesture: Gesture | None, at: Pointer) -> None:
        """Let a gesture go on from here."""
        if gesture is None:
            return
        self.gesture = gesture
        gesture.start(at)
        self.canvas.setCursor(gesture.cursor)
        self.canvas.update()

    def move(self, event: QMouseEvent) -> None:
        """The pointer moved."""
        at = self.pointer(event.position(), event.modifiers())
        gesture = self.gesture
        if gesture is None:
            self.hover(at)
            return
        gesture.move(at)
        # A move that changes the pipeline may have ended the gesture.
        if self.gesture is gesture:
            self._edging.follow(at if gesture.drags and gesture.far(at) else None)

    def release(self, event: QMouseEvent) -> None:
        """The button went up."""
        gesture, self.gesture = self.gesture, None
        self._edging.follow(None)
        if gesture is not None:
            self.canvas.unsetCursor()
            gesture.finish(self.pointer(event.position(), event.modifiers()))
            self.canvas.update()

    def cancel(self, reason: str) -> bool:
        """End the gesture that goes on without any change; say whether there was one."""
        gesture, self.gesture = self.gesture, None
        self._edging.follow(None)
        if gesture is None:
            return False
        gesture.cancel(reason)
        self.canvas.unsetCursor()
        self.canvas.update()
        return True

    # What is under the pointer

    def _gesture_for(self, at: Pointer, button: Qt.MouseButton) -> Gesture | None:
        canvas = self.canvas
        if button == Qt.MouseButton.MiddleButton or (self.space and button == Qt.MouseButton.LeftButton):
            return Pan(canvas)
        if button != Qt.MouseButton.LeftButton or canvas.board.body is None:
            return None
        if canvas.camera.scale >= canvas.board.far_below:
            port = port_at(canvas.board, at.x, at.y)
            if port is not None:
                return self._from_port(port, at)
        node_id = card_at(canvas.board, at.x, at.y)
        if node_id is not None:
            return self._from_card(node_id, at)
        note = self.note_at(at)
        if note is not None:
            return self._from_note(note, at)
        wire = self.wire_at(at)
        if wire is not None:
            canvas.pick((), (canvas.picked.wires ^ {wire}) if at.keys & _ADDS else {wire})
            return None
        return RubberBand(canvas)

    def _from_port(self, port: PortAt, at: Pointer) -> Gesture | None:
        canvas = self.canvas
        if not port.name:
            return None
        if canvas.where and at.holds(Qt.KeyboardModifier.ShiftModifier):
            canvas.do.toggle_port(port)
            return None
        wire = canvas.board.wires.get(port.endpoint) if port.side == "in" else None
        if wire is None or wire.source not in canvas.board.cards:
            return Connect(canvas, port)
        return Connect(canvas, PortAt(wire.source, "out", wire.source_port), old=port.endpoint)

    def _from_card(self, node_id: str, at: Pointer) -> Gesture | None:
        canvas, nodes = self.canvas, self.canvas.picked.nodes
        if self._on_failures(node_id, at):
            canvas.failures_requested.emit(node_id)
            return None
        if self.on_badge(node_id, at):
            canvas.why_requested.emit(node_id)
            return None
        picked = canvas.picked
        if node_id in nodes:
            # All that is selected may be meant to move; a click alone is known only when the button goes up.
            rest = (nodes - {node_id}, set(picked.wires), set(picked.notes))
            return Move(canvas, node_id, clicked=rest if at.keys & _ADDS else ({node_id}, set(), set()))
        if at.keys & _ADDS:
            canvas.pick(nodes | {node_id}, picked.wires, picked.notes)
        else:
            canvas.pick({node_id})
        return Move(canvas, node_id)

    def _on_failures(self, node_id: str, at: Pointer) -> bool:
        look, scale = self.canvas.picture.looks.get(node_id), self.canvas.camera.scale
        if look is None or not look.counts.get("failed") or scale < self.canvas.board.far_below:
            return False
        card = self.canvas.card_box(node_id)
        box = failures_box(card.width(), card.height(), look.state, scale)
        return box.contains(QPointF(at.x - card.left(), at.y - card.top()))

    def on_badge(self, node_id: str, at: Pointer) -> bool:
        """Say whether the pointer is on the badge of a node's scheme."""
        look, scale = self.canvas.picture.looks.get(node_id), self.canvas.camera.scale
        if look is None or scale < self.canvas.board.far_below or not has_badge(look, scale):
            return False
        box = self.canvas.card_box(node_id)
        return badge_box(box.width()).contains(QPointF(at.x - box.left(), at.y - box.top()))

    def wire_at(self, at: Pointer) -> str | None:
        """Return the connection under the pointer, unless it is seen from afar."""
        scale = self.canvas.camera.scale
        return (
            wire_at(self.canvas.board, at.x, at.y, WIRE_REACH / scale) if scale >= self.canvas.board.far_below else None
        )

    def note_at(self, at: Pointer) -> NoteId | None:
        """Return the comment, or the frame by its title or a selected one's corner, under the pointer."""
        body = self.canvas.board.body
        if body is None:
            return None
        place = QPointF(at.x, at.y)
        for key, comment in reversed(body.comments.items()):
            if note_box(comment).contains(place):
                return "comments", key
        for key, frame in reversed(body.frames.items()):
            box = note_box(frame)
            title = QRectF(box.left(), box.top(), box.width(), max(FRAME_TITLE, 16 / self.canvas.camera.scale))
            if title.contains(place) or (("frames", key) in self.canvas.picked.notes and _corner(box).contains(place)):
                return "frames", key
        return None

    def _from_note(self, note: NoteId, at: Pointer) -> Gesture:
        canvas = self.canvas
        if note not in canvas.picked.notes:
            if at.keys & _ADDS:
                canvas.pick(canvas.picked.nodes, (), canvas.picked.notes | {note})
            else:
                canvas.pick((), (), {note})
        elif _corner(note_box(getattr(canvas.board.body_shown, note[0])[note[1]])).contains(QPointF(at.x, at.y)):
            return Resize(canvas, note)
        return Move(canvas)

    def hover(self, at: Pointer) -> None:
        """Show what is under the pointer while no button is down."""
        canvas, picked = self.canvas, self.canvas.picked
        near = canvas.camera.scale >= canvas.board.far_below
        port = port_at(canvas.board, at.x, at.y) if near else None
        node_id = port.node if port is not None else card_at(canvas.board, at.x, at.y)
        wire = self.wire_at(at) if node_id is None else None
        if (port, node_id, wire) != (picked.hovered_port, picked.hovered, picked.hovered_wire):
            picked.hovered_port, picked.hovered, picked.hovered_wire = port, node_id, wire
            canvas.setCursor(Qt.CursorShape.CrossCursor if port is not None else Qt.CursorShape.ArrowCursor)
            canvas.update()


def _corner(box: QRectF) -> QRectF:
    return QRectF(box.right() - HANDLE, box.bottom() - HANDLE, HANDLE, HANDLE)
