"""Whatever a module does, the window goes on: the longest time in which it handles no event is measured."""

from __future__ import annotations

import sys

import pytest
from bridges import bridge_to_a_runner
from whole_windows import Gaps

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

def hold(seconds: int = 2) -> int:
    return ctypes.PyDLL(None).sleep(seconds)

def crash(again: int = 0) -> int:
    return ctypes.string_at(0)

def shout(megabytes: int = 100) -> int:
    line = "x" * 99 + "\\n"
    for _ in range(megabytes):
        sys.stdout.write(line * 10_000)
    return megabytes
"""


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
    gaps = Gaps()
    runs.start()
    qtbot.waitUntil(lambda: runs.record is not None and runs.state == "idle", timeout=MS)
    sys.stdout.write(gaps.told())
    assert runs.record.state == ("failed" if deed == "crash" else "succeeded")
    assert gaps.work < MOST_CPU, gaps.told()
    assert gaps.clock < MOST, gaps.told()
    if deed == "shout":
        assert panels[1].model.total > 100
    runs.close()
