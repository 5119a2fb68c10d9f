"""F26: the ways out of the window. What was chosen is what happened, and processes tell whether it is so.

With a run, a controller and engines of Treadle alive, and an engine that somebody else has started for that controller:

 1. Nothing is alive: the window closes without a question, and its runner ends.
 2. *Cancel*: the window stays, and everything is as it was.
 3. *Stop* all: the run, the engines and the controller have ended when the window is gone.
 4. *Stop* the run, *Leave running* the cluster: another program uses the cluster.
 5. *Leave running* the run, *Stop* the cluster: at once if the run does not need it, else when the run is over.
 6. *Leave running* both: the next start finds them, and stops them if it is told to.
 7. What does not end: *Kill*.
 8. What does not end: *Leave running*.
 9. What does not end: *Back*; the window stays.
10. A signal, also while the dialog is open: what was remembered, by default stop, without a question; see
    ``test_f26_signals.py``.
11. The end of the session: the same.
12. A runner that is silent, or gone: it is ended, and what it had started with it.

Controllers of others survive each of them.
"""

from __future__ import annotations

import os

import psutil
import pytest
from clusters import RealCluster, wait_until
from frozen import frozen
from leaving_sessions import (
    IMPATIENT,
    NAME,
    SECONDS,
    Session,
    all_alive,
    all_gone,
    cluster_processes,
    end_all,
    foreign_engine,
    left_run,
)
from runners import greeted
from whole_windows import gate, open_gate

from treadle.app.window.leaving.steps import Step, Waits
from treadle.core import protocol as p
from treadle.schemes.ipython.ledger import Ledger

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def deeds(tmp_path, monkeypatch):
    return gate(tmp_path, monkeypatch)


@pytest.fixture
def session(qapp, qtbot, tmp_path, deeds):
    """Return a function that starts a window, one after the other; whatever tests leave of it is ended."""
    made = []
    folder = tmp_path / "window"
    folder.mkdir()

    def start(waits=None):
        made.append(Session(folder, qtbot, waits))
        return made[-1]

    yield start
    for one in made:
        one.end()
    end_all(deeds)


# 1


def test_with_nothing_alive_the_window_closes_unasked_and_the_runner_ends(session):
    one = session()
    one.close(Step.OVER)
    one.over()
    assert one.leaving.dialog is None
    assert all_gone([one.runner])


# 2 and 3


@pytest.mark.slow
def test_cancel_changes_nothing_and_stop_ends_all_that_treadle_started(session, tmp_path):
    one = session()
    ours = one.start_cluster(2)
    foreign = foreign_engine(tmp_path)
    try:
        wait_until(lambda: len(one.ask(p.WatchCluster, name=NAME, seconds=0.0).engines) == 3)
        page = one.start_run()
        workers = set(one.runner.children(recursive=True))

        one.close()
        assert "1 engine" in one.words()
        assert "was not started by Treadle" in one.words()
        one.press("cancel")
        assert (one.leaving.step, one.closed, page.runs.going) == (Step.IDLE, 0, True)
        assert all_alive({one.runner, *ours, *workers})
        assert foreign.poll() is None

        one.close()
        one.choose(run="stop", cluster="stop")
        one.over()
        assert all_gone({one.runner, *ours, *workers})
        assert cluster_processes() == set()
        assert left_run().state == "cancelled"
    finally:
        foreign.kill()
        foreign.wait(SECONDS)


def test_a_run_that_is_stopped_has_ended_with_its_workers(session):
    one = session()
    one.start_run()
    workers = set(one.runner.children(recursive=True))
    assert workers
    one.close()
    one.choose(run="stop")
    one.over()
    assert all_gone({one.runner, *workers})
    assert left_run().state == "cancelled"


# 4


@pytest.mark.slow
def test_a_cluster_that_is_left_is_used_by_the_next_program_and_the_run_is_stopped(session):
    one = session()
    ours = one.start_cluster()
    one.start_run()
    one.close()
    one.choose(run="stop", cluster="leave")
    one.over()
    assert all_gone([one.runner])
    assert left_run().state == "cancelled"
    assert all_alive(ours)
    talk = greeted()
    try:
        (found,) = talk.ask(p.AskClusters).clusters
        assert (found.name, found.answers, found.left_running) == (NAME, True, True)
        (row,) = talk.ask(p.ExecuteOn, name=NAME, statement="6 * 7").rows
        assert row.value == "42"
        assert talk.ask(p.AskClusters).leftovers == ()
        talk.ask(p.ShutDownCluster, name=NAME)
        assert all_gone(ours)
    finally:
        talk.client.close()


