"""A cluster that a run starts for itself: it is said, its engines are replaced, and nothing of it is left."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from clusters import wait_until

from treadle import Pipeline, Schemes, module, sweep
from treadle.app.options import Options
from treadle.app.session import Run


@module(schemes=Schemes(processes=False, ipython=True))
def kill_first(x: int, folder: str) -> int:
    """Kill the engine, if no other has done so for this item."""
    time.sleep(0.02)
    marker = Path(folder) / f"{x}"
    if x in {3, 5} and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def of_profile(folder: Path) -> list[psutil.Process]:
    """Return the processes of ipyparallel that look for their profiles in this folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):
            ours = process.environ().get("IPYTHONDIR") == str(folder)
            if ours and "ipyparallel" in " ".join(process.info["cmdline"] or []):
                found.append(process)
    return found


@pytest.mark.slow
def test_it_is_said_killed_engines_are_replaced_and_nothing_is_left(tmp_path) -> None:
    made = Pipeline("own")
    node = made.add(kill_first, x=sweep(list(range(60))), folder=str(tmp_path))
    said: list[str] = []
    run = Run(made, Options(scheme="ipython", cache=False, n_procs=2), warn=said.append)
    result = run.execute()
    assert result.state == "succeeded", result.failures
    assert result[node] == list(range(60))
    assert {task.scheme for task in result.tasks} == {"ipython"}
    assert "starting 2 engines, which end with this run" in said[0]
    profile = Path(os.environ["IPYTHONDIR"])
    assert of_profile(profile)
    result.close()
    wait_until(lambda: of_profile(profile) == [], 8.0)
