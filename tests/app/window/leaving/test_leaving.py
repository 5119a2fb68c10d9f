"""Leaving with a fake runner: what is asked, of whom, and when the window may close. No process."""

from __future__ import annotations

import pytest
from alive_things import LAB, MINE, alive, cluster, engine
from leaving_rig import BOTH, MS, SHORT, SURVIVOR, left, survived
from PyQt6.QtCore import Qt

from treadle.app.window.leaving.steps import STEPS, Step, Waits
from treadle.core import protocol as p
from treadle.core.errors import TreadleError

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
    assert "Controller · process 100" in one.words()
    assert "2 engines on here · processes 11, 12" in one.words()
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
    assert "2 engines on lab-3, lab-4 were not started by Treadle." in one.words()


def test_a_controller_of_others_goes_on_and_that_is_said(rig):
    one = rig(AskAlive=alive(clusters=[cluster(LAB, engine(0, 11), ours=False)])).begin()
    assert "Engines in cluster “lab”" in one.words()
    assert "The controller is not Treadle’s, and goes on" in one.words()


def test_every_choice_has_a_name_of_its_own_for_a_screen_reader(rig):
    one = rig(AskAlive=BOTH).begin()
    names = [button.accessibleName() for row in one.page.rows for button in (row.stop, row.leave)]
    assert len(set(names)) == 4
    assert "Stop: Run of “a”" in names


# What did not end


def test_what_did_not_end_can_be_killed(rig):
    one = survived(rig, EndByForce=p.StillThere())
    one.press("kill")
    one.until(Step.OVER)
    assert one.bridge.facts("EndByForce") == {"name": MINE}
    assert one.closed == 1


def test_what_cannot_be_killed_is_told_again(rig):
    one = survived(rig, EndByForce=p.StillThere(processes=SURVIVOR[1]))
    assert "Killing ends it at once" in one.words()
    one.press("kill")
    one.until(Step.SURVIVORS)
    assert one.closed == 0
    assert "It was killed, and the system has not let go of it yet" in one.words()
    assert one.page.buttons["kill"].text() == "Kill again and close"


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
    assert "does not answer" in one.words()
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
    assert "the ledger cannot be read" in one.words()
    one.press("cancel")
    assert (one.leaving.step, one.closed) == (Step.IDLE, 0)


# The steps


def test_a_step_that_is_not_allowed_is_refused(rig):
    one = rig()
    with pytest.raises(AssertionError, match="from idle to killing"):
        one.leaving._go(Step.KILLING)
    assert set(STEPS) == set(Step)
