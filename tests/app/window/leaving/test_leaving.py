"""Leaving with a fake runner: what is asked, of whom, and when the window may close. No process."""

from __future__ import annotations

import dataclasses

import pytest
from alive_things import LAB, MINE, alive, cluster, engine, run
from leaving_rig import MS, SHORT, Rig, left
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel

from treadle.app.window.leaving.steps import STEPS, Step, Waits
from treadle.app.window.theme.theme import Theme
from treadle.core import protocol as p
from treadle.core.errors import TreadleError

BOTH = alive(runs=[run("a", MINE)], clusters=[cluster(MINE, engine(0, 11), engine(1, 12))])
SURVIVOR = (MINE, (p.Living(role="engine", pid=12, host="here", number=1),))


@pytest.fixture
def rig(qapp, qtbot, tmp_path):
    made = []

    def make(waits=None, **answers):
        made.append(Rig(qtbot, Theme("light"), tmp_path, waits, **answers))
        return made[-1]

    yield make
    for one in made:
        one.end()


def words(dialog):
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


# Nothing to ask


@pytest.mark.parametrize("state", ["gone", "starting"])
def test_without_a_runner_that_could_have_anything_the_window_closes_unasked(rig, state):
    one = rig()
    one.bridge.state = state
    one.begin(Step.OVER)
    assert (one.closed, one.bridge.asked) == (1, [])


def test_with_nothing_alive_there_is_no_dialog(rig):
    one = rig(AskAlive=p.Alive()).begin(Step.OVER)
    assert (one.closed, one.dialog, [kind for kind, _ in one.bridge.asked]) == (1, None, ["AskAlive"])


def test_what_was_remembered_is_done_without_a_question(rig):
    one = rig(AskAlive=BOTH, Leave=left(runs=["a"]))
    one.settings.set("leave_runs", "leave")
    one.settings.set("leave_clusters", "stop")
    one.begin(Step.OVER)
    assert one.bridge.facts("Leave")["runs"] == {"a": "leave"}
    assert one.bridge.facts("Leave")["clusters"] == ((MINE, "stop"),)
    assert (one.closed, one.bridge.ended) == (1, ["leave"])


# The question


def test_the_dialog_shows_all_that_is_alive_and_stops_it_by_default(rig):
    one = rig(AskAlive=BOTH).begin()
    assert [row.title for row in one.page.rows] == ["Run of “a”", "Cluster “mine”"]
    assert [row.stop.isChecked() for row in one.page.rows] == [True, True]
    assert "Controller · process 100" in words(one.dialog)
    assert "2 engines on here · processes 11, 12" in words(one.dialog)
    assert one.page.buttons["go"].text() == "Stop and close"


def test_return_and_escape_keep_all_as_it_is(rig, qtbot):
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        one = rig(AskAlive=BOTH).begin()
        qtbot.keyClick(one.dialog, key)
        assert (one.leaving.step, one.closed, one.dialog) == (Step.IDLE, 0, None)
        assert [kind for kind, _ in one.bridge.asked] == ["AskAlive"]


def test_the_cross_of_the_frame_cancels(rig):
    one = rig(AskAlive=BOTH).begin()
    one.dialog.close()
    assert (one.leaving.step, one.closed) == (Step.IDLE, 0)


def test_after_a_cancel_it_is_asked_anew(rig):
    one = rig(AskAlive=[BOTH, p.Alive()]).begin()
    one.press("cancel")
    one.begin(Step.OVER)
    assert one.closed == 1


def test_what_was_chosen_is_asked_of_the_runner(rig):
    one = rig(AskAlive=BOTH, Leave=left(runs=["a"])).begin()
    run_row, cluster_row = one.page.rows
    run_row.leave.click()
    assert one.page.buttons["go"].text() == "Close Treadle"
    assert cluster_row.told == "Is stopped as soon as the run that uses it is over."
    one.press("go")
    one.until(Step.OVER)
    assert one.bridge.facts("Leave") == {"runs": {"a": "leave"}, "clusters": ((MINE, "stop"),), "deadline": 10.0}
    assert (one.closed, one.bridge.ended) == (1, ["leave"])
    assert one.settings.text("leave_runs") == "ask"
    assert one.settings.left_runs() == ["a"]


