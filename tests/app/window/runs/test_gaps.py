"""Whatever a module does, the window goes on: the longest time in which it handles no event is measured."""

from __future__ import annotations

import logging
import time

import pytest
from bridges import bridge_to_a_runner
from PyQt6.QtCore import Qt, QTimer

from treadle import Pipeline
from treadle.app.window.document import Document
from treadle.app.window.runs.log_panel import LogPanel
from treadle.app.window.runs.runs import Runs
from treadle.app.window.runs.tasks_panel import TasksPanel

MS = 120_000
MOST_CPU = 0.05
"""Seconds of the window's own thread between two ticks; how long it waits for a core is the machine's affair."""

MOST = 1.0
DEEDS = """
import ctypes, os, sys

def hold(seconds: int = 3) -> int:
    return ctypes.PyDLL(None).sleep(seconds)

def crash(again: int = 0) -> int:
    return ctypes.string_at(0)

def shout(megabytes: int = 100) -> int:
    line = "x" * 99 + "\\n"
    for _ in range(megabytes):
        sys.stdout.write(line * 10_000)
    return megabytes
"""


class Ticks:
    """A timer of 5 ms in the window's thread, and the longest times between its ticks: on the clock and of CPU."""

    def __init__(self) -> None:
        self.longest = self.longest_cpu = 0.0
        self._last, self._cpu = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(5)

    def _tick(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self.longest_cpu = max(self.longest_cpu, cpu - self._cpu)
        self._last, self._cpu = now, cpu

    def stop(self) -> None:
        self._timer.stop()


@pytest.fixture
def bridge(qapp, qtbot):
    with bridge_to_a_runner(qtbot) as made:
        yield made


@pytest.mark.parametrize("scheme", ["processes", "threads", "serial"])
@pytest.mark.parametrize("deed", ["hold", "crash", "shout"])
def test_a_module_that_misbehaves_does_not_hold_up_the_window(
    bridge, settings, theme, qtbot, tmp_path, monkeypatch, deed, scheme
):
    (tmp_path / "misdeeds.py").write_text(DEEDS)
    monkeypatch.syspath_prepend(tmp_path)
    pipeline = Pipeline(deed)
    pipeline.file = tmp_path / "deed.treadle"
    pipeline.add(f"misdeeds:{deed}", id=deed)
    runs = Runs(bridge, Document(pipeline), settings)
    runs.trusting.give(lambda error: None)
    qtbot.waitUntil(lambda: runs.trusting.trusted, timeout=MS)
    panels = [TasksPanel(theme), LogPanel(theme)]
    for panel in panels:
        qtbot.addWidget(panel)
        panel.resize(1000, 300)
        panel.show()
        panel.set_runs(runs)
    runs.scheme = scheme
    qtbot.waitUntil(lambda: not runs.checking._under_way, timeout=MS)
    ticks = Ticks()
    runs.start()
    qtbot.waitUntil(lambda: runs.record is not None and runs.state == "idle", timeout=MS)
    ticks.stop()
    logging.getLogger(__name__).info(
        "%s in %s: longest gap %.0f ms, of CPU %.0f ms", deed, scheme, ticks.longest * 1000, ticks.longest_cpu * 1000
    )
    assert runs.record.state == ("failed" if deed == "crash" else "succeeded")
    assert ticks.longest_cpu < MOST_CPU
    assert ticks.longest < MOST
    if deed == "shout":
        assert panels[1].model.total > 100
    runs.close()
