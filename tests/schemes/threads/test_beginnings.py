"""Hosts that cannot begin, or not as they should: it is told, nothing is left, and nobody waits for ever."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from endings import gone

from treadle.core.scheme import Capacity, Exported
from treadle.schemes.hosting import brood
from treadle.schemes.threads.scheme import ThreadsScheme


def supervisor_of(rig):
    return rig.scheme._dispatcher.fleet.brood._nursery.pid


def hopeless(rig):
    return rig.until(lambda: next((one.why for one in rig.seen if isinstance(one, Capacity) and not one.slots), ""))


def test_the_capacity_is_told_when_there_is_a_host(rig):
    assert rig.take() == Capacity("threads", 2, 2)
    assert rig.host


def test_an_interpreter_that_ends_at_once_leaves_the_calls_to_other_schemes(tmp_path, make_rig, monkeypatch):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    rig = make_rig(workers=2)
    task = rig.start("add", a=1)

    why = hopeless(rig)

    assert not rig.over
    assert why == "thread hosts cannot be started: their supervisor has ended 5 times in a row"
    assert (rig.ended(task).refused, rig.ended(task).lost) == (True, False)


def test_a_scheme_that_cannot_be_opened_leaves_no_folder_and_no_descriptor(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    shared = Path("/dev/shm")
    before = os.listdir("/proc/self/fd"), set(shared.glob("treadle-values-*"))  # noqa: PTH208
    scheme = ThreadsScheme(tmp_path / "files", workers=2)

    with pytest.raises(FileNotFoundError):
        scheme.open(queue.SimpleQueue().put)
    scheme.close(1.0)

    assert list(tmp_path.iterdir()) == []
    assert (os.listdir("/proc/self/fd"), set(shared.glob("treadle-values-*"))) == before  # noqa: PTH208


SLOW = """
import os, time
from treadle.schemes.threads import host

def serve(setup, channel):
    try:
        os.mkdir({marker!r})
    except FileExistsError:
        host.serve(setup, channel)
    else:
        time.sleep(1000)
"""


def test_a_host_that_is_never_ready_is_killed_and_replaced(tmp_path, make_rig, monkeypatch):
    (tmp_path / "slow_host.py").write_text(SLOW.format(marker=str(tmp_path / "marker")))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("treadle.schemes.threads.scheme._SERVE", "slow_host:serve")
    monkeypatch.setattr(brood, "BIRTH", 1.5)
    rig = make_rig(workers=1)

    assert rig.run("add", a=1) == 2
    assert (tmp_path / "marker").exists()


def test_the_error_that_ends_hosts_at_once_reaches_the_cause_with_its_traceback(tmp_path, make_rig, monkeypatch):
    (tmp_path / "broken_host.py").write_text("def serve(setup, channel):\n    raise RuntimeError('no library')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("treadle.schemes.threads.scheme._SERVE", "broken_host:serve")
    rig = make_rig(workers=1)
    task = rig.start("add", a=1)

    why = hopeless(rig)

    assert why.endswith(f"exited with code 1: RuntimeError: no library ({tmp_path}/broken_host.py, line 2, in serve)")
    assert rig.cause(task).message == why
    assert rig.cause(task).traceback.endswith("raise RuntimeError('no library')\nRuntimeError: no library\n")


def test_a_supervisor_that_dies_again_and_again_is_given_up(rig, words):
    for _ in range(brood.MOST_FAILURES):
        task = rig.start("wait_for_ever", file=words.path)
        words.word()
        os.kill(supervisor_of(rig), signal.SIGKILL)
        assert rig.ended(task).lost
    later = rig.start("add", a=1)

    assert hopeless(rig).endswith("their supervisor has ended 5 times in a row")
    assert rig.ended(later).refused


def test_when_the_scheme_itself_fails_every_export_is_answered_and_values_are_lost(rig, words, caplog):
    rig.ended(rig.start("zeros", "large", count=1_000_000))
    rig.start("hold_the_interpreter", file=words.path)
    words.word()

    def fail(_events):
        raise RuntimeError("injected")

    # Asked of a host that answers nobody.
    rig.scheme.export([("large", "out", -1)])
    rig.scheme._dispatcher.ready = fail
    rig.scheme.submit([rig.call("add", a=1)])

    found = rig.until(lambda: next((one for one in rig.seen if isinstance(one, Exported)), None))
    assert found.handed.kind == "lost contact"
    assert rig.lost() == {"large"}
    assert caplog.text


LEAVES = """
import os, queue, signal
from pathlib import Path
from treadle.schemes.threads.scheme import ThreadsScheme
scheme = ThreadsScheme(Path("files"), workers=1)
scheme.open(queue.SimpleQueue().put)
supervisor = scheme._dispatcher.fleet.brood._nursery.pid
os.kill(supervisor, signal.SIGSTOP)
print(scheme._premises.memory.parent, scheme._premises.disk, supervisor, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_scheme_left_whose_supervisor_was_killed_with_its_owner_is_removed_by_the_next(make_rig):
    command = [sys.executable, "-c", LEAVES]
    # The supervisor has its standard error too.
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60, check=False
    )
    memory, disk, supervisor = done.stdout.split()
    os.kill(int(supervisor), signal.SIGKILL)
    assert gone(int(supervisor))
    assert Path(memory).exists()
    assert Path(disk).exists()

    make_rig(workers=1)

    assert not Path(memory).exists()
    assert not Path(disk).exists()
