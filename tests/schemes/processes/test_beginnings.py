"""Pools that cannot begin, or not as they should: it is told, nothing is left, and nobody waits for ever."""

from __future__ import annotations

import os
import queue
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from endings import gone
from process_rigs import Rig, suspend

from treadle.core.scheme import Capacity, Ended, Exported
from treadle.core.worker.failures import Cause
from treadle.schemes.hosting import brood
from treadle.schemes.processes.scheme import ProcessesScheme


def supervisor_of(rig: Rig) -> int:
    return rig.scheme._pool._staff.brood._nursery.pid


def program(folder: Path, text: str) -> str:
    """Return a program that is no Python."""
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return str(file)


def until_no_workers(rig: Rig) -> str:
    while not any(not report.slots for report in rig.of(Capacity)):
        rig.take()
    return rig.of(Capacity)[-1].why


def test_the_capacity_is_told_when_there_is_a_worker(rig):
    first = rig.take()

    assert first == Capacity("processes", 2, 2)
    assert rig.pids()


def test_an_interpreter_that_ends_at_once_leaves_the_tasks_to_other_schemes(tmp_path, make_rig, monkeypatch):
    monkeypatch.setattr(sys, "executable", program(tmp_path, "exit 1"))
    rig = make_rig(workers=2)
    (task,) = rig.submit(rig.call("add", a=1))

    why = until_no_workers(rig)

    assert not rig.over
    assert why == "worker processes cannot be started: their supervisor has ended 5 times in a row"
    assert (rig.ended(task).refused, rig.ended(task).lost) == (True, False)
    assert rig.cause(task) == Cause("insufficient resources", why)


@pytest.mark.parametrize("executable", ["/nowhere/python", ""])
def test_a_pool_that_cannot_be_opened_leaves_no_folder_and_no_descriptor(tmp_path, monkeypatch, executable):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "executable", executable)
    shared = Path("/dev/shm")
    before = os.listdir("/proc/self/fd"), set(shared.glob("treadle-values-*"))  # noqa: PTH208
    scheme = ProcessesScheme(tmp_path / "files", workers=2)

    with pytest.raises(OSError, match=r"python|Permission|No such file"):
        scheme.open(queue.SimpleQueue().put)
    scheme.close(1.0)

    assert list(tmp_path.iterdir()) == []
    assert (os.listdir("/proc/self/fd"), set(shared.glob("treadle-values-*"))) == before  # noqa: PTH208


def test_a_supervisor_that_never_answers_is_replaced_until_it_is_enough(tmp_path, make_rig, monkeypatch):
    monkeypatch.setattr(brood, "BIRTH", 0.1)
    monkeypatch.setattr(sys, "executable", program(tmp_path, "exec sleep 1000"))
    rig = make_rig(workers=1)
    (task,) = rig.submit(rig.call("add", a=1))

    assert "supervisor has ended 5 times" in until_no_workers(rig)
    assert rig.ended(task).refused


SLOW = """
import os, time
from treadle.schemes.processes import worker

def serve(setup, channel):
    try:
        os.mkdir({marker!r})
    except FileExistsError:
        worker.serve(setup, channel)
    else:
        time.sleep(1000)
"""


def test_a_worker_that_is_never_ready_is_killed_and_replaced(tmp_path, make_rig, monkeypatch):
    (tmp_path / "slow_worker.py").write_text(SLOW.format(marker=str(tmp_path / "marker")))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("treadle.schemes.processes.scheme._SERVE", "slow_worker:serve")
    monkeypatch.setattr(brood, "BIRTH", 1.5)
    rig = make_rig(workers=1)

    assert rig.run("add", a=1) == 2
    assert (tmp_path / "marker").exists()


BROKEN = """
def serve(setup, channel):
    raise RuntimeError("there is\\nno library")
"""