# 5


@pytest.mark.slow
@pytest.mark.parametrize("fate", ["stop", "leave"])
def test_a_cluster_that_a_left_run_uses_lives_until_it_is_over_and_longer_if_it_is_left(session, deeds, fate):
    one = session()
    ours = one.start_cluster()
    one.start_run("ipython")
    one.close()
    run_row, cluster_row = one.leaving.dialog.page.rows
    run_row.leave.click()
    assert cluster_row.told == "Is stopped as soon as the run that uses it is over."
    one.choose(run="leave", cluster=fate)
    one.over()
    assert all_alive({one.runner, *ours})
    assert left_run().live
    open_gate(deeds)
    assert all_gone([one.runner])
    assert left_run().state == "succeeded"
    if fate == "stop":
        assert all_gone(ours)
    else:
        wait_until(lambda: [one.left_running for one in Ledger().records()] == [True])
        assert all_alive(ours)


# 6


@pytest.mark.slow
def test_what_is_left_running_is_found_by_the_next_start_and_stopped_from_there(session, tmp_path):
    one = session()
    ours = one.start_cluster()
    one.start_run()
    one.close()
    one.choose(run="leave", cluster="leave")
    one.over()
    assert all_alive({one.runner, *ours})
    run = left_run()
    assert run.live

    second = session()
    second.until(lambda: [one.key for one in second.window.leftovers.found] == [run.id])
    assert "goes on" in second.window.leftovers.found[0].text
    second.window.leftovers.act(run.id, "stop")
    second.until(lambda: not second.window.leftovers.found)
    assert all_gone([one.runner])
    assert left_run().state == "cancelled"
    assert all_alive(ours)
    second.ask(p.ShutDownCluster, name=NAME)
    assert all_gone(ours)


# 7, 8 and 9


def survived(session):
    """Return a window that has said what did not end, and that process."""
    one = session(IMPATIENT)
    one.start_cluster()
    stubborn = one.start_stubborn()
    one.close()
    one.choose(cluster="stop")
    one.until(lambda: one.leaving.step is Step.SURVIVORS)
    assert str(stubborn.pid) in one.words()
    assert all_alive([stubborn])
    return one, stubborn


@pytest.mark.slow
def test_what_did_not_end_is_left(session):
    one, stubborn = survived(session)
    guardians = one.guardians()
    one.press("leave")
    one.over()
    assert all_gone([one.runner])
    assert all_gone(guardians)
    assert all_alive([stubborn])

    second = session()
    second.until(lambda: len(second.window.leftovers.found) == 1)
    (found,) = second.window.leftovers.found
    assert "Not all of cluster “default” of an earlier session has ended" in found.text
    assert str(stubborn.pid) in found.detail
    second.window.leftovers.act(found.key, "stop")
    second.until(lambda: not second.window.leftovers.found)
    assert all_gone([stubborn])


@pytest.mark.slow
def test_what_not_even_a_kill_ends_is_offered_by_each_start_until_it_has_ended(session):
    one = session(IMPATIENT)
    one.start_cluster()
    (row,) = one.ask(p.AskAlive).clusters
    held = psutil.Process(row.engines[0].pid)
    with frozen(held.pid):
        one.close()
        one.choose(cluster="stop")
        one.until(lambda: one.leaving.step is Step.SURVIVORS)
        assert f"process {held.pid} on {os.uname().nodename} · the system holds it" in one.words()
        one.press("kill")
        one.until(lambda: "was killed, and the system has not let go of it" in one.words())
        one.press("leave")
        one.over()
        for _ in range(2):
            later = session()
            later.until(lambda later=later: len(later.window.leftovers.found) == 1)
            (found,) = later.window.leftovers.found
            assert "the system holds it" in found.detail
            assert [verb for _, verb in found.verbs] == ["Stop again", "Not now"]
            later.window.leftovers.act(found.key, "ignore")
            later.until(lambda later=later: not later.window.leftovers.found)
            later.window.close()
            later.over()
    assert all_gone([held])
    assert session().ask(p.AskClusters).leftovers == ()
    assert Ledger().records() == []


