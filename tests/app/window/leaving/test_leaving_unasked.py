"""Leaving with nobody to ask, at a signal or the end of the session, with a fake runner."""

from __future__ import annotations

import dataclasses

from alive_things import MINE
from leaving_rig import BOTH, SHORT, SURVIVOR, left, survived

from treadle.app.window.leaving.steps import Step, Waits
from treadle.core import protocol as p


def test_a_signal_stops_what_is_alive_by_default_without_a_dialog(rig):
    one = rig(AskAlive=BOTH, Leave=left())
    one.leaving.begin_unasked()
    assert (one.closed, one.dialog, one.bridge.ended) == (1, None, ["stop"])
    assert one.bridge.facts("Leave") == {"runs": {"a": "stop"}, "clusters": ((MINE, "stop"),), "deadline": 5.0}


def test_a_signal_leaves_what_was_remembered_to_be_left(rig):
    one = rig(AskAlive=BOTH, Leave=left(runs=["a"]))
    one.settings.set("leave_runs", "leave")
    one.settings.set("leave_clusters", "leave")
    one.leaving.begin_unasked()
    assert (one.closed, one.bridge.ended) == (1, ["leave"])
    assert one.bridge.facts("Leave")["clusters"] == ((MINE, "leave"),)


def test_what_does_not_end_at_a_signal_is_killed(rig):
    one = rig(AskAlive=BOTH, Leave=left(SURVIVOR), EndByForce=p.StillThere())
    one.leaving.begin_unasked()
    assert (one.closed, one.bridge.ended) == (1, ["stop"])
    assert one.bridge.facts("EndByForce") == {"name": MINE}


def test_what_cannot_be_killed_at_a_signal_does_not_keep_the_program(rig):
    one = rig(AskAlive=BOTH, Leave=left(SURVIVOR), EndByForce=p.StillThere(processes=SURVIVOR[1]))
    one.leaving.begin_unasked()
    assert (one.closed, one.bridge.ended[0]) == (1, "kill")


def test_a_signal_while_the_dialog_is_open_takes_the_default(rig):
    one = rig(AskAlive=BOTH, Leave=left()).begin()
    one.page.rows[0].leave.click()
    one.leaving.begin_unasked()
    assert (one.closed, one.dialog) == (1, None)
    assert one.bridge.facts("Leave")["runs"] == {"a": "stop"}


def test_a_signal_while_the_choice_is_carried_out_keeps_the_choice(rig):
    one = rig(AskAlive=BOTH).begin()
    one.page.rows[0].leave.click()
    answers = []
    ask, one.bridge.ask = one.bridge.ask, lambda kind, reply, **facts: answers.append((kind, reply, facts))
    one.press("go")
    one.leaving.begin_unasked()
    ((kind, reply, facts),) = answers
    assert (kind, facts["runs"]) == (p.Leave, {"a": "leave"})
    one.bridge.ask = ask
    reply(left(runs=["a"]))
    assert (one.closed, one.bridge.ended) == (1, ["leave"])


def test_a_signal_while_survivors_are_shown_kills_them(rig):
    one = survived(rig, EndByForce=p.StillThere())
    one.leaving.begin_unasked()
    assert (one.closed, one.bridge.facts("EndByForce")) == (1, {"name": MINE})


def test_a_silent_runner_is_killed_at_a_signal(rig):
    one = rig(SHORT)
    one.leaving.begin_unasked()
    one.until(Step.OVER)
    assert (one.closed, one.bridge.ended[0]) == (1, "kill")


def test_at_a_signal_all_is_over_in_time_whatever_the_runner_does(rig):
    one = rig(dataclasses.replace(SHORT, stop_unasked=1000.0), AskAlive=BOTH)
    one.leaving.begin_unasked()
    one.until(Step.OVER)
    assert (one.closed, one.bridge.ended[0]) == (1, "kill")


def test_a_second_signal_ends_at_once(rig):
    one = rig(Waits(alive_unasked=1000.0, all_unasked=1000.0))
    one.leaving.begin_unasked()
    assert one.closed == 0
    one.leaving.begin_unasked()
    assert (one.closed, one.bridge.ended[0]) == (1, "kill")


def test_the_window_is_let_go_only_once(rig):
    one = rig(AskAlive=p.Alive()).begin(Step.OVER)
    one.leaving.begin_unasked()
    one.leaving.begin()
    assert one.closed == 1


def test_what_is_bounded_for_a_signal_is_over_within_twelve_seconds():
    waits = Waits()
    assert waits.alive_unasked + waits.stop_unasked + 2.0 < waits.all_unasked < 12.0
