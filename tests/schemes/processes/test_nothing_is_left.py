"""Nothing outlives its owner: processes, descriptors, shared memory, folders."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from endings import gone

OWNER = Path(__file__).parent / "owner.py"
DEEDS = ["hold_the_interpreter", "child_for_ever", "ignore_signals", "daemon_then_wait"]
WORDS = 6
"""What these write: one process each, and one more for the child and for the daemon."""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_owner_is_killed_no_process_of_it_lives_five_seconds_later(signals, tmp_path, number):
    command = [sys.executable, str(OWNER), signals.path, str(tmp_path), *DEEDS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        folders = owner.stdout.readline().split()
        processes = [int(signals.word()) for _ in range(WORDS)]
        parents = {process_parent(process) for process in processes}
        owner.send_signal(number)
        killed = time.monotonic()

    living = [process for process in processes if not gone(process, killed + 5 - time.monotonic())]
    supervisors = [one for one in parents if one not in {os.getpid(), 1} and not gone(one, 3.0)]

    assert living == []
    assert supervisors == []
    assert not any(Path(folder).exists() for folder in folders)


def test_a_daemon_ends_with_the_task_that_made_it(rig, signals):
    (task,) = rig.submit(rig.call("daemon_then_wait", file=signals.path))
    daemon, _worker = int(signals.word()), int(signals.word())

    rig.scheme.stop([task])
    rig.end_of(task)

    assert gone(daemon)


def test_a_daemon_ends_with_the_worker_that_made_it(rig, signals):
    (task,) = rig.submit(rig.call("daemon_then_wait", file=signals.path))
    daemon, worker = int(signals.word()), int(signals.word())

    os.kill(worker, signal.SIGKILL)
    rig.end_of(task)

    assert gone(daemon)


def test_closing_ends_what_runs_and_leaves_nothing(make_rig, signals):
    descriptors, threads = open_descriptors(), threading.active_count()
    rig = make_rig(workers=2)
    rig.submit(rig.call("zeros", "large", count=1_000_000))
    rig.ended("large")
    rig.submit(*[rig.call(deed, file=signals.path) for deed in ("hold_the_interpreter", "child_for_ever")])
    processes = [int(signals.word()) for _ in range(3)]
    folders = [rig.scheme._premises.memory, rig.scheme._premises.disk]
    before = time.monotonic()

    rig.scheme.close(5.0)
    rig.scheme.close(5.0)

    assert time.monotonic() - before < 5
    assert all(map(gone, processes))
    assert not any(folder.exists() for folder in folders)
    assert open_descriptors() == descriptors
    assert threading.active_count() == threads


def test_a_scheme_that_was_never_opened_can_be_closed(tmp_path):
    from treadle.schemes.processes.scheme import ProcessesScheme

    ProcessesScheme(tmp_path).close(1.0)


def test_deaths_leave_no_descriptors(make_rig):
    rig = make_rig(workers=1)
    rig.run("add", a=1)
    before = open_descriptors()

    for _ in range(20):
        (task,) = rig.submit(rig.call("leave_with", code=1))
        rig.cause(task)
        rig.run("add", a=1)

    assert abs(open_descriptors() - before) <= 1


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def process_parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