@pytest.mark.slow
def test_from_what_did_not_end_a_way_leads_back_and_the_next_time_it_is_killed(session):
    one, stubborn = survived(session)
    one.press("back")
    assert (one.leaving.step, one.closed) == (Step.IDLE, 0)
    assert all_alive({one.runner, stubborn})
    one.start_run()
    one.close()
    one.choose(run="stop", cluster="stop")
    one.until(lambda: one.leaving.step is Step.SURVIVORS)
    assert all_alive([stubborn])
    one.press("kill")
    one.over()
    assert all_gone([stubborn], 1.0)
    assert all_gone([one.runner])
    assert cluster_processes() == set()


# 11


def test_at_the_end_of_the_session_a_run_is_stopped(session, qapp):
    one = session()
    assert qapp.receivers(qapp.commitDataRequest) == 1
    one.start_run()
    one.program.session_ends()
    assert one.closed == 1
    assert all_gone([one.runner])
    assert left_run().state == "cancelled"


def test_at_the_end_of_the_session_a_run_is_left_where_that_was_remembered(session, deeds):
    one = session()
    one.program.settings.set("leave_runs", "leave")
    one.start_run()
    one.program.session_ends()
    assert one.closed == 1
    assert all_alive([one.runner])
    open_gate(deeds)
    assert all_gone([one.runner])
    assert left_run().state == "succeeded"


# 12


@pytest.mark.slow
def test_a_silent_runner_is_ended_and_its_cluster_with_it(session):
    one = session(Waits(alive=0.5))
    ours = one.start_cluster()
    one.runner.suspend()
    one.close(Step.TROUBLE)
    assert "does not answer" in one.words()
    one.press("end")
    one.over()
    assert all_gone({one.runner, *ours})


def test_a_runner_that_is_gone_does_not_keep_the_window(session):
    one = session()
    one.start_run()
    workers = set(one.runner.children(recursive=True))
    one.runner.kill()
    one.until(lambda: one.program.bridge.state == "gone")
    one.window.close()
    one.over()
    assert all_gone({one.runner, *workers})


# What nobody could decide on


def after_killed_session(session):
    """Return a window that found what a session left whose runner and guardians were killed, and what lives of it."""
    one = session()
    ours = one.start_cluster()
    killed = {*one.guardians(), one.runner}
    for process in killed:
        process.kill()
    one.until(lambda: one.program.bridge.state == "gone")
    one.window.close()
    one.over()
    second = session()
    second.until(lambda: len(second.window.leftovers.found) == 1)
    return second, ours - killed


@pytest.mark.slow
def test_what_a_killed_session_left_is_used_again_and_stopped_by_the_next_one(session):
    second, alive = after_killed_session(session)
    (found,) = second.window.leftovers.found
    assert "Cluster “default” of an earlier session still runs" in found.text
    second.window.leftovers.act(found.key, "attach")
    second.until(lambda: not second.window.leftovers.found)
    assert all_alive(alive)
    (row,) = second.ask(p.ExecuteOn, name=NAME, statement="6 * 7").rows
    assert row.value == "42"
    second.close()
    second.choose(cluster="stop")
    second.over()
    assert all_gone({*alive, second.runner})
    assert cluster_processes() == set()


@pytest.mark.slow
def test_what_a_killed_session_left_is_stopped_at_the_start_of_the_next_one(session):
    second, alive = after_killed_session(session)
    second.window.leftovers.act(second.window.leftovers.found[0].key, "stop")
    second.until(lambda: not second.window.leftovers.found)
    assert all_gone(alive)
    second.close(Step.OVER)


# Controllers of others


@pytest.mark.slow
def test_a_controller_of_others_survives_and_our_engines_for_it_are_stopped(session, tmp_path, monkeypatch):
    theirs = RealCluster(tmp_path / "theirs")
    monkeypatch.setenv("IPYTHONDIR", str(theirs.address.profile_dir.parent))
    try:
        (foreign,) = theirs.add_engines()
        one = session()
        one.ask(p.AddEngines, name=NAME, engines=1)
        ours = cluster_processes()
        assert ours
        one.close()
        assert "The controller is not Treadle’s, and goes on" in one.words()
        one.choose(cluster="stop")
        one.over()
        assert all_gone({one.runner, *ours})
        assert (theirs.controller.poll(), foreign.poll()) == (None, None)
        theirs.add_engines()
    finally:
        theirs.close()
