"""A whole window in a test: with settings and a state folder of its own, and a runner that never answers."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication

from treadle import Pipeline
from treadle.app.window.application import Program
from treadle.app.window.settings import Settings

MS = 20_000


class QuietBridge(QObject):
    """A bridge to nobody."""

    news = pyqtSignal(object)
    state_changed = pyqtSignal(str, str)
    busy_changed = pyqtSignal(bool)

    def __init__(self):
        super().__init__()
        self.state, self.welcome, self.asked, self.starts = "gone", None, [], 0

    def start(self):
        self.starts += 1

    def stop(self, seconds=0.0):
        self.state = "gone"

    kill = leave = stop

    def ask(self, kind, reply, **facts):
        self.asked.append((kind, reply, facts))

    def tell(self, state, why=""):
        self.state = state
        self.state_changed.emit(state, why)


def program(tmp_path, bridge=None, **choices):
    """Return a program that was not started yet."""
    settings = Settings(tmp_path / "window.ini")
    for name, value in {"tour_seen": True, **choices}.items():
        settings.set(name, value)
    application = QApplication.instance()
    return Program(
        application,
        settings,
        tmp_path / "state",
        bridge=bridge or QuietBridge(),
        catalogue_file=tmp_path / "catalogue.json",
    )


def end(made):
    """Close the window of a program and let go of all of it: what is left of it would be dressed by the next one."""
    made.window.close_now()
    made.end()
    made.window.deleteLater()
    made.theme.changed.disconnect()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def adding(title="adding"):
    pipeline = Pipeline(title)
    first = pipeline.add("operator:add", id="first", a=1, b=2)
    pipeline.add("operator:mul", id="second", a=first.out, b=3)
    return pipeline


def press(widget, name):
    """Press the button of a question."""
    widget.buttons[name].click()
