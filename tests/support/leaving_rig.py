"""Leaving with a bridge that answers as a test says, and writes down what it was asked for."""

from __future__ import annotations

from alive_things import MINE, alive, cluster, engine, run
from PyQt6.QtWidgets import QLabel

from treadle.app.window.leaving.leaving import Leaving
from treadle.app.window.leaving.steps import Step, Waits
from treadle.app.window.settings import Settings
from treadle.core import protocol as p
from treadle.core.errors import TreadleError

MS = 20_000
SHORT = Waits(show=0.01, alive=0.1, stop=0.1, answer=0.05, alive_unasked=0.1, stop_unasked=0.1, all_unasked=0.5)
BOTH = alive(runs=[run("a", MINE)], clusters=[cluster(MINE, engine(0, 11), engine(1, 12))])
SURVIVOR = (MINE, (p.Living(role="engine", pid=12, host="here", number=1),))


class FakeBridge:
    """A runner whose answers are put in by kind: a value, an error, or a list of those in turn; none: silence."""

    def __init__(self, **answers):
        self.state = "idle"
        self.answers = answers
        self.asked = []
        self.ended = []

    def ask(self, kind, reply, **facts):
        self.asked.append((kind.__name__, facts))
        answer = self.answers.get(kind.__name__)
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer):
            answer = answer()
        if answer is not None:
            reply(answer)
        return len(self.asked)

    def facts(self, name):
        return next(facts for kind, facts in self.asked if kind == name)

    def die(self):
        self.state = "gone"
        return TreadleError("the runner was killed")

    def stop(self, _seconds=0.0):
        self.ended.append("stop")

    def kill(self):
        self.ended.append("kill")

    def leave(self):
        self.ended.append("leave")


class Rig:
    """Leaving without a window. ``closed`` counts how often the window was allowed to close."""

    def __init__(self, qtbot, theme, folder, waits=None, **answers):
        self.qtbot = qtbot
        self.bridge = FakeBridge(**answers)
        self.settings = Settings(folder / "window.ini")
        self.leaving = Leaving(self.bridge, theme, self.settings, None, waits)
        self.closed = 0
        self.leaving.over.connect(self._close)

    def _close(self):
        self.closed += 1

    @property
    def dialog(self):
        return self.leaving.dialog

    @property
    def page(self):
        return self.dialog.page

    def begin(self, step=None):
        self.leaving.begin()
        self.until(step or Step.CHOOSING)
        return self

    def until(self, step):
        self.qtbot.waitUntil(lambda: self.leaving.step is step, timeout=MS)

    def press(self, name):
        self.page.buttons[name].click()

    def words(self):
        """Return what the dialog says."""
        return "\n".join(label.text() for label in self.dialog.findChildren(QLabel))

    def end(self):
        if self.dialog is not None:
            self.dialog.take_away()


def left(*survivors, runs=()):
    return p.Left(still_there=tuple(survivors), runs=tuple(runs))


def survived(rig, **answers):
    """Return leaving that has said what did not end."""
    one = rig(AskAlive=BOTH, Leave=left(SURVIVOR), **answers).begin()
    one.press("go")
    one.until(Step.SURVIVORS)
    assert "Engine 1 of cluster “mine”: process 12 on here" in one.words()
    return one
