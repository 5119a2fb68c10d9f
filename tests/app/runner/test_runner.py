"""The runner process, talked to as a window does."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from endings import all_gone
from runners import SECONDS, Talk, document

from treadle import Pipeline
from treadle.app.runner.client import RequestError, RunnerClient, RunnerGoneError
from treadle.core import protocol as p

DEEDS = """
import os, time

def pause(seconds: float = 60.0) -> int:
    print("begun", flush=True)
    time.sleep(seconds)
    return os.getpid()

def where(again: int = 0) -> int:
    return os.getpid()

def quit(code: int = 3) -> int:
    os._exit(code)

def fall(text: str = "no such luck") -> int:
    raise ValueError(text)

def miss() -> int:
    raise ValueError("there is no " + os.fsdecode(b"scan-\\xff"))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with a file of modules, beside which pipelines lie."""
    (tmp_path / "deeds_of_a_runner.py").write_text(DEEDS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "deeds_of_a_runner", raising=False)
    return tmp_path


def doing(folder, deed, **inputs):
    pipeline = Pipeline(deed)
    pipeline.file = folder / "deed.treadle"
    pipeline.add(f"deeds_of_a_runner:{deed}", id=deed, **inputs)
    return pipeline


def adding():
    pipeline = Pipeline("adding")
    first = pipeline.add("operator:add", id="first", a=1, b=2)
    pipeline.add("operator:mul", id="second", a=first.out, b=10)
    return pipeline


def workers_of(pid):
    return psutil.Process(pid).children(recursive=True)


def test_the_first_answer_says_who_the_runner_is(talk):
    found = talk.ask(p.Hello)
    assert found.pid == talk.client.pid
    assert "processes" in found.schemes


def test_a_window_of_another_version_is_told_so(talk):
    with pytest.raises(RequestError, match="version 99"):
        talk.ask(p.Hello, version=99)


def test_a_run_tells_each_task_and_its_end(talk):
    started = talk.start(adding())
    assert [node.node for node in started.nodes] == ["first", "second"]
    over = talk.until(p.RunOver)
    assert (over.run, over.state, over.states) == (started.run, "succeeded", {"succeeded": 2})
    details = talk.ask(p.AskTask, run=started.run, task="second")
    assert details.previews["out"]["text"] == "30"


def test_code_that_nobody_trusts_is_not_run(talk):
    pipeline = adding()
    with pytest.raises(RequestError, match="not trusted") as caught:
        talk.start(pipeline, trust=False)
    assert caught.value.kind == "UntrustedError"
    talk.ask(p.GiveTrust, document=document(pipeline))
    assert talk.ask(p.AskTrust, document=document(pipeline)).trusted
    talk.start(pipeline, trust=False)
    assert talk.until(p.RunOver).state == "succeeded"


def test_what_is_wrong_with_a_pipeline_is_told_with_its_place(talk):
    pipeline = Pipeline("broken")
    pipeline.add("operator:add", id="sum", a=1)
    found = talk.ask(p.CheckDocument, document=document(pipeline))
    assert any("sum" in problem.where for problem in found.problems)
    with pytest.raises(RequestError):
        talk.start(pipeline)


def test_a_document_that_is_none_is_refused_in_one_line(talk):
    with pytest.raises(RequestError) as caught:
        talk.ask(p.CheckDocument, document=p.Document(text="{", file="/a/b.treadle"))
    assert caught.value.kind == "FileError"
    assert "\n" not in str(caught.value)


def test_a_failure_is_told_with_its_traceback(talk, folder):
    started = talk.start(doing(folder, "fall"))
    assert talk.until(p.RunOver).state == "failed"
    details = talk.ask(p.AskTask, run=started.run, task="fall")
    assert "no such luck" in details.cause
    assert "ValueError" in details.traceback


def test_a_failure_with_a_file_name_that_is_not_utf_8_is_told_too(talk, folder):
    started = talk.start(doing(folder, "miss"))
    assert talk.until(p.RunOver).state == "failed"
    assert "scan-" in talk.ask(p.AskTask, run=started.run, task="miss").cause


def test_requests_are_answered_while_a_module_runs_and_cancel_ends_it(talk, folder):
    started = talk.start(doing(folder, "pause"), scheme="processes")
    talk.until_task("pause", "running")
    began = time.monotonic()
    talk.ask(p.Ping)
    assert time.monotonic() - began < 5.0
    talk.ask(p.CancelRun, run=started.run)
    assert talk.until(p.RunOver).state == "cancelled"


def test_what_a_module_prints_is_told_while_it_runs_and_is_no_message(talk, folder):
    started = talk.start(doing(folder, "pause"), scheme="processes")
    news = talk.until(p.RunNews, lambda news: news.lines)
    assert [line.text for line in news.lines] == ["begun"]
    talk.ask(p.CancelRun, run=started.run)


def test_serial_runs_in_a_process_of_its_own(talk, folder):
    started = talk.start(doing(folder, "where"), scheme="serial")
    row = next(row for news in iter(lambda: talk.until(p.RunNews), None) for row in news.tasks if row.ended)
    assert row.scheme == "serial"
    pid = int(talk.ask(p.AskTask, run=started.run, task="where").previews["out"]["text"])
    assert pid not in (0, talk.client.pid)


@pytest.mark.parametrize("scheme", ["ipython", pytest.param("ipython:default", marks=pytest.mark.slow)])
def test_engines_run_for_a_window(scheme, talk):
    started = talk.start(adding(), scheme=scheme)
    rows = []
    while not any(row.task == "second" and row.state == "succeeded" for row in rows):
        rows += talk.until(p.RunNews).tasks
    assert {row.scheme for row in rows if row.scheme} == {"ipython"}
    assert talk.until(p.RunOver).run == started.run


def test_a_profile_that_is_not_there_is_refused_before_the_run(talk):
    with pytest.raises(RequestError, match="no IPython profile"):
        talk.start(adding(), scheme="ipython:nosuch")


def test_a_module_that_ends_its_process_in_serial_leaves_the_runner_alive(talk, folder):
    started = talk.start(doing(folder, "quit"), scheme="serial")
    assert talk.until(p.RunOver).state == "failed"
    assert "3" in talk.ask(p.AskTask, run=started.run, task="quit").cause


def test_a_hanging_module_in_serial_is_cancelled(talk, folder):
    started = talk.start(doing(folder, "pause"), scheme="serial")
    talk.until_task("pause", "running")
    talk.ask(p.CancelRun, run=started.run)
    assert talk.until(p.RunOver).state == "cancelled"


def test_a_run_can_be_forgotten_as_soon_as_its_end_is_told(talk):
    started = talk.start(adding())
    talk.until(p.RunOver)
    talk.ask(p.ForgetRun, run=started.run)
    with pytest.raises(RequestError, match="no run"):
        talk.ask(p.AskTask, run=started.run, task="first")


def test_a_run_that_goes_on_is_forgotten_when_it_is_over_and_its_workers_end(talk, folder):
    started = talk.start(doing(folder, "pause"), scheme="processes")
    talk.until_task("pause", "running")
    alive = workers_of(talk.client.pid)
    with pytest.raises(RequestError, match="goes on"):
        talk.ask(p.ForgetRun, run=started.run)
    talk.ask(p.ForgetRun, run=started.run, when_over=True)
    talk.ask(p.CancelRun, run=started.run)
    talk.until(p.RunOver)
    assert all_gone(alive)


def test_several_runs_that_hang_end_together_with_the_line(talk, folder):
    for number in range(3):
        talk.start(doing(folder, "pause", seconds=100.0 + number), scheme="processes")
        talk.until_task("pause", "running")
    alive = workers_of(talk.client.pid)
    began = time.monotonic()
    assert talk.client.close()
    assert time.monotonic() - began < 6.0
    assert all_gone(alive)


def test_the_answer_to_a_start_comes_before_any_news_of_the_run(talk):
    order = []
    talk.client._hear = lambda news: order.append(type(news).__name__)
    talk.client.ask(
        p.StartRun, lambda answer: order.append(type(answer).__name__), document=document(adding()), trust=True
    )
    deadline = time.monotonic() + SECONDS
    while "RunOver" not in order and time.monotonic() < deadline:
        talk.ask(p.Ping)
    assert order[0] == "RunStarted"


def test_freshness_follows_a_run(talk):
    pipeline = Pipeline("fresh")
    pipeline.add("treadle.core.library.arithmetic:add", id="sum", first=1, second=2)
    before = talk.ask(p.AskFreshness, document=document(pipeline)).nodes
    talk.start(pipeline)
    talk.until(p.RunOver)
    after = talk.ask(p.AskFreshness, document=document(pipeline)).nodes
    assert [before[0].state, after[0].state] == ["never run", "fresh"]


def test_where_a_node_would_run_is_where_it_then_runs(talk):
    pipeline = Pipeline("schemes")
    pipeline.add("treadle.core.library.arithmetic:add", id="sum", first=1, second=2)
    (before,) = talk.ask(p.AskSchemes, document=document(pipeline), scheme="serial").found
    talk.start(pipeline, scheme="serial", cache=False)
    row = talk.until_task("sum", "succeeded")
    assert (row.scheme, row.reason) == (before.chosen, before.reason)
    broken = Pipeline("broken")
    broken.add("operator:add", id="sum", a=1)
    with pytest.raises(RequestError, match="b"):
        talk.ask(p.AskSchemes, document=document(broken))


def test_modules_are_listed_as_data(talk):
    found = talk.ask(p.ListModules)
    assert len(found.modules) > 100


def test_functions_are_described_elsewhere(talk):
    found = talk.ask(p.DescribeFunctions, paths=("operator:add", "no.such:thing"))
    assert found.found[0].module.inputs[0].name == "a"
    assert found.found[1].module is None
    assert "no" in found.found[1].message


def test_the_end_of_the_line_ends_the_runner_and_its_workers(talk, folder):
    talk.start(doing(folder, "pause"), scheme="processes")
    talk.until_task("pause", "running")
    alive = workers_of(talk.client.pid)
    assert alive
    assert talk.client.close()
    assert all_gone(alive)


def test_a_runner_that_is_killed_is_told_to_all_who_wait(talk, folder):
    talk.start(doing(folder, "pause"), scheme="processes")
    talk.until_task("pause", "running")
    alive = workers_of(talk.client.pid)
    os.kill(talk.client.pid, signal.SIGKILL)
    assert "signal 9" in talk.gone.get(timeout=SECONDS)
    with pytest.raises(RunnerGoneError):
        talk.ask(p.Ping)
    assert all_gone(alive)


def test_a_detached_runner_goes_on_and_ends_with_its_run(talk, folder):
    journal = talk.start(doing(folder, "pause", seconds=1.0), scheme="processes").journal
    talk.until_task("pause", "running")
    runner = psutil.Process(talk.client.pid)
    assert talk.ask(p.Detach).runs
    talk.client._process.stdin.close()
    runner.wait(SECONDS)
    shown = subprocess.run(
        [sys.executable, "-m", "treadle", "runs", "list", "--json"], capture_output=True, text=True, check=True
    )
    assert "succeeded" in shown.stdout
    assert Path(journal).exists()


def test_what_a_shell_prints_before_does_no_harm():
    talk = Talk(["sh", "-c", f"echo Welcome to the machine; exec {sys.executable} -m treadle runner"])
    assert talk.ask(p.Hello).version == p.VERSION
    talk.client.close()


BUGGY = f"import sys; print({p.MAGIC!r}); print({p.line_of(p.Warned(text='look'))!r}.decode()); sys.stdin.read()"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_window_that_fails_over_a_message_is_told_that_nobody_answers_any_more():
    gone, command = queue.SimpleQueue(), [sys.executable, "-c", BUGGY]
    client = RunnerClient(lambda news: 1 / 0, gone.put, command)
    assert "bug" in gone.get(timeout=SECONDS)
    assert client.close()
    for thread in threading.enumerate():
        if thread.name == "treadle-client-read":
            # Its exception belongs to this test, not to the next one.
            thread.join(SECONDS)


def test_nonsense_ends_the_conversation_with_a_reason():
    done = subprocess.run(
        [sys.executable, "-m", "treadle", "runner"], input=b"nonsense\n", capture_output=True, timeout=SECONDS
    )
    assert done.returncode == 1
    assert b"no request" in done.stderr
