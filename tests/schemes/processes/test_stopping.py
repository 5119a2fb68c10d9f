"""A running call is told to end, then interrupted, then killed with its worker; no other call notices."""

from __future__ import annotations

import os
import signal
import time

import pytest
from endings import gone

from treadle.core.scheme import Ended, Stopped
from treadle.core.worker.execute import Result


def test_a_module_that_asks_is_told_at_once_and_its_worker_lives(make_rig, signals):
    rig = make_rig(workers=1)
    before = rig.run("own_pid")
    (task,) = rig.submit(rig.call("wait_until_cancelled", file=signals.path))
    signals.word()
    began = time.monotonic()

    rig.scheme.stop([task])

    assert signals.word() == "tidied"
    assert rig.end_of(task) == Stopped(task, 1)
    assert time.monotonic() - began < 0.5
    assert rig.run("own_pid") == before


@pytest.mark.parametrize("deed", ["tidy_up_when_interrupted", "ask_once_then_wait"])
def test_a_module_that_does_not_ask_is_interrupted_and_can_tidy_up(make_rig, signals, deed):
    rig = make_rig(workers=1)
    before = rig.run("own_pid")
    (task,) = rig.submit(rig.call(deed, file=signals.path))
    signals.word()
    began = time.monotonic()

    rig.scheme.stop([task])

    assert signals.word() == "tidied"
    assert rig.end_of(task) == Stopped(task, 1)
    assert time.monotonic() - began < 2
    assert rig.run("own_pid") == before


def test_a_module_that_will_not_end_is_killed_within_two_seconds(make_rig, signals):
    rig = make_rig(workers=1)
    (task,) = rig.submit(rig.call("never_give_up", file=signals.path))
    process = int(signals.word())
    began = time.monotonic()

    rig.scheme.stop([task])

    assert rig.end_of(task) == Stopped(task, 1)
    assert time.monotonic() - began < 2
    assert gone(process)
    assert rig.run("add", a=1) == 2


def test_an_interruption_never_reaches_another_call(make_rig):
    rig = make_rig(workers=1)
    for number in range(60):
        seconds = [0.0, 0.0002 * (number % 10), 0.0, 0.0, 0.0, 0.0]
        tasks = rig.submit(
            *[rig.call("sleep_shortly", f"r{number}-{place}", seconds=one) for place, one in enumerate(seconds)]
        )
        rig.ended(tasks[0])
        rig.scheme.stop([tasks[1]])
        for task in tasks:
            found = rig.end_of(task)
            if isinstance(found, Ended):
                assert isinstance(found.result, Result), (number, task, found)
                assert rig.value(task) == "" or task == tasks[1]
            else:
                assert task == tasks[1]


def test_a_signal_that_comes_when_nothing_runs_is_ignored(make_rig):
    rig = make_rig(workers=1)
    pid = rig.run("own_pid")

    os.kill(pid, signal.SIGINT)

    assert rig.run("own_pid") == pid


def test_a_call_that_is_stopped_twice_is_answered_once(rig, signals):
    (task,) = rig.submit(rig.call("wait_for_ever", file=signals.path))
    signals.word()

    rig.scheme.stop([task])
    rig.scheme.stop([task])

    assert rig.end_of(task) == Stopped(task, 1)
    assert rig.run("add", a=1) == 2
