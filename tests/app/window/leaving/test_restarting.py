"""The runner is restarted: at once, or with a question where something would end with it."""

from __future__ import annotations

import pytest
from alive_things import MINE, alive, cluster, run
from leaving_rig import FakeBridge
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPlainTextEdit, QWidget

from treadle.app.window.dialogs.question import Question
from treadle.app.window.leaving import restarting
from treadle.app.window.leaving.restarting import Restarting
from treadle.core import protocol as p

MS = 20_000


@pytest.fixture
def rig(theme, qtbot):
    window = QWidget()
    qtbot.addWidget(window)

    def make(**answers):
        bridge = FakeBridge(**answers)
        bridge.starts = 0

        def start():
            bridge.starts += 1

        bridge.start = start
        return bridge, Restarting(bridge, theme, window), window

    return make


def test_with_nothing_alive_it_is_restarted_unasked(rig):
    bridge, one, window = rig(AskAlive=p.Alive())
    one.begin()
    assert (bridge.starts, window.findChildren(Question)) == (1, [])


@pytest.mark.parametrize("state", ["gone", "not responding", "starting"])
def test_a_runner_that_cannot_answer_is_not_asked(rig, state):
    bridge, one, _window = rig()
    bridge.state = state
    one.begin()
    assert (bridge.starts, bridge.asked) == (1, [])


def test_a_runner_that_does_not_answer_is_restarted(rig, qtbot, monkeypatch):
    monkeypatch.setattr(restarting, "ALIVE_SECONDS", 0.05)
    bridge, one, _window = rig()
    one.begin()
    qtbot.waitUntil(lambda: bridge.starts == 1, timeout=MS)


def test_what_would_end_is_named_and_keeping_it_is_safe(rig, qtbot):
    bridge, one, window = rig(AskAlive=alive(runs=[run("a")], clusters=[cluster(MINE)]))
    one.begin()
    (question,) = window.findChildren(Question)
    assert question.findChild(QPlainTextEdit).toPlainText() == "Run of “a”\nCluster “mine”"
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert bridge.starts == 0


def test_it_is_restarted_if_the_person_says_so(rig):
    bridge, one, window = rig(AskAlive=alive(runs=[run("a")]))
    one.begin()
    (question,) = window.findChildren(Question)
    question.buttons["restart"].click()
    assert bridge.starts == 1
