"""F9: memory that a limit refuses, and memory for which the system kills, are told apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

OWNER = Path(__file__).parents[1] / "support" / "memory_owner.py"
GROUPS = (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup"))
LIMITS = ("memory.limit_in_bytes", "memory.max")


def facts_of(folder, how, *, group=None, scheme="processes"):
    """Run forty neighbours and one task that wants too much memory in a process of its own; return what was told."""
    command = [sys.executable, str(OWNER), str(folder), how, scheme]
    if group is not None:
        command = ["/bin/sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_memory_that_a_limit_refuses_fails_the_task_and_its_worker_lives(tmp_path):
    told = facts_of(tmp_path, "limited")

    assert told["kind"] == "out of memory"
    assert told["type"] == "MemoryError"
    assert not told["lost"]
    assert told["neighbours"] == 40
    assert told["alive"]


@pytest.fixture
def group():
    """A control group whose processes may have 400 MB together."""
    base = next((one for one in GROUPS if (one / "cgroup.procs").exists()), None)
    if os.getuid() or base is None:
        pytest.skip("F9 is NOT tested: making a control group needs root and /sys/fs/cgroup")
    made = base / f"treadle-test-{os.getpid()}"
    try:
        made.mkdir()
        limit = next(made / name for name in LIMITS if (made / name).exists())
        limit.write_text(str(400 << 20))
    except (OSError, StopIteration) as error:
        pytest.skip(f"F9 is NOT tested: no control group for memory can be made here ({error})")
    yield made
    made.rmdir()


@pytest.mark.parametrize("scheme", ["processes", "threads"])
def test_a_worker_that_the_system_kills_for_its_memory_is_told_so_with_its_peak(tmp_path, group, scheme):
    told = facts_of(tmp_path, "killed", group=group, scheme=scheme)

    assert told["kind"] == "out of memory"
    assert "memory ran out" in told["message"]
    assert told["peak"] > 150 << 20
    assert "MB" in told["message"]
    assert told["lost"]
    assert told["neighbours"] == 40
    assert told["alive"]
