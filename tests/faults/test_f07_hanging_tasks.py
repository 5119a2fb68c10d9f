"""F7: a task that hangs, in whatever way, and a worker that is suspended are ended, and nobody else waits."""

from __future__ import annotations

import os
import signal
import time

import pytest
from endings import gone

from treadle.core.scheme import Stopped


@pytest.mark.parametrize("deed", ["wait_for_ever", "match_for_ever", "hold_the_interpreter", "never_give_up"])
def test_a_task_that_hangs_is_ended_within_two_seconds_and_its_neighbours_run(pool, signals, deed):
    (victim,) = pool.submit(pool.call(deed, "victim", file=signals.path))
    neighbours = pool.forty()
    signals.word()
    before = time.monotonic()

    pool.scheme.stop([victim])

    assert pool.end_of(victim) == Stopped(victim, 1)
    assert time.monotonic() - before < 2
    assert pool.all_well(neighbours)


def test_a_suspended_worker_keeps_its_neighbours_from_nothing_and_is_killed(pool, signals):
    for _ in range(30):
        pool.run("busy", seconds=0.001)
    (victim,) = pool.submit(pool.call("wait_for_ever", "victim", file=signals.path))
    neighbours = pool.forty()
    process = int(signals.word())
    os.kill(process, signal.SIGSTOP)

    assert pool.all_well(neighbours)
    pool.scheme.stop([victim])

    assert pool.end_of(victim, 2.0) == Stopped(victim, 1)
    assert gone(process)
    assert pool.run("add", a=1) == 2
