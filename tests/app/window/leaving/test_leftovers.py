"""What an earlier session left, with a fake runner: offered once, touched only when the person says so."""

from __future__ import annotations

import pytest
from alive_things import MINE
from PyQt6.QtWidgets import QLabel
from windows import FakeBridge

from treadle.app.window.leaving.bar import MOST_LINES, LeftoverBar
from treadle.app.window.leaving.leftovers import LOOKS, Leftovers
from treadle.core import protocol as p
from treadle.core.errors import TreadleError

MS = 20_000


def leftover(record="r1", *, usable=True, processes=(11, 12), **facts):
    return p.Leftover(record=record, name=MINE, processes=processes, engines=2, began=1.0e9, usable=usable, **facts)


def told(*left, ending=False):
    return p.ClusterList(profiles=(), chosen="default", clusters=(), leftovers=left, ending=ending)


@pytest.fixture
def rig(theme, settings, qtbot):
    made = []

    def make(*left, runs=(), ending=False):
        bridge = FakeBridge("starting")
        for run in runs:
            settings.leave_run(run)
        leftovers = Leftovers(bridge, settings)
        bar = LeftoverBar(leftovers, theme)
        qtbot.addWidget(bar)
        made.append(leftovers)
        bridge.be("idle")
        bridge.answer(p.AskClusters, told(*left, ending=ending))
        return bridge, leftovers, bar

    yield make
    for one in made:
        one.end()


def words(bar):
    return "\n".join(label.text() for label in bar.findChildren(QLabel) if not label.isHidden())


def test_with_nothing_left_there_is_no_bar(rig):
    _bridge, leftovers, bar = rig()
    assert (leftovers.found, bar.isVisibleTo(bar.parentWidget())) == ((), False)


def test_what_was_left_is_looked_for_once_and_not_touched(rig):
    bridge, _leftovers, bar = rig(leftover())
    bridge.be("gone")
    bridge.be("idle")
    assert bridge.asked == []
    assert "Cluster “mine” of an earlier session still runs" in words(bar)
    assert "2 engines · since" in words(bar)
    assert list(bar.lines["r1"].buttons) == ["attach", "stop", "ignore"]


def test_what_cannot_be_used_again_is_not_offered_for_it(rig):
    _bridge, _leftovers, bar = rig(leftover(usable=False))
    assert list(bar.lines["r1"].buttons) == ["stop", "ignore"]
    assert "processes 11, 12" in words(bar)


@pytest.mark.parametrize("what", ["attach", "stop", "ignore"])
def test_what_the_person_chooses_is_asked_of_the_runner_and_the_line_goes(rig, what):
    bridge, leftovers, bar = rig(leftover())
    said = []
    leftovers.said.connect(said.append)
    bar.lines["r1"].buttons[what].click()
    assert not bar.lines["r1"].buttons
    assert bridge.answer(p.TakeLeftover, p.StillThere()) == {"record": "r1", "what": what}
    assert bridge.asked == []
    assert (leftovers.found, bar.lines) == ((), {})
    assert len(said) == 1
    assert "mine" in said[0]


def test_why_it_failed_is_said_and_it_can_be_tried_again(rig):
    bridge, _leftovers, bar = rig(leftover())
    bar.lines["r1"].buttons["attach"].click()
    bridge.answer(p.TakeLeftover, TreadleError("its controller does not answer"))
    assert "its controller does not answer" in words(bar)
    assert "attach" in bar.lines["r1"].buttons


def test_what_did_not_end_is_named(rig):
    bridge, leftovers, bar = rig(leftover())
    bar.lines["r1"].buttons["stop"].click()
    bridge.answer(p.TakeLeftover, p.StillThere(processes=(p.Living(role="engine", pid=12),)))
    assert "These processes did not end: 12" in words(bar)
    assert len(leftovers.found) == 1


def survivor(record="r1", **facts):
    return leftover(record, usable=False, lasting=False, survived=1.0e9 + 60, **facts)


def test_what_was_told_to_end_and_has_not_is_offered_for_what_it_is(rig):
    bridge, _leftovers, bar = rig(survivor(stuck=True))
    assert "Not all of cluster “mine” of an earlier session has ended" in words(bar)
    assert "processes 11, 12 · told to end " in words(bar)
    assert "the system holds them" in words(bar)
    assert [(name, one.text()) for name, one in bar.lines["r1"].buttons.items()] == [
        ("stop", "Stop again"), ("ignore", "Not now"),
    ]  # fmt: skip
    bar.lines["r1"].buttons["stop"].click()
    bridge.answer(p.TakeLeftover, p.StillThere(processes=(p.Living(role="engine", pid=12, stuck=True),)))
    assert "These processes did not end: 12 · the system holds it" in words(bar)


def test_what_cannot_be_left_running_is_not_said_to_be(rig):
    bridge, leftovers, bar = rig(survivor(processes=(11,)))
    said = []
    leftovers.said.connect(said.append)
    assert "the system holds" not in words(bar)
    bar.lines["r1"].buttons["ignore"].click()
    bridge.answer(p.TakeLeftover, p.StillThere())
    assert said == ["What is left of cluster “mine” is offered again at the next start."]


def test_what_survives_the_end_that_is_just_being_made_of_it_is_offered_later(rig, monkeypatch, qtbot):
    monkeypatch.setattr("treadle.app.window.leaving.leftovers.LOOK_AGAIN_SECONDS", 0.01)
    bridge, leftovers, bar = rig(leftover("r1"), ending=True)
    assert list(bar.lines) == ["r1"]
    for looks in range(2, LOOKS + 1):
        qtbot.waitUntil(lambda: bool(bridge.asked), timeout=MS)
        bridge.answer(p.AskClusters, told(leftover("r1"), survivor("r2"), ending=True))
        assert list(bar.lines) == ["r1", "r2"], looks
    assert not leftovers._again.isActive()


def test_of_many_the_first_are_shown_and_the_others_come_up(rig):
    bridge, _leftovers, bar = rig(*(leftover(f"r{number}") for number in range(MOST_LINES + 2)))
    assert list(bar.lines) == ["r0", "r1", "r2"]
    bar.lines["r1"].buttons["ignore"].click()
    bridge.answer(p.TakeLeftover, p.StillThere())
    assert list(bar.lines) == ["r0", "r2", "r3"]


def test_a_runner_that_cannot_say_is_passed_over(rig):
    bridge, leftovers, _bar = rig()
    leftovers._told_clusters(TreadleError("no"))
    assert leftovers.found == ()
    assert bridge.asked == []


def test_a_run_whose_journal_is_gone_is_forgotten(rig, qtbot):
    _bridge, leftovers, _bar = rig(runs=["20200101-000000-none"])
    qtbot.waitUntil(lambda: leftovers._settings.left_runs() == [], timeout=MS)
    assert leftovers.found == ()
