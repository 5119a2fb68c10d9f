"""The bridge with a real runner, and with programs that are none."""

from __future__ import annotations

import os
import signal
import sys

import psutil
import pytest
from PyQt6.QtCore import QThread
from runners import document

from treadle import Pipeline
from treadle.app.window.bridge import Bridge, RunnerSilentError, _seconds_for
from treadle.core import protocol as p
from treadle.core.errors import TreadleError

MS = 60_000


@pytest.fixture
def bridge(qapp):
    made = Bridge()
    yield made
    client = made._client
    made.stop()
    if client is not None:
        client.close()


def adding():
    pipeline = Pipeline("adding")
    pipeline.add("operator:add", id="sum", a=1, b=2)
    return pipeline


def started(bridge, qtbot):
    with qtbot.waitSignal(bridge.state_changed, check_params_cb=lambda state, _: state == "idle", timeout=MS):
        bridge.start()
    return bridge


def asked(bridge, qtbot, kind, **facts):
    answers = []
    bridge.ask(kind, answers.append, **facts)
    qtbot.waitUntil(lambda: bool(answers), timeout=MS)
    return answers[0]


def test_a_runner_is_idle_once_it_has_said_who_it_is(bridge, qtbot):
    started(bridge, qtbot)
    assert bridge.welcome.pid == bridge._client.pid


def test_answers_and_news_come_in_the_thread_of_the_window(bridge, qtbot):
    started(bridge, qtbot)
    threads = []
    bridge.news.connect(lambda _news: threads.append(QThread.currentThread()))
    with qtbot.waitSignal(bridge.news, check_params_cb=lambda news: isinstance(news, p.RunOver), timeout=MS):
        bridge.ask(
            p.StartRun, lambda _: threads.append(QThread.currentThread()), document=document(adding()), trust=True
        )
    assert set(threads) == {bridge.thread()}


def test_a_refusal_is_an_error_that_says_what_to_do(bridge, qtbot):
    started(bridge, qtbot)
    answer = asked(bridge, qtbot, p.CheckDocument, document=p.Document(text="{"))
    assert isinstance(answer, TreadleError)


def test_a_runner_that_dies_is_told_with_the_reason_and_can_be_started_again(bridge, qtbot):
    started(bridge, qtbot)
    with qtbot.waitSignal(bridge.state_changed, timeout=MS) as caught:
        os.kill(bridge._client.pid, signal.SIGKILL)
    assert caught.args[0] == "gone"
    assert "signal 9" in caught.args[1]
    assert isinstance(asked(bridge, qtbot, p.Ping), TreadleError)
    started(bridge, qtbot)
    assert isinstance(asked(bridge, qtbot, p.Ping), p.Done)


def test_a_runner_that_hangs_is_shown_and_can_be_ended(qtbot, monkeypatch):
    monkeypatch.setattr("treadle.app.window.bridge.SILENT_SECONDS", 0.05)
    monkeypatch.setattr("treadle.app.window.bridge.PING_MS", 10)
    bridge = Bridge()
    started(bridge, qtbot)
    with qtbot.waitSignal(bridge.state_changed, check_params_cb=lambda state, _: state == "not responding", timeout=MS):
        os.kill(bridge._client.pid, signal.SIGSTOP)
    with qtbot.waitSignal(bridge.state_changed, check_params_cb=lambda state, _: state == "gone", timeout=MS):
        bridge.kill()


def test_a_request_is_answered_also_when_the_runner_is_let_go_of(bridge, qtbot):
    started(bridge, qtbot)
    answers = []
    bridge.ask(p.ListModules, answers.append)
    bridge.stop()
    assert isinstance(answers[0], TreadleError)
    started(bridge, qtbot)
    bridge.ask(p.ListModules, answers.append)
    bridge.kill()
    assert isinstance(answers[1], TreadleError)


