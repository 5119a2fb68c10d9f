"""F05: the window is killed in a run: the runner ends its workers within five seconds, unless it is detached."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from endings import all_gone

from treadle import Pipeline

SECONDS = 60.0
LIMIT = 5.0
SUPPORT = Path(__file__).parent.parent / "support"
WINDOW, PROGRAM = SUPPORT / "killed_window.py", SUPPORT / "killed_program.py"
DEEDS = """
import time
from pathlib import Path

def pause(gate: str, hold: bool = False, after: int = 0) -> int:
    if hold:
        import ctypes
        ctypes.PyDLL(None).sleep(60)
    end = time.monotonic() + 60
    while not Path(gate).exists() and time.monotonic() < end:
        time.sleep(0.01)
    return 7

def count(file: str) -> int:
    with open(file, "a") as counted:
        counted.write("x")
    return 3
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "deeds_of_a_killed_window.py").write_text(DEEDS)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture
def window(folder):
    """Return a function that starts a window and waits until its run goes; it tells the window and its runner."""
    started = []

    def start(*words, **inputs):
        pipeline = Pipeline("pause")
        pipeline.add("deeds_of_a_killed_window:pause", id="pause", gate=str(folder / "gate"), **inputs)
        pipeline.save(folder / "deed.treadle")
        process = subprocess.Popen(
            [sys.executable, str(WINDOW), str(folder), *words], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        said = process.stdout.readline().split()
        assert said[:1] == ["running"], said
        return process, psutil.Process(int(said[1])), said[2]

    yield start
    for process in started:
        process.kill()
        process.wait(SECONDS)
        process.stdout.close()


@pytest.mark.parametrize("hold", [False, True])
def test_a_killed_window_leaves_no_process(window, hold):
    process, runner, _run = window(hold=hold)
    alive = [runner, *runner.children(recursive=True)]
    assert len(alive) > 1
    process.kill()
    process.wait(SECONDS)
    assert all_gone(alive, LIMIT)


def test_a_run_that_was_detached_outlives_a_killed_window(window, folder):
    process, runner, run = window("detach")
    assert process.stdout.readline().split() == ["detached", run]
    process.kill()
    process.wait(SECONDS)
    assert runner.is_running()
    (folder / "gate").touch()
    runner.wait(SECONDS)
    listed = subprocess.run(
        [sys.executable, "-m", "treadle", "runs", "list", "--json"], capture_output=True, text=True, check=True
    )
    assert "succeeded" in json.dumps(json.loads(listed.stdout))


@pytest.fixture
def three(folder):
    """A pipeline whose first node counts how often it ran, whose second then waits at a gate, and whose third adds."""
    pipeline = Pipeline("three")
    first = pipeline.add("deeds_of_a_killed_window:count", id="first", file=str(folder / "counted"))
    gate = pipeline.add("deeds_of_a_killed_window:pause", id="pause", gate=str(folder / "gate"), after=first.out)
    pipeline.add("operator:add", id="last", a=first.out, b=1)
    pipeline.add("operator:mul", id="end", a=gate.out, b=first.out)
    pipeline.save(folder / "deed.treadle")
    return folder


def started(folder, *words):
    return subprocess.Popen([sys.executable, str(PROGRAM), str(folder), *words], stdout=subprocess.PIPE, text=True)


def killed_in_its_run(folder, *words, runner_too=False):
    """Start a program, and kill it when its run goes."""
    with started(folder, "begin", *words) as program:
        try:
            said = program.stdout.readline().split()
            assert said[:1] == ["running"], said
            runner = psutil.Process(int(said[1]))
        finally:
            program.kill()
        if runner_too:
            runner.kill()
        assert all_gone([runner], SECONDS)


def durable():
    """Return the tasks that have a result in the cache."""
    command = [sys.executable, "-m", "treadle", "cache", "ls", "--json"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
    return {entry["task"] for entry in json.loads(listed.stdout)["entries"]}


def next_start(folder, *words):
    with started(folder, *words) as program:
        try:
            return json.loads(program.communicate(timeout=SECONDS)[0])
        finally:
            program.kill()


@pytest.mark.parametrize(("words", "runner_too"), [((), False), (("saved",), True)])
def test_the_next_start_restores_what_was_not_saved_and_resumes_the_run_with_one_click(three, words, runner_too):
    killed_in_its_run(three, *words, runner_too=runner_too)
    (three / "gate").touch()
    kept = durable()
    found = next_start(three, "resume")
    assert found["state"] == "succeeded"
    assert "was interrupted" in found["words"]
    assert (found["states"]["first"] == "cached") == ("first" in kept)
    assert len((three / "counted").read_text()) == (1 if "first" in kept else 2)
    assert found["states"]["pause"] == found["states"]["end"] == "succeeded"
    assert (found["b"], found["modified"]) == ((1, False) if words else (5, True))
    assert found["scheme"] == "processes"


@pytest.mark.slow
def test_what_was_resumed_is_not_offered_once_more(three):
    killed_in_its_run(three, runner_too=True)
    (three / "gate").touch()
    assert next_start(three, "resume")["state"] == "succeeded"
    assert next_start(three, "look", "2") == 0
