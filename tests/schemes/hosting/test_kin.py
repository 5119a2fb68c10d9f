"""Processes are signalled only if they are the ones that are meant."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys

import pytest

from treadle.schemes.hosting import kin
from treadle.schemes.hosting.ahead import Begun, begin
from treadle.schemes.hosting.kin import Proven

SECONDS = 10.0
WITH_CHILD = "import subprocess, sys; subprocess.Popen(['sleep', '1000']); print('here', flush=True); sys.stdin.read()"


@pytest.fixture
def process():
    made = subprocess.Popen(
        [sys.executable, "-c", WITH_CHILD], process_group=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert made.stdout.readline() == b"here\n"
    yield made
    with contextlib.suppress(ProcessLookupError):
        os.killpg(made.pid, signal.SIGKILL)
    made.wait(SECONDS)
    made.stdin.close(), made.stdout.close()


def gone(descriptor):
    return bool(select.select([descriptor], [], [], SECONDS)[0])


def test_a_process_that_is_meant_ends_with_its_group(process):
    (child,) = kin.children(process.pid)
    descriptor = os.pidfd_open(child)
    Proven(process.pid, kin.started(process.pid)).kill_with_group()
    try:
        assert process.wait(SECONDS) == -signal.SIGKILL
        assert gone(descriptor)
    finally:
        os.close(descriptor)


def test_a_process_that_is_meant_gets_a_signal(process):
    Proven(process.pid, kin.started(process.pid)).send(signal.SIGTERM)
    assert process.wait(SECONDS) == -signal.SIGTERM


@pytest.mark.parametrize("started", [0, 1])
def test_a_process_that_has_only_the_number_of_the_one_that_is_meant_is_spared(process, started):
    other = Proven(process.pid, started)
    other.send(signal.SIGKILL)
    other.kill_with_group()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.2)


def test_a_supervisor_that_was_waited_for_is_not_signalled_any_more(monkeypatch):
    signalled = []
    supervisor: Begun = begin()
    os.kill(supervisor.process.pid, signal.SIGKILL)
    supervisor.process.wait(SECONDS)
    monkeypatch.setattr(kin, "kill_with_group", signalled.append)

    supervisor.end()

    assert signalled == []