def test_an_answer_that_never_comes_is_not_waited_for(bridge, qtbot, monkeypatch):
    bridge._watch.setInterval(10)
    started(bridge, qtbot)
    monkeypatch.setattr("treadle.app.window.bridge._USUAL_SECONDS", 0.05)
    os.kill(bridge._client.pid, signal.SIGSTOP)
    try:
        assert isinstance(asked(bridge, qtbot, p.AskTrust, document=document(adding())), RunnerSilentError)
    finally:
        bridge.kill()


def test_a_slow_request_does_not_make_a_runner_that_answers_look_silent(bridge, qtbot, monkeypatch):
    monkeypatch.setattr("treadle.app.window.bridge.SILENT_SECONDS", 0.3)
    bridge._watch.setInterval(10)
    started(bridge, qtbot)
    states = []
    bridge.state_changed.connect(lambda state, _why: states.append(state))
    bridge._waiting[10**9] = print, float("inf")
    pings = []
    bridge._answered = lambda _answer: (pings.append(1), setattr(bridge, "_pinged", 0.0))
    qtbot.waitUntil(lambda: len(pings) > 40, timeout=MS)
    assert "not responding" not in states


def test_the_runner_is_busy_while_a_run_goes(bridge, qtbot):
    started(bridge, qtbot)
    with qtbot.waitSignals(
        [bridge.busy_changed, bridge.busy_changed], timeout=MS, check_params_cbs=[bool, lambda on: not on]
    ):
        bridge.ask(p.StartRun, lambda _answer: None, document=document(adding()), trust=True)
    assert not bridge.busy


def test_a_program_that_is_no_runner_is_told_with_what_it_said(qtbot):
    bridge = Bridge([sys.executable, "-c", "import sys; sys.exit('no such thing')"])
    with qtbot.waitSignal(bridge.state_changed, check_params_cb=lambda state, _: state == "gone", timeout=MS) as caught:
        bridge.start()
    assert "no such thing" in caught.args[1]


def test_a_program_that_is_not_there_is_told(qtbot):
    bridge = Bridge(["/no/such/python"])
    with qtbot.waitSignal(bridge.state_changed, check_params_cb=lambda state, _: state == "gone", timeout=MS) as caught:
        bridge.start()
    assert "cannot be started" in caught.args[1]


LISTENS = (
    "import sys\n"
    "from pathlib import Path\n"
    "print('treadle runner', flush=True)\n"
    "sys.stdin.read()\n"
    "Path(sys.argv[1]).touch()\n"
    "Path(sys.argv[2]).read_text()\n"
)
"""A runner that goes on after its line is closed, until somebody writes into a pipe."""


def test_a_runner_that_is_left_hears_that_its_line_is_closed_and_lives_on(qapp, qtbot, tmp_path):
    heard, gate = tmp_path / "heard", tmp_path / "gate"
    os.mkfifo(gate)
    bridge = Bridge((sys.executable, "-c", LISTENS, str(heard), str(gate)))
    bridge.start()
    process = psutil.Process(bridge._client.pid)
    told = []
    bridge.ask(p.Ping, told.append)
    bridge.leave()
    assert (bridge.state, len(told)) == ("gone", 1)
    qtbot.waitUntil(heard.exists, timeout=MS)
    assert process.is_running()
    with gate.open("w"):
        pass
    os.waitpid(process.pid, 0)


def test_a_request_is_known_by_its_number_and_there_is_none_without_a_runner(bridge, qtbot):
    answers = []
    assert bridge.ask(p.Ping, answers.append) == 0
    started(bridge, qtbot)
    first, second = (bridge.ask(p.Ping, answers.append) for _ in range(2))
    assert 0 < first < second
    qtbot.waitUntil(lambda: len(answers) == 3, timeout=MS)


@pytest.mark.parametrize(
    ("kind", "facts", "seconds"),
    [
        (p.LetGo, {}, 25.0),
        (p.StartCluster, {"deadline": 300.0}, 315.0),
        (p.AskClusters, {}, 60.0),
        (p.DescribeFunctions, {"deadline": 1.0}, 120.0),
    ],
)
def test_an_answer_is_waited_for_as_long_as_its_request_may_take_and_some_more(kind, facts, seconds):
    assert _seconds_for(kind, facts) == seconds
