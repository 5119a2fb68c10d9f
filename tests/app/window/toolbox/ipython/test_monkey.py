"""Whatever is told and pressed, in whatever order: nothing breaks, and nothing is done that was not asked for."""

from __future__ import annotations

import random

import pytest
from fake_clusters import USUAL, engine, refused
from PyQt6.QtWidgets import QAbstractButton, QApplication, QToolButton

from treadle.core import protocol as p

NIGHT = p.ClusterName("default", "night")
SLOW = (p.StartCluster, p.AddEngines, p.LetGo, p.ShutDownCluster, p.ActOnEngines, p.ExecuteOn, p.AskClusters, p.AskLogs)
WRONG = (*SLOW, p.ChooseProfile, p.MakeProfile, p.SetVariables, p.EndByForce, p.WatchCluster)
DEEDS = 300


class Monkey:
    def __init__(self, toolbox, seed) -> None:
        self.random = random.Random(seed)
        self.one, self.bridge = toolbox, toolbox.bridge
        self.deeds = (self.become, self.vanish, self.slow, self.answer, self.wrong, self.runner, self.open, self.press,
                      self.press, self.press, self.close, self.select)  # fmt: skip

    def act(self):
        self.random.choice(self.deeds)()
        if self.random.random() < 0.3:
            QApplication.processEvents()

    def become(self):
        chosen = self.random.choice
        rows = [
            engine(number, state=chosen(("idle", "busy", "silent", "starting", "given up")), ours=chosen((True, False)),
                   host=chosen(("vm", "node7", None)), used=chosen((None, 7)), heard=chosen((None, 0.1, 40.0)))
            for number in self.random.sample(range(6), self.random.randrange(6))
        ]  # fmt: skip
        facts = {name: chosen((True, False)) for name in ("ours", "held", "busy", "left_running", "encrypted")}
        answers = self.random.random() < 0.8
        row = p.ClusterRow(name=chosen((USUAL, NIGHT)), answers=answers, engines=tuple(rows), **facts)
        self.bridge.become(row)

    def vanish(self):
        self.bridge.clusters.pop(self.random.choice((USUAL, NIGHT)), None)
        self.one.clusters.refresh()

    def slow(self):
        self.bridge.slow = set(self.random.sample(SLOW, self.random.randrange(4)))

    def answer(self):
        if self.bridge.waiting and self.bridge.state != "gone":
            number = self.random.choice(list(self.bridge.waiting))
            kind = self.bridge.waiting[number][0]
            self.bridge.doing(kind, "on its way", self.random.choice((-1.0, 0.4)))
            self.bridge.answer_number(number)

    def wrong(self):
        kinds = self.random.sample(WRONG, self.random.randrange(3))
        self.bridge.wrong = {kind: refused("no luck", where="cluster default", remedy="Try again") for kind in kinds}

    def runner(self):
        if self.random.random() < 0.2:
            self.bridge.tell("gone", "it was ended")
            for number in list(self.bridge.waiting):
                self.bridge.refuse_number(number, refused("the runner has ended"))
            self.bridge.tell("idle")

    def open(self):
        dialogs = self.one.dialogs
        name = self.random.choice(("start_engines", "information", "change_profile", "clean_up", "shut_down", "logs",
                                   "environment", "run_on_engines", "new_profile", "restart_engines"))  # fmt: skip
        dialogs.when_ready(getattr(dialogs, name))

    def tops(self):
        return [one for one in QApplication.topLevelWidgets() if one.isVisible()]

    def press(self):
        top = self.random.choice(self.tops())
        buttons = [
            one for one in top.findChildren(QAbstractButton)
            if one.isVisible() and one.isEnabled() and "Browse" not in one.text() and "folder" not in one.text()
        ]  # fmt: skip
        if not buttons:
            return
        button = self.random.choice(buttons)
        menu = button.menu() if isinstance(button, QToolButton) else None
        if menu is None:
            button.click()
            return
        menu.aboutToShow.emit()
        actions = [one for one in menu.actions() if one.isEnabled() and "folder" not in one.text()]
        if actions:
            self.random.choice(actions).trigger()

    def close(self):
        if self.one.dialogs.open:
            self.random.choice(list(self.one.dialogs.open.values())).close()

    def select(self):
        dialog = self.one.dialogs.open.get("information")
        if dialog is not None:
            dialog.tree.selectAll()
        run_on = self.one.dialogs.open.get("run-on")
        if run_on is not None:
            run_on.statement.setPlainText("1 + 1")


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_nothing_breaks(toolbox, seed):
    monkey = Monkey(toolbox(), seed)
    for _ in range(DEEDS):
        monkey.act()
    one, bridge = monkey.one, monkey.bridge
    bridge.slow, bridge.wrong = set(), {}
    for number in list(bridge.waiting):
        bridge.refuse_number(number, refused("the runner has ended"))
    bridge.tell("idle")
    QApplication.processEvents()
    assert one.clusters.going == []
    assert one.clusters.state == "ready"
    assert sum(1 for seconds in bridge.watched.values() if seconds) <= 1
    for dialog in list(one.dialogs.open.values()):
        dialog.close()
    assert not one.dialogs.open
    for top in monkey.tops():
        if top is not one.around:
            top.close()
