"""Runs with a bridge that answers what the test says."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from windows import FakeBridge, begun

from treadle import Pipeline
from treadle.app.window.document import Document
from treadle.app.window.runs.runs import Runs
from treadle.core import protocol as p

MS = 10_000


@pytest.fixture
def bridge(qapp):
    return FakeBridge()


def sums():
    made = Pipeline("sums")
    first = made.add("operator:add", id="first", a=1, b=2)
    made.add("operator:mul", id="second", a=first.out, b=10)
    return made


@pytest.fixture
def make(bridge, settings):
    made = []

    def make_runs():
        made.append(Runs(bridge, Document(sums()), settings))
        return made[-1]

    yield make_runs
    for runs in made:
        if not runs._closed:
            runs.close()


@pytest.fixture
def runs(make):
    return make()


@pytest.fixture
def start(bridge, qtbot):
    def start(runs, run="r1", **facts):
        assert runs.start(**facts)
        qtbot.waitUntil(lambda: bool(bridge.requests(p.StartRun)), timeout=MS)
        return bridge.answer(p.StartRun, begun(run, "first", "second"))

    return start


@pytest.fixture
def shown(theme, qtbot):
    """Return a function that shows a panel of a run."""

    def shown(kind, runs):
        panel = kind(theme)
        qtbot.addWidget(panel)
        panel.resize(1000, 300)
        panel.show()
        panel.set_runs(runs)
        return panel

    return shown


@pytest.fixture
def copied(qtbot):
    """Return a function that copies what is selected in a widget, and returns it."""

    def copied(widget):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        return QApplication.clipboard().text()

    return copied