def test_a_runner_that_has_nothing_to_go_on_with_is_ended_by_the_program(rig):
    one = rig(AskAlive=BOTH, Leave=left()).begin()
    one.press("go")
    one.until(Step.OVER)
    assert (one.closed, one.bridge.ended) == (1, [])


def test_a_choice_is_remembered_where_that_is_wanted(rig):
    one = rig(AskAlive=BOTH, Leave=left()).begin()
    one.page.rows[1].leave.click()
    one.page._remember.click()
    one.press("go")
    one.until(Step.OVER)
    assert (one.settings.text("leave_runs"), one.settings.text("leave_clusters")) == ("stop", "leave")


def test_a_choice_that_is_cancelled_is_not_remembered(rig):
    one = rig(AskAlive=BOTH).begin()
    one.page._remember.click()
    one.press("cancel")
    assert (one.settings.text("leave_runs"), one.settings.text("leave_clusters")) == ("ask", "ask")


def test_engines_of_others_on_our_controller_are_named_with_their_hosts(rig):
    rows = (engine(0, 11), engine(1, 12, host="lab-3", ours=False), engine(2, 13, host="lab-4", ours=False))
    one = rig(AskAlive=alive(clusters=[cluster(MINE, *rows)]))
    one.settings.set("leave_clusters", "stop")
    one.begin()
    assert "2 engines on lab-3, lab-4 were not started by Treadle." in words(one.dialog)


def test_a_controller_of_others_goes_on_and_that_is_said(rig):
    one = rig(AskAlive=alive(clusters=[cluster(LAB, engine(0, 11), ours=False)])).begin()
    assert "Engines in cluster “lab”" in words(one.dialog)
    assert "The controller is not Treadle’s, and goes on" in words(one.dialog)


def test_every_choice_has_a_name_of_its_own_for_a_screen_reader(rig):
    one = rig(AskAlive=BOTH).begin()
    names = [button.accessibleName() for row in one.page.rows for button in (row.stop, row.leave)]
    assert len(set(names)) == 4
    assert "Stop: Run of “a”" in names


# What did not end


def survived(rig, **answers):
    one = rig(AskAlive=BOTH, Leave=left(SURVIVOR), **answers).begin()
    one.press("go")
    one.until(Step.SURVIVORS)
    assert "Engine 1 of cluster “mine”: process 12 on here" in words(one.dialog)
    return one


def test_what_did_not_end_can_be_killed(rig):
    one = survived(rig, EndByForce=p.StillThere())
    one.press("kill")
    one.until(Step.OVER)
    assert one.bridge.facts("EndByForce") == {"name": MINE}
    assert one.closed == 1


def test_what_cannot_be_killed_is_told_again(rig):
    one = survived(rig, EndByForce=p.StillThere(processes=SURVIVOR[1]))
    one.press("kill")
    one.until(Step.SURVIVORS)
    assert one.closed == 0


def test_what_did_not_end_can_be_left(rig):
    one = survived(rig, LetGo=p.StillThere())
    one.press("leave")
    one.until(Step.OVER)
    assert one.bridge.facts("LetGo") == {"name": MINE, "fate": "leave"}
    assert one.closed == 1


def test_from_what_did_not_end_a_way_leads_back(rig):
    one = survived(rig)
    one.press("back")
    assert (one.leaving.step, one.closed, one.dialog) == (Step.IDLE, 0, None)


def test_a_run_is_remembered_as_left_only_when_the_window_has_gone(rig):
    one = rig(AskAlive=[BOTH, p.Alive()], Leave=left(SURVIVOR, runs=["a"])).begin()
    one.press("go")
    one.until(Step.SURVIVORS)
    one.press("back")
    one.begin(Step.OVER)
    assert (one.settings.left_runs(), one.bridge.ended) == ([], [])


