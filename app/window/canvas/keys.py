"""What the keys do on a canvas, and choosing the other end of a connection without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeySequence

from .changes import connected
from .choosing import TargetChoice
from .measures import GRID_STEP
from .walking import first, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QKeyEvent, QPainter

    from .finding import PortAt
    from .fitting import Verdict
    from .view import CanvasView
    from .walking import Way

_WAYS: dict[int, Way] = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}
_STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class Keys:
    """The keyboard of one canvas."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas
        self.choice: TargetChoice | None = None
        do = canvas.do
        self._standard: list[tuple[QKeySequence.StandardKey, Callable[[], object]]] = [
            (QKeySequence.StandardKey.Copy, do.copy),
            (QKeySequence.StandardKey.Cut, do.cut),
            (QKeySequence.StandardKey.Paste, do.paste),
            (QKeySequence.StandardKey.SelectAll, do.select_all),
            (QKeySequence.StandardKey.Undo, canvas.document.undo),
            (QKeySequence.StandardKey.Redo, canvas.document.redo),
            (QKeySequence.StandardKey.ZoomIn, do.zoom_in),
            (QKeySequence.StandardKey.ZoomOut, do.zoom_out),
        ]
        self._control: dict[int, Callable[[], object]] = {
            Qt.Key.Key_D: do.duplicate,
            Qt.Key.Key_G: do.group,
            Qt.Key.Key_1: lambda: do.zoom_to(1.0),
            Qt.Key.Key_0: do.fit,
            Qt.Key.Key_L: do.arrange,
        }
        self._plain: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Delete: do.delete,
            Qt.Key.Key_Backspace: do.up,
            Qt.Key.Key_B: do.bypass,
            Qt.Key.Key_D: do.disable,
            Qt.Key.Key_F2: do.rename,
            Qt.Key.Key_F9: do.breakpoint_,
            Qt.Key.Key_F: do.fit,
            Qt.Key.Key_Return: self._open,
            Qt.Key.Key_Enter: self._open,
            Qt.Key.Key_Tab: self._search,
            Qt.Key.Key_C: self.begin_choice,
        }

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key means; say whether it means anything."""
        key, keys = event.key(), event.modifiers()
        if key == Qt.Key.Key_Escape:
            return self._escape()
        if self.choice is not None and self._choose(key):
            return True
        if key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.canvas.pointing.space = True
            self.canvas.setCursor(Qt.CursorShape.OpenHandCursor)
            return True
        if key in _WAYS and self._arrow(_WAYS[key], keys):
            return True
        for standard, action in self._standard:
            if event.matches(standard):
                action()
                return True
        return self._named(key, keys)

    def _named(self, key: int, keys: Qt.KeyboardModifier) -> bool:
        action: Callable[[], object] | None = None
        if keys in _PLAIN:
            action = self._plain.get(key)
        elif keys == Qt.KeyboardModifier.ControlModifier:
            action = self._control.get(key)
        elif keys == Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier:
            action = self.canvas.do.ungroup if key == Qt.Key.Key_G else None
        elif keys == Qt.KeyboardModifier.ShiftModifier and key == Qt.Key.Key_F:
            action = self.canvas.do.fit_selection
        if action is not None:
            action()
        return action is not None

    def release(self, event: QKeyEvent) -> bool:
        """Let go of the space bar."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self.canvas.pointing.space:
            self.canvas.pointing.space = False
            self.canvas.unsetCursor()
            return True
        return False

    def pinch(self, event: QEvent) -> bool:
        """Zoom by two fingers."""
        pinched = event.gesture(Qt.GestureType.PinchGesture)  # type: ignore[attr-defined]  # a QGestureEvent
        if pinched is None:
            return False
        at = self.canvas.mapFromGlobal(pinched.centerPoint())
        self.canvas.zoom(pinched.scaleFactor(), at.x(), at.y())
        return True

    def _escape(self) -> bool:
        if self.canvas.pointing.cancel("Escape was pressed"):
            return True
        if self.choice is not None:
            self.end_choice()
            return True
        if self.canvas.picked.nodes or self.canvas.picked.wires or self.canvas.picked.notes:
            self.canvas.pick()
            return True
        return False

    # Walking

    def _arrow(self, way: Way, keys: Qt.KeyboardModifier) -> bool:
        canvas = self.canvas
        if keys & Qt.KeyboardModifier.ControlModifier:
            across, down = _STEPS[way]
            canvas.do.nudge(across * GRID_STEP, down * GRID_STEP)
            return True
        here = canvas.picked.hovered if not canvas.picked.nodes else None
        start = here or next(iter(sorted(canvas.picked.nodes)), None)
        to = step(canvas.board, start, way) if start is not None and canvas.picked.nodes else first(canvas.board)
        if to is None:
            return bool(canvas.board.cards)
        before = set(canvas.picked.nodes)
        canvas.do.reveal(to)
        if keys & Qt.KeyboardModifier.ShiftModifier:
            canvas.pick(before | {to})
        return True

    def _open(self) -> None:
        if len(self.canvas.picked.nodes) == 1:
            self.canvas.do.open(next(iter(self.canvas.picked.nodes)))

    def _search(self) -> None:
        self.canvas.ask_search(*self.canvas.middle())

    # Connecting

    def begin_choice(self) -> None:
        """Begin a connection from the node that is selected: the ports that fit are listed."""
        canvas = self.canvas
        if len(canvas.picked.nodes) != 1:
            canvas.say(canvas.tr("Select one node to connect it"))
            return
        choice = TargetChoice(canvas.board, canvas.modules, next(iter(canvas.picked.nodes)))
        if not choice.offers:
            canvas.say(canvas.tr("Nothing here fits the outputs of this node"))
            return
        self.choice = choice
        self._show_choice()

    def _choose(self, key: int) -> bool:
        choice = self.choice
        if choice is None:
            return False
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Tab, Qt.Key.Key_C):
            choice.step(1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Backtab):
            choice.step(-1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept_choice()
            return True
        else:
            return False
        self._show_choice()
        return True

    def accept_choice(self) -> None:
        """Make the chosen connection."""
        choice = self.choice
        self.end_choice()
        if choice is not None:
            self._connect(*choice.chosen)

    def _connect(self, source: PortAt, target: PortAt, judged: Verdict) -> None:
        canvas = self.canvas
        edit = connected(canvas.document.pipeline, source.endpoint, target.endpoint, judged, canvas.where)
        canvas.edit(edit, canvas.tr("Connect"))

    def _show_choice(self) -> None:
        if self.choice is not None:
            self.canvas.overlays.list_choice(self.choice)
            self.canvas.update()

    def end_choice(self) -> None:
        """Give up choosing."""
        if self.choice is not None:
            self.choice = None
            self.canvas.overlays.list_choice(None)
            self.canvas.update()

    def paint(self, painter: QPainter) -> None:
        """Paint the connection that would be made."""
        if self.choice is not None:
            self.choice.paint(painter, self.canvas.inks, self.canvas.camera.scale)
