"""Somebody who does anything to a window, in any order; the same again for the same seed."""

from __future__ import annotations

import random
from collections import deque
from typing import TYPE_CHECKING, Any

from canvas_pipeline import Hand
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QLineEdit, QPlainTextEdit, QWidget

from treadle.app.window.canvas.finding import PortAt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from treadle.app.window.window import Window

NEVER = {
    "file.new", "file.open", "file.save", "file.save-as", "file.revert", "file.export-python", "file.close",
    "file.quit", "help.log", "run.restart-runner", "help.welcome", "view.next-tab", "view.previous-tab",
}  # fmt: skip
"""Commands that leave the document, write files, or need another program."""

KEYS = [
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Escape,
    Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_Space, Qt.Key.Key_F2, Qt.Key.Key_Menu, Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_C, Qt.Key.Key_D,
    Qt.Key.Key_G, Qt.Key.Key_F, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_1,
]  # fmt: skip
SHIFTS = [
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
]  # fmt: skip
TEXTS = ["1", "-2.5", "x", "", "[1, 2]", "none", "ä 😀", "{", "0" * 40, "true", "\u202e", "${env:HOME}"]
KEPT = 40


class Monkey:
    """``act`` does one thing; ``last`` has what was done lately, in words."""

    def __init__(
        self, window: Window, seed: int, never: Collection[str] = NEVER, without: Collection[str] = ()
    ) -> None:
        self.window, self.seed = window, seed
        self.random = random.Random(seed)
        self.last: deque[str] = deque(maxlen=KEPT)
        self._commands = sorted({command.id for command in window.commands} - set(never))
        self._deeds: list[tuple[int, Callable[[], str]]] = [
            (6, self._command), (6, self._drag), (4, self._connect), (4, self._click), (1, self._double_click),
            (8, self._key), (2, self._wheel), (3, self._place), (3, self._select), (3, self._undo), (2, self._redo),
            (4, self._write), (3, self._press), (1, self._choose), (1, self._panel), (3, self._close_what_is_open),
        ]  # fmt: skip
        self._deeds = [(weight, deed) for weight, deed in self._deeds if deed.__name__ not in without]

    def act(self) -> None:
        """Do one thing, and let the window take it as a running one does: what is thrown away is gone then."""
        deeds = self._deeds
        ((_, deed),) = self.random.choices(deeds, [weight for weight, _ in deeds])
        self.last.append(deed.__name__)
        self.last[-1] = f"{deed.__name__.strip('_')} {deed()}"
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def tell(self) -> str:
        return f"seed {self.seed}; the last that was done:\n" + "\n".join(self.last)

    def close_all(self) -> None:
        """Close dialogs and menus."""
        self._close_what_is_open()

    # Its deeds

    @property
    def _canvas(self) -> Any:
        assert self.window.page is not None
        return self.window.page.canvas

    @property
    def _hand(self) -> Hand:
        return Hand(self._canvas)

    def _somewhere(self) -> tuple[float, float]:
        cards = list(self._canvas.board.cards)
        if cards and self.random.random() < 0.7:
            box = self._canvas.card_box(self.random.choice(cards))
            return box.left() + box.width() * self.random.random(), box.top() + box.height() * self.random.random()
        left, top, right, bottom = self._canvas.seen()
        return left + (right - left) * self.random.random(), top + (bottom - top) * self.random.random()

    def _command(self) -> str:
        name = self.random.choice(self._commands)
        if not self.window.commands.is_enabled(name):
            return f"{name} (cannot)"
        self.window.commands.action(name).trigger()
        return name

    def _drag(self) -> str:
        start, end, keys = self._somewhere(), self._somewhere(), self.random.choice(SHIFTS)
        button = self.random.choice([Qt.MouseButton.LeftButton] * 3 + [Qt.MouseButton.MiddleButton])
        hand = self._hand
        hand.press(start, keys, button)
        hand.move(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), keys, button)
        hand.move(end, keys, button)
        if self.random.random() < 0.2:
            hand.key(self.random.choice(KEYS))
        hand.release(end, keys, button)
        return f"{start} {end} {keys} {button}"

    def _connect(self) -> str:
        board = self._canvas.board
        ports = [
            PortAt(node, side, name)
            for node, card in board.cards.items()
            for side, names in (("out", card.ports.outputs), ("in", card.ports.inputs))
            for name in names
        ]
        if not ports:
            return "(nothing)"
        start, end = self.random.choice(ports), self.random.choice(ports)
        hand = self._hand
        hand.drag(*(hand.port(one.node, one.side, one.name) for one in (start, end)))
        return f"{start} {end}"

    def _click(self) -> str:
        place, keys = self._somewhere(), self.random.choice(SHIFTS)
        button = self.random.choice([Qt.MouseButton.LeftButton] * 4 + [Qt.MouseButton.RightButton])
        self._hand.press(place, keys, button)
        self._hand.release(place, keys, button)
        return f"{place} {keys} {button}"

    def _double_click(self) -> str:
        place = self._somewhere()
        self._hand.double_click(place)
        return str(place)

    def _key(self) -> str:
        key, keys = self.random.choice(KEYS), self.random.choice(SHIFTS[:5])
        target = QApplication.activePopupWidget() or QApplication.focusWidget() or self._canvas
        if self.random.random() < 0.4:
            target = self._canvas
        if keys == Qt.KeyboardModifier.ControlModifier:
            keys = Qt.KeyboardModifier.NoModifier
        name = type(target).__name__
        QTest.keyClick(target, key, keys)
        return f"{key} {keys} to {name}"

    def _wheel(self) -> str:
        turn, keys = self.random.choice([-240, -120, 120, 240]), self.random.choice(SHIFTS)
        canvas = self._canvas
        place = QPointF(canvas.width() * self.random.random(), canvas.height() * self.random.random())
        event = QWheelEvent(
            place, canvas.mapToGlobal(place), QPointF().toPoint(), QPointF(0, turn).toPoint(),
            Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)
        return f"{turn} {keys}"

    def _place(self) -> str:
        modules = self.window.page.document.pipeline.modules
        if not modules or len(self._canvas.board.cards) > 60:
            return "(nothing)"
        path = modules[self.random.choice(sorted(modules))].path
        self.window.page.adding.place_middle(path)
        return path

    def _select(self) -> str:
        cards = sorted(self._canvas.board.cards)
        chosen = self.random.sample(cards, min(len(cards), self.random.randrange(5)))
        self._canvas.selection = chosen
        return str(chosen)

    def _undo(self) -> str:
        times = self.random.randrange(1, 8)
        for _ in range(times):
            self.window.page.document.undo()
        return str(times)

    def _redo(self) -> str:
        times = self.random.randrange(1, 8)
        for _ in range(times):
            self.window.page.document.redo()
        return str(times)

    def _widgets(self, *kinds: type[QWidget]) -> list[Any]:
        rooms = self.window.rooms
        found = []
        for room in (rooms.inspector, rooms.outline, rooms.palette, rooms.tasks, rooms.problems, rooms.log):
            for kind in kinds:
                found += [one for one in room.findChildren(kind) if one.isVisible() and one.isEnabled()]
        return found

    def _write(self) -> str:
        fields = [one for one in self._widgets(QLineEdit, QPlainTextEdit) if not one.isReadOnly()]
        if not fields:
            return "(nothing)"
        field, text = self.random.choice(fields), self.random.choice(TEXTS)
        field.setFocus()
        field.selectAll()
        QTest.keyClick(field, Qt.Key.Key_Backspace)
        field.insert(text) if isinstance(field, QLineEdit) else field.insertPlainText(text)
        if isinstance(field, QLineEdit):
            field.textEdited.emit(field.text())
        QTest.keyClick(field, self.random.choice([Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape]))
        return f"{text!r}"

    def _press(self) -> str:
        buttons = [one for one in self._widgets(QAbstractButton) if "rowse" not in one.toolTip() + one.text()]
        if not buttons:
            return "(nothing)"
        button = self.random.choice(buttons)
        name = button.accessibleName() or button.text()
        button.click()
        return name

    def _choose(self) -> str:
        boxes = self._widgets(QComboBox)
        if not boxes:
            return "(nothing)"
        box = self.random.choice(boxes)
        row = self.random.randrange(max(box.count(), 1))
        box.setCurrentIndex(row)
        box.activated.emit(row)
        return f"{box.accessibleName()} {row}"

    def _panel(self) -> str:
        name = self.random.choice(["modules", "outline", "inspector", "tasks", "problems", "log"])
        self.window.docks.show(name)
        return name

    def _close_what_is_open(self) -> str:
        closed = []
        for _ in range(10):
            popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if popup is None:
                break
            closed.append(type(popup).__name__)
            popup.close()
        for dialog in self.window.findChildren(QDialog):
            dialog.reject()
        return " ".join(closed)