def test_nothing_can_be_pressed_while_it_is_being_stopped(rig, qtbot):
    one = rig(AskAlive=BOTH).begin()
    one.press("go")
    assert not one.page.buttons
    qtbot.keyClick(one.dialog, Qt.Key.Key_Escape)
    assert one.leaving.step is Step.STOPPING


# A runner that is silent or gone


def test_a_silent_runner_is_told_of_and_ended_if_the_person_wants_that(rig):
    one = rig(SHORT).begin(Step.TROUBLE)
    assert "does not answer" in words(one.dialog)
    one.press("end")
    assert (one.closed, one.bridge.ended) == (1, ["kill"])


def test_a_runner_that_is_known_to_be_silent_is_not_waited_for(rig):
    one = rig(Waits(alive=1000.0))
    one.bridge.state = "not responding"
    one.begin(Step.TROUBLE)
    one.press("cancel")
    assert (one.leaving.step, one.closed) == (Step.IDLE, 0)


def test_a_silent_runner_can_be_waited_for(rig):
    one = rig(SHORT).begin(Step.TROUBLE)
    one.bridge.answers["AskAlive"] = p.Alive()
    one.press("wait")
    one.until(Step.OVER)
    assert (one.closed, one.bridge.ended) == (1, [])


def test_while_a_slow_runner_is_asked_the_person_can_think_better_of_it(rig, qtbot):
    one = rig(Waits(show=0.01, alive=1000.0)).begin(Step.LOOKING)
    qtbot.waitUntil(lambda: one.dialog is not None, timeout=MS)
    one.press("cancel")
    assert (one.leaving.step, one.closed) == (Step.IDLE, 0)


def test_an_answer_that_comes_after_a_cancel_counts_no_more(rig, qtbot):
    one = rig(Waits(show=0.01, alive=1000.0))
    late = []
    one.bridge.ask = lambda _kind, reply, **_facts: late.append(reply)
    one.begin(Step.LOOKING)
    qtbot.waitUntil(lambda: one.dialog is not None, timeout=MS)
    one.press("cancel")
    late[0](p.Alive())
    assert one.closed == 0


def test_a_runner_that_falls_silent_while_it_stops_does_not_keep_the_window(rig):
    one = rig(SHORT, AskAlive=BOTH).begin()
    one.press("go")
    one.until(Step.TROUBLE)
    one.press("end")
    assert (one.closed, one.bridge.ended) == (1, ["kill"])


@pytest.mark.parametrize("request_", ["AskAlive", "Leave"])
def test_a_runner_that_dies_meanwhile_does_not_keep_the_window(rig, request_):
    one = rig(AskAlive=BOTH)
    one.bridge.answers[request_] = one.bridge.die
    one.leaving.begin()
    if request_ == "Leave":
        one.until(Step.CHOOSING)
        one.press("go")
    one.until(Step.OVER)
    assert one.closed == 1


def test_why_it_could_not_be_done_is_said(rig):
    one = rig(AskAlive=BOTH, Leave=TreadleError("the ledger cannot be read", where="/x")).begin()
    one.press("go")
    one.until(Step.TROUBLE)
    assert "the ledger cannot be read" in words(one.dialog)
    one.press("cancel")
    assert (one.leaving.step, one.closed) == (Step.IDLE, 0)


# Nobody to ask: a signal, or the end of the session


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


# The steps


def test_a_step_that_is_not_allowed_is_refused(rig):
    one = rig()
    with pytest.raises(AssertionError, match="from idle to killing"):
        one.leaving._go(Step.KILLING)
    assert set(STEPS) == set(Step)


def test_what_is_bounded_for_a_signal_is_over_within_twelve_seconds():
    waits = Waits()
    assert waits.alive_unasked + waits.stop_unasked + 2.0 < waits.all_unasked < 12.0
