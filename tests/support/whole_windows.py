"""A window of this process with a runner of its own, what goes wrong in it, and how long it keeps Qt waiting."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters import wait_until
from offspring import offspring
from PyQt6.QtCore import QEvent, QObject, QTimer
from PyQt6.QtWidgets import QApplication

from treadle.app.window.application import Program
from treadle.app.window.settings import Settings
from treadle.core.trust import TrustStore

if TYPE_CHECKING:
    import pytest

    from treadle import Pipeline

MS = 60_000
SUPPORT = Path(__file__).parent
TICK_MS = 5


class Whole:
    """A program that was started. ``faults`` has what nobody caught."""

    def __init__(self, folder: Path, qtbot: Any) -> None:
        self.folder, self.qtbot = folder, qtbot
        settings = Settings(folder / "window.ini")
        settings.set("tour_seen", True)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.program = Program(application, settings, folder / "state", catalogue_file=folder / "catalogue.json")
        self.window, self.faults = self.program.window, []
        self.program.faults.happened.connect(self.faults.append)
        self.program.start()

    def until(self, condition: Any, ms: int = MS) -> None:
        """Let the window live until a condition holds."""
        self.qtbot.waitUntil(condition, timeout=ms)

    def ready(self) -> None:
        self.until(lambda: self.program.bridge.state == "idle")

    def open(self, pipeline: Pipeline, name: str = "mine", *, trusted: bool = True) -> Any:
        """Save a pipeline, open the file, and return its page."""
        file = self.folder / f"{name}.treadle"
        pipeline.save(file)
        if trusted:
            TrustStore().trust(pipeline)
        self.window.files.open(file)
        self.until(lambda: self.window.page is not None and self.window.page.document.file == file)
        return self.window.page

    def over(self, page: Any, ms: int = MS) -> Any:
        """Wait until the run of a page is over; return its record."""
        self.until(lambda: page.runs.record is not None and not page.runs.going, ms)
        return page.runs.record

    def running(self, page: Any, node: str) -> None:
        """Wait until a task of a node runs."""
        self.until(lambda: page.runs.look(node).counts.get("running", 0) > 0)

    def end(self) -> None:
        self.window.close_now()
        self.program.end()
        self.until(lambda: not offspring(), 20_000)
        # Now, and not when the last frame that knows it goes.
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert self.faults == []


class Gaps(QObject):
    """Measures how long the thread of the window is away from its events: by the clock, and by its own work."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = self.work = 0.0
        self._before = time.perf_counter(), time.thread_time()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def restart(self) -> None:
        self.clock = self.work = 0.0
        self._before = time.perf_counter(), time.thread_time()

    def _tick(self) -> None:
        now = time.perf_counter(), time.thread_time()
        self.clock = max(self.clock, now[0] - self._before[0])
        self.work = max(self.work, now[1] - self._before[1])
        self._before = now

    def told(self) -> str:
        return f"longest gap {self.clock * 1000:.0f} ms, of that work {self.work * 1000:.0f} ms"


def gate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the gate that ``window_deeds.hold`` waits at, and let runners find both."""
    path = folder / "gate"
    os.mkfifo(path)
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT))
    monkeypatch.setenv("GATE", str(path))
    return path


def open_gate(path: Path) -> None:
    """Let the task through that waits at the gate, or is on its way there; so is one that is told to have begun."""
    wait_until(lambda: let_through(path), MS / 1000)


def let_through(path: Path) -> bool:
    """Let all through that wait at the gate now; return whether any did."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True
