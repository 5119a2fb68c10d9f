"""Nothing outlives its owner: processes, threads, descriptors, shared memory, folders."""

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

from treadle.schemes.threads.scheme import ThreadsScheme

OWNER = Path(__file__).parent / "owner.py"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("deed", ["hold_the_interpreter", "child_for_ever"])
def test_when_the_owner_is_killed_no_process_of_it_lives_five_seconds_later(words, tmp_path, number, deed):
    command = [sys.executable, str(OWNER), words.path, str(tmp_path), deed]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        folders = owner.stdout.readline().split()
        processes = [int(words.word()) for _ in range(1 if deed == "hold_the_interpreter" else 2)]
        supervisor = parent_of(processes[-1])
        owner.send_signal(number)
        killed = time.monotonic()

    assert [one for one in [*processes, supervisor] if not gone(one, killed + 5 - time.monotonic())] == []
    assert not any(Path(folder).exists() for folder in folders)


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def test_closing_ends_what_runs_and_leaves_nothing(make_rig, words):
    descriptors, threads = open_descriptors(), threading.active_count()
    rig = make_rig(workers=3)
    rig.ended(rig.start("zeros", "large", count=1_000_000))
    rig.exported("large")
    rig.start("child_for_ever", file=words.path)
    processes = [int(words.word()), int(words.word())]
    rig.start("hold_the_interpreter", file=words.path)
    words.word()
    folders = [rig.scheme._premises.memory, rig.scheme._premises.disk]
    before = time.monotonic()

    rig.scheme.close(5.0)
    rig.scheme.close(5.0)

    assert time.monotonic() - before < 5
    assert all(map(gone, processes))
    assert not any(folder.exists() for folder in folders)
    assert open_descriptors() == descriptors
    assert threading.active_count() == threads


def test_an_interrupt_in_the_terminal_does_not_reach_the_host(rig):
    host = rig.run("own_pid")

    assert os.getsid(host) != os.getsid(0)
    assert os.getpgid(host) == host


def test_after_closing_nothing_is_taken_and_nothing_found(rig):
    rig.ended(rig.start("add", "task", a=1))
    rig.scheme.close(5.0)

    rig.scheme.submit([rig.call("add", a=1)])
    rig.scheme.stop(["task"])
    rig.scheme.export([("task", "out", -1)])
    rig.scheme.release(["task"])
    with pytest.raises(KeyError):
        rig.scheme.fetch(("task", "out", -1), 1.0)


def test_a_scheme_that_was_never_opened_can_be_closed(tmp_path):
    ThreadsScheme(tmp_path).close(1.0)


def test_deaths_leave_no_descriptors_and_no_boards(rig):
    rig.run("add", a=1)
    before = open_descriptors()

    for _ in range(10):
        rig.ended(rig.start("leave_with", code=1))
        rig.run("add", a=1)

    assert abs(open_descriptors() - before) <= 1
    assert len(list(Path(rig.scheme._premises.memory).iterdir())) == 1


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208