def test_the_error_that_ends_workers_at_once_reaches_the_cause_with_its_traceback(tmp_path, make_rig, monkeypatch):
    (tmp_path / "broken_worker.py").write_text(BROKEN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("treadle.schemes.processes.scheme._SERVE", "broken_worker:serve")
    rig = make_rig(workers=1)
    (task,) = rig.submit(rig.call("add", a=1))

    why = until_no_workers(rig)

    said = f"RuntimeError: there is no library ({tmp_path}/broken_worker.py, line 3, in serve)"
    assert why == f"worker processes cannot be started, or end at once: exited with code 1: {said}"
    assert rig.cause(task).message == why
    assert rig.cause(task).traceback.endswith("RuntimeError: there is\nno library\n")
    assert not list(rig.scheme._premises.disk.glob("last-words-*"))


def test_a_supervisor_that_dies_again_and_again_is_given_up_and_the_tasks_left_to_others(rig, signals):
    tasks = []
    for _ in range(brood.MOST_FAILURES):
        (task,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
        tasks.append(task)
        signals.word()
        os.kill(supervisor_of(rig), signal.SIGKILL)
        assert rig.ended(task).lost
    (later,) = rig.submit(rig.call("add", a=1))

    assert until_no_workers(rig).endswith("their supervisor has ended 5 times in a row")
    assert rig.ended(later).refused


def test_supervisors_that_die_between_answers_are_always_replaced(rig):
    for number in range(2 * brood.MOST_FAILURES):
        tried = rig.submit(rig.call("add", a=number))
        while rig.ended(tried[0]).lost:
            tried = rig.submit(rig.call("add", a=number))
        assert rig.value(tried[0]) == number + 1
        os.kill(supervisor_of(rig), signal.SIGKILL)

    assert min(report.slots for report in rig.of(Capacity)) > 0


def test_a_suspended_supervisor_that_is_killed_is_noticed_at_once(rig, signals):
    (task,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
    signals.word()
    supervisor = supervisor_of(rig)
    suspend(supervisor)
    os.kill(supervisor, signal.SIGKILL)
    before = time.monotonic()

    assert rig.ended(task).lost
    assert time.monotonic() - before < 1
    assert rig.run("add", a=1) == 2


def test_a_supervisor_that_is_told_to_end_takes_no_folder_along(rig):
    rig.run("add", a=1)
    os.kill(supervisor_of(rig), signal.SIGTERM)
    assert gone(supervisor_of(rig)) or rig.run("add", a=1) == 2

    assert rig.run("own_pid") > 0
    assert rig.scheme._premises.memory.exists()


def test_closing_never_fails_whatever_the_supervisor_does(make_rig):
    rig = make_rig(workers=1)
    rig.run("add", a=1)
    process = rig.scheme._pool._staff.brood._nursery._process
    suspend(process.pid)
    before = time.monotonic()

    rig.scheme.close(0.5)

    assert time.monotonic() - before < 5
    assert process.poll() is not None


def test_a_stop_of_an_earlier_attempt_spares_the_later_one(rig):
    call = rig.call("add", "again", a=1)
    (task,) = rig.submit(call)
    rig.ended(task)
    del rig.over[task]
    with rig.scheme._lock:
        # Carried out when the lock is free, and that is when the next attempt is there.
        rig.scheme.stop([task])
        rig.submit(rig.call("busy", "again", seconds=0.05))

    assert isinstance(rig.end_of(task), Ended)


def test_when_the_pool_itself_fails_every_export_is_answered(rig, signals, caplog):
    rig.submit(rig.call("zeros", "kept", count=1_000_000))
    rig.ended("kept")
    rig.submit(*[rig.call("hold_the_interpreter", file=signals.path) for _ in range(2)])
    signals.word(), signals.word()

    def fail(_pool):
        raise RuntimeError("injected")

    # Asked of a worker that answers nobody.
    rig.scheme.export([("kept", "out", -1)])
    rig.scheme._ask(fail)
    while not rig.of(Exported):
        rig.take()

    assert rig.of(Exported)[0].handed.kind == "lost contact"
    assert caplog.text


@pytest.fixture
def few_files():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = len(os.listdir("/proc/self/fd")) + 30  # noqa: PTH208
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, before[1]))
    yield soft
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_many_workers_need_no_more_files_than_the_user_may_open_and_modules_find_the_users_limit(make_rig, few_files):
    rig = make_rig(workers=24)

    assert rig.run("most_open_files") == few_files
    assert [rig.run("add", a=1) for _ in range(48)] == [2] * 48
    assert rig.slots >= 24


def test_where_no_more_files_may_be_opened_there_are_fewer_workers(make_rig, monkeypatch):
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    monkeypatch.setattr("treadle.schemes.hosting.premises.make_room", lambda _files: before[0])
    opened = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 50, before[1]))
    try:
        rig = make_rig(workers=24)
        assert rig.run("add", a=1) == 2
        assert 0 < rig.of(Capacity)[-1].workers < 24
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


LEAVES = """
import os, queue, signal, sys
from pathlib import Path
from treadle.schemes.processes.scheme import ProcessesScheme
scheme = ProcessesScheme(Path("files"), workers=1)
scheme.open(queue.SimpleQueue().put)
os.kill(scheme._pool._staff.brood._nursery.pid, signal.SIGSTOP)
print(scheme._premises.memory.parent, scheme._premises.disk, scheme._pool._staff.brood._nursery.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_pool_left_whose_supervisor_was_killed_with_its_owner_is_removed_by_the_next(tmp_path, make_rig):
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

    rig = make_rig(workers=1)

    assert not Path(memory).exists()
    assert not Path(disk).exists()
    assert rig.run("add", a=1) == 2
