"""Runs ``python -m treadle`` with an eye in it: a socket on which a test asks what the window knows.

The eye only looks; all that is done to the window comes by its screen. Started as
``python watched_window.py SOCKET [arguments of treadle]``.
"""

from __future__ import annotations

import json
import runpy
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QPoint, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget

from treadle.app.window.application import Program
from treadle.app.window.canvas.finding import PortAt, port_place
from treadle.app.window.dialogs.crash_dialog import CrashDialog
from treadle.app.window.dialogs.recovery_dialog import RecoveryDialog
from treadle.app.window.palette.model import PATH
from treadle.core.edits import set_parameter

if TYPE_CHECKING:
    from collections.abc import Callable


class Eye(QObject):
    """Answers expressions in the window's thread, and measures how long that thread is away from its events."""

    asked = pyqtSignal(str, object)

    def __init__(self, program: Program, path: str) -> None:
        super().__init__(program)
        self.program, self.window = program, program.window
        self.asked.connect(self._answer)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(path)
        self._server.listen()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            line, _ = self._server.accept()
            threading.Thread(target=self._hear, args=(line,), daemon=True).start()

    def _hear(self, line: socket.socket) -> None:
        with line, line.makefile("rw") as file:
            for text in file:
                over, answers = threading.Event(), []
                self.asked.emit(
                    json.loads(text), lambda one, answers=answers, over=over: (answers.append(one), over.set())
                )
                over.wait(60.0)
                file.write(json.dumps(answers[0]) + "\n")
                file.flush()

    def _answer(self, expression: str, reply: Callable[[Any], None]) -> None:
        known = {
            "program": self.program, "window": self.window, "page": self.window.page, "eye": self,
            "document": self.window.document, "app": QApplication.instance(), "QTimer": QTimer,
            "QFileDialog": QFileDialog, "RecoveryDialog": RecoveryDialog, "CrashDialog": CrashDialog,
            "set_parameter": set_parameter,
        }  # fmt: skip
        try:
            value = eval(expression, known)
            value = json.loads(json.dumps(value, default=repr))
        except Exception as error:
            value = {"error": f"{type(error).__name__}: {error}"}
        reply({"value": value})

    # Where things are on the screen

    def canvas(self, x: float, y: float) -> list[float]:
        """Where a part of the canvas is, 0..1 across and down."""
        canvas = self.window.page.canvas
        return _place(canvas, QPoint(int(canvas.width() * x), int(canvas.height() * y)))

    def port(self, node: str, side: str, name: str) -> list[float]:
        canvas = self.window.page.canvas
        place = canvas.to_screen(*port_place(canvas.board, PortAt(node, side, name)))
        return [place.x(), place.y()]

    def card(self, node: str) -> list[float]:
        """Where a card can be taken: below its title, beside its ports."""
        canvas = self.window.page.canvas
        box = canvas.card_box(node)
        place = canvas.to_screen(box.center().x(), box.top() + 40)
        return [place.x(), place.y()]

    def module(self, path: str) -> list[float]:
        """Where a module is in the palette."""
        tree, model = self.window.rooms.palette.tree, self.window.rooms.palette.model
        stack = [model.index(row, 0) for row in range(model.rowCount())]
        while stack:
            index = stack.pop()
            if index.data(PATH) == path:
                return _place(tree.viewport(), tree.visualRect(index).center())
            stack += [model.index(row, 0, index) for row in range(model.rowCount(index))]
        raise LookupError(path)

    def named(self, name: str) -> list[float]:
        """Where the middle of the one widget is that a person can use and that has this name."""
        seen = [
            one for one in QApplication.allWidgets() if one.isVisible() and name in (one.accessibleName(), _text(one))
        ]
        found = [one for one in seen if not isinstance(one, QLabel)]
        if len(found) != 1:
            raise LookupError(f"{name} is the name of {[type(one).__name__ for one in found]}")
        return _place(found[0], found[0].rect().center())

    def tool(self, command: str) -> list[float]:
        """Where the button of a command is in the toolbar."""
        button = self.window.toolbar.widgetForAction(self.window.commands.action(command))
        return _place(button, button.rect().center())

    def words(self) -> str:
        """All words on widgets that are seen."""
        return "\n".join(_text(one) for one in QApplication.allWidgets() if one.isVisible())


def _text(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return str(text()) if callable(text) else ""


def _place(widget: QWidget, place: QPoint) -> list[float]:
    there = widget.mapToGlobal(place)
    return [there.x(), there.y()]


def _main() -> None:
    path = sys.argv.pop(1)
    start = Program.start

    def start_watched(program: Program, paths: Any = ()) -> None:
        start(program, paths)
        Eye(program, path)

    Program.start = start_watched  # type: ignore[method-assign]
    runpy.run_module("treadle", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main()
