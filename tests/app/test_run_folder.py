"""Folders of runs: removed by the next run if their process was killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from treadle import Pipeline, run

OWNER = """
import os, signal
from treadle.app.run_folder import RunFolder
folder = RunFolder()
(folder.path / "value").write_text("large")
print(folder.path, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def one() -> int:
    return 1


def test_the_folder_of_a_killed_process_is_removed_by_the_next_run(temporary):
    done = subprocess.run([sys.executable, "-c", OWNER], capture_output=True, text=True, timeout=60, check=False)
    assert Path(done.stdout.strip(), "value").exists()
    pipeline = Pipeline("p")
    pipeline.add(one)
    run(pipeline, "serial", cache=False).close()
    assert list(temporary.iterdir()) == []
