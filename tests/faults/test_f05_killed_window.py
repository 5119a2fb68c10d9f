"""F05: the window is killed in a run: the runner ends its workers within five seconds, unless it is detached."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from treadle import Pipeline

SECONDS = 60.0
LIMIT = 5.0
WINDOW = Path(__file__).parent.parent / "support" / "killed_window.py"
DEEDS = """
import time
from pathlib import Path

def pause(gate: str, hold: bool = False) -> int:
    if hold:
        import ctypes
        ctypes.PyDLL(None).sleep(60)
    end = time.monotonic() + 60
    while not Path(gate).exists() and time.monotonic() < end:
        time.sleep(0.01)
    return 7
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
    _, left = psutil.wait_procs(alive, LIMIT)
    assert not left


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
