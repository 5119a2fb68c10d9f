"""How clusters of a runner begin and end: what was asked for is what happened, with nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

import psutil
import pytest
from cluster_talks import DEFAULT, Begun, commands, none_left, numbers, of_clusters, started
from clusters import RealCluster, wait_until
from endings import all_gone, gone
from frozen import frozen
from runners import greeted

from treadle import Pipeline, sweep
from treadle.app.runner.client import RequestError
from treadle.core import protocol as p
from treadle.core.journal.listing import list_runs
from treadle.core.places import runs_folder
from treadle.schemes.ipython.guardian import END_SECONDS

NAP = """
import os, time

def nap(x: int, seconds: float = 0.05) -> int:
    time.sleep(seconds)
    return os.getpid()
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return the folder of all profiles; all that was started in it is ended in the end."""
    folder = tmp_path / "ipython"
    monkeypatch.setenv("IPYTHONDIR", str(folder))
    (tmp_path / "naps_beside_a_window.py").write_text(NAP)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "naps_beside_a_window", raising=False)
    yield folder
    for process in of_clusters(folder):
        with contextlib.suppress(psutil.Error):
            process.kill()


@pytest.fixture
def talks(home):
    """Return a function that starts a runner and greets it."""
    made = []

    def talk():
        made.append(greeted())
        return made[-1]

    yield talk
    for one in made:
        one.client.close()


def refused(talk, **facts):
    with pytest.raises(RequestError) as caught:
        started(talk, 1, **facts)
    return caught.value


def napping(home, count=60, seconds=0.1):
    made = Pipeline("napping")
    made.file = home.parent / "napping.treadle"
    made.add("naps_beside_a_window:nap", id="nap", x=sweep(list(range(count))), seconds=seconds)
    return made


# Starts


def test_a_start_that_cannot_be_says_why_and_leaves_nothing(talks, home, tmp_path):
    talk = talks()
    assert "no IPython profile 'nosuch'" in str(refused(talk, name=p.ClusterName("nosuch")))
    assert "/nowhere/python" in str(refused(talk, python="/nowhere/python"))
    bare = tmp_path / "bare-python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    assert "No module named" in str(refused(talk, python=str(bare)))
    began = time.monotonic()
    assert "0.3 s" in str(refused(talk, deadline=0.3))
    assert time.monotonic() - began < 5.0
    assert "launcher 'moon'" in str(refused(talk, launcher="moon"))
    assert none_left(home), commands(home)
    assert talk.ask(p.AskClusters).clusters == ()


@pytest.mark.parametrize("text", ["starting the controller", "0 of 2 engines are ready"])
def test_a_start_that_is_given_up_is_gone_within_two_seconds(text, talks, home):
    talk = talks()
    begun = Begun(talk, p.StartCluster, name=DEFAULT, engines=2)
    talk.until(p.Doing, lambda news: news.text == text)
    began = time.monotonic()
    talk.ask(p.CancelRequest, asked=begun.number)
    answer = begun.answer()
    assert answer.kind == "CancelledError"
    assert time.monotonic() - began < 2.0
    assert of_clusters(home) == []
    assert talk.ask(p.AskClusters).clusters == ()
    talk.ask(p.CancelRequest, asked=begun.number)


# Ends of the runner


@pytest.mark.parametrize(
    "way", ["shutdown", "SIGKILL", *(pytest.param(way, marks=pytest.mark.slow) for way in ("line", "SIGTERM"))]
)
def test_what_a_runner_holds_ends_with_it(way, talks, home):
    talk = talks()
    started(talk, 1)
    if way == "line":
        assert talk.client.close()
    elif way == "shutdown":
        talk.ask(p.Shutdown)
    else:
        os.kill(talk.client.pid, getattr(signal, way))
        # What is ending is nothing that was left.
        assert talks().ask(p.AskClusters).leftovers == ()
    assert none_left(home, 6.0 if way == "SIGKILL" else 8.0), commands(home)


@pytest.mark.slow
def test_a_runner_that_ends_gives_up_a_start_that_is_under_way(talks, home):
    talk = talks()
    Begun(talk, p.StartCluster, name=DEFAULT, engines=2)
    talk.until(p.Doing, lambda news: news.fraction > 0)
    assert talk.client.close()
    assert none_left(home), commands(home)


# Let go


@pytest.mark.slow
def test_what_is_left_running_is_found_by_the_next_runner_and_stopped_by_it(talks, home):
    first = talks()
    pids = {one.pid for one in started(first, 1).engines}
    assert first.ask(p.LetGo, name=DEFAULT, fate="leave").processes == ()
    assert first.ask(p.AskAlive).clusters == ()
    assert first.client.close()
    second = talks()
    (row,) = second.ask(p.AskClusters).clusters
    assert (row.answers, row.ours, row.held, row.left_running) == (True, True, False, True)
    assert {one.pid for one in second.ask(p.WatchCluster, name=DEFAULT, seconds=0).engines} == pids
    assert second.ask(p.AddEngines, name=DEFAULT, engines=1).held
    # Only what it started itself ends with it.
    assert second.ask(p.Leave).still_there == ()
    assert {one.pid for one in second.ask(p.WatchCluster, name=DEFAULT, seconds=0).engines} == pids
    second.ask(p.AddEngines, name=DEFAULT, engines=1)
    assert second.ask(p.LetGo, name=DEFAULT, fate="stop").processes == ()
    assert none_left(home), commands(home)


@pytest.mark.slow
def test_what_does_not_end_in_time_is_told_and_then_killed(talks, home, tmp_path):
    talk, begun = talks(), tmp_path / "begun"
    engine = started(talk, 1).engines[0]
    # Held like this, it hears nothing but SIGKILL.
    deaf = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (2, 15)]"
    statement = f"{deaf}; open({str(begun)!r}, 'w').close(); time.sleep(60)"
    Begun(talk, p.ExecuteOn, name=DEFAULT, statement=statement, deadline=30.0)
    wait_until(begun.exists)
    left = talk.ask(p.LetGo, name=DEFAULT, fate="stop", deadline=1.0).processes
    assert [(one.role, one.pid, one.number) for one in left if one.pid == engine.pid] == [("engine", engine.pid, 0)]
    assert talk.ask(p.EndByForce, name=DEFAULT).processes == ()
    assert of_clusters(home) == []


@pytest.mark.slow
def test_a_controller_that_is_killed_is_told_and_nothing_is_held_any_more(talks, home):
    talk = talks()
    row = started(talk, 1)
    os.kill(row.process, signal.SIGKILL)
    wait_until(lambda: not talk.ask(p.WatchCluster, name=DEFAULT, seconds=0).held)
    assert not talk.ask(p.WatchCluster, name=DEFAULT, seconds=0).answers
    assert none_left(home), commands(home)
    assert started(talk, 1).held


@pytest.mark.slow
def test_a_controller_that_hangs_holds_nobody_up(talks, home):
    talk = talks()
    engine = started(talk, 1).engines[0]
    talk.ask(p.WatchCluster, name=DEFAULT, seconds=0.2)
    row = talk.ask(p.AskAlive).clusters[0]
    os.kill(row.process, signal.SIGSTOP)
    began = time.monotonic()
    (row,) = talk.ask(p.AskAlive).clusters
    assert time.monotonic() - began < 5.0
    assert (row.held, row.answers) == (True, False)
    assert [one.pid for one in row.engines] == [engine.pid]
    assert talk.ask(p.LetGo, name=DEFAULT, fate="stop").processes == ()
    assert of_clusters(home) == []


@pytest.mark.slow
def test_a_run_whose_cluster_is_stopped_goes_on_elsewhere(talks, home):
    talk = talks()
    started(talk, 1)
    talk.start(napping(home), scheme="ipython", cache=False)
    talk.until(p.RunNews, lambda news: any(row.state == "succeeded" for row in news.tasks))
    assert talk.ask(p.LetGo, name=DEFAULT, fate="stop").processes == ()
    began = time.monotonic()
    used: set[str] = set()
    while not isinstance(news := talk.news.get(timeout=30.0), p.RunOver):
        if isinstance(news, p.RunNews):
            used |= {row.scheme for row in news.tasks if row.state == "succeeded"}
    assert (news.state, time.monotonic() - began < 25.0) == ("succeeded", True)
    assert "processes" in used
    assert of_clusters(home) == []


# Of others


@pytest.fixture
def foreign(home, tmp_path):
    made = RealCluster(tmp_path)
    try:
        made.add_engines(1)
        yield made
    finally:
        made.close()


@pytest.mark.slow
def test_only_what_this_runner_added_to_the_cluster_of_another_ends(foreign, talks, home):
    talk = talks()
    (row,) = talk.ask(p.AskClusters).clusters
    assert (row.ours, row.held, row.answers) == (False, False, True)
    added = talk.ask(p.AddEngines, name=DEFAULT, engines=1)
    assert (added.ours, added.held, sorted(one.ours for one in added.engines)) == (False, True, [False, True])
    (alive,) = talk.ask(p.AskAlive).clusters
    assert len(alive.engines) == 2
    assert talk.ask(p.LetGo, name=DEFAULT, fate="stop").processes == ()
    row = talk.ask(p.WatchCluster, name=DEFAULT, seconds=0)
    assert [one.ours for one in row.engines] == [False]
    talk.ask(p.ActOnEngines, name=DEFAULT, deed="interrupt")
    with pytest.raises(RequestError, match="only stop what it did not start"):
        talk.ask(p.ActOnEngines, name=DEFAULT, deed="restart")
    assert foreign.controller.poll() is None


@pytest.mark.slow
def test_the_controller_of_another_is_ended_only_when_that_is_asked_for(foreign, talks, home):
    talk = talks()
    talk.ask(p.AddEngines, name=DEFAULT, engines=1)
    assert talk.ask(p.Leave, deadline=8.0).still_there == ()
    assert foreign.controller.poll() is None
    assert talk.ask(p.ShutDownCluster, name=DEFAULT).processes == ()
    assert foreign.controller.wait(10.0) is not None
    wait_until(lambda: foreign.engines[0].poll() is not None)


# Leftovers


@pytest.fixture
def leftover(talks, home):
    """Return what is left of a session whose runner and guardian were killed: its one engine."""
    talk = talks()
    row = started(talk, 1)
    guardians = [one for one in of_clusters(home) if "treadle.schemes.ipython.guardian" in one.cmdline()]
    runner = psutil.Process(talk.client.pid)
    for process in (*guardians, runner):
        process.kill()
    assert all_gone((*guardians, runner))
    (engine,) = row.engines
    assert psutil.pid_exists(engine.pid)
    return engine


@pytest.mark.slow
def test_a_leftover_is_told_taken_over_and_ends_with_its_new_owner(leftover, talks, home):
    talk = talks()
    (found,) = talk.ask(p.AskClusters).leftovers
    assert (found.name, found.engines, found.usable) == (DEFAULT, 1, True)
    assert leftover.pid in found.processes
    assert talk.ask(p.TakeLeftover, record=found.record, what="attach").processes == ()
    row = talk.ask(p.WatchCluster, name=DEFAULT, seconds=0)
    assert (row.held, [one.pid for one in row.engines]) == (True, [leftover.pid])
    assert talk.ask(p.AskClusters).leftovers == ()
    assert len(numbers(talk.ask(p.AddEngines, name=DEFAULT, engines=1))) == 2
    os.kill(talk.client.pid, signal.SIGKILL)
    assert none_left(home, END_SECONDS + 1.5), commands(home)


@pytest.mark.slow
def test_a_leftover_is_stopped(leftover, talks, home):
    talk = talks()
    (found,) = talk.ask(p.AskClusters).leftovers
    assert talk.ask(p.TakeLeftover, record=found.record, what="stop").processes == ()
    assert of_clusters(home) == []
    with pytest.raises(RequestError, match="nothing left"):
        talk.ask(p.TakeLeftover, record=found.record, what="stop")


@pytest.mark.slow
def test_a_leftover_that_cannot_be_ended_is_told_again_by_each_runner_until_it_has_ended(leftover, talks, home):
    with frozen(leftover.pid):
        first = talks()
        (found,) = first.ask(p.AskClusters).leftovers
        assert (found.survived, found.stuck, found.lasting) == (0.0, False, True)
        left = first.ask(p.TakeLeftover, record=found.record, what="stop").processes
        assert [(one.role, one.pid, one.stuck) for one in left if one.role == "engine"] == [
            ("engine", leftover.pid, True)
        ]
        assert first.client.close()
        second = talks()
        (again,) = second.ask(p.AskClusters).leftovers
        assert (again.record, again.usable, again.lasting, again.survived > 0) == (found.record, False, False, True)
        assert leftover.pid in again.processes
        assert second.ask(p.TakeLeftover, record=found.record, what="ignore").processes == ()
        assert len(talks().ask(p.AskClusters).leftovers) == 1
    assert gone(leftover.pid)
    assert talks().ask(p.AskClusters).leftovers == ()
    assert none_left(home), commands(home)


@pytest.mark.slow
def test_what_the_guardian_of_a_killed_runner_could_not_end_is_told_by_the_next_runner(talks, home):
    talk = talks()
    (engine,) = started(talk, 1).engines
    with frozen(engine.pid):
        os.kill(talk.client.pid, signal.SIGKILL)
        second = talks()
        first = second.ask(p.AskClusters)
        assert (first.leftovers, first.ending) == ((), True)
        wait_until(lambda: not second.ask(p.AskClusters).ending)
        (found,) = second.ask(p.AskClusters).leftovers
        assert engine.pid in found.processes
        assert (found.usable, found.lasting, found.survived > 0) == (False, False, True)
    assert gone(engine.pid)
    assert none_left(home), commands(home)


@pytest.mark.slow
def test_a_leftover_that_is_ignored_is_left_running_and_not_told_again(leftover, talks, home):
    talk = talks()
    (found,) = talk.ask(p.AskClusters).leftovers
    assert talk.ask(p.TakeLeftover, record=found.record, what="ignore").processes == ()
    told = talk.ask(p.AskClusters)
    assert told.leftovers == ()
    assert [(row.left_running, row.held) for row in told.clusters] == [(True, False)]
    assert talk.client.close()
    assert psutil.pid_exists(leftover.pid)


# Leaving


@pytest.mark.slow
def test_leaving_stops_and_leaves_as_was_decided(talks, home):
    talk = talks()
    other = p.ClusterName("default", "other")
    started(talk, 1)
    kept = started(talk, 1, name=other).engines[0]
    assert len(talk.ask(p.AskAlive).clusters) == 2
    left = talk.ask(p.Leave, clusters=((other, "leave"),))
    assert (left.still_there, left.runs) == ((), ())
    assert talk.client.close()
    assert {one.pid for one in of_clusters(home)} >= {kept.pid}
    again = talks()
    assert [(row.name, row.left_running) for row in again.ask(p.AskClusters).clusters] == [(other, True)]
    assert again.ask(p.LetGo, name=other, fate="stop").processes == ()
    assert none_left(home), commands(home)


@pytest.mark.slow
@pytest.mark.parametrize("fate", ["stop", "leave"])
def test_a_run_that_is_left_has_its_engines_until_it_is_over(fate, talks, home):
    talk = talks()
    started(talk, 1)
    run = talk.start(napping(home), scheme="ipython", cache=False).run
    talk.until(p.RunNews, lambda news: any(row.state == "succeeded" for row in news.tasks))
    left = talk.ask(p.Leave, runs={run: "leave"}, clusters=((DEFAULT, fate),))
    assert (left.still_there, left.runs) == ((), (run,))
    pid = talk.client.pid
    talk.client.leave()
    assert psutil.pid_exists(pid)
    assert all_gone([psutil.Process(pid)], 30.0)
    (told,) = list_runs(runs_folder()).readable
    assert (told.id, told.state) == (run, "succeeded")
    if fate == "stop":
        assert none_left(home), commands(home)
    else:
        (row,) = talks().ask(p.AskClusters).clusters
        assert (row.answers, row.left_running) == (True, True)
