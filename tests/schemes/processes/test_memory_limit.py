"""Workers that may take so much memory and no more: one task is blamed, and its worker replaced."""

from __future__ import annotations

import os
import time

LIMIT = 300_000_000


def test_a_task_whose_process_takes_too_much_memory_is_ended_and_neighbours_go_on(make_rig, signals):
    rig = make_rig(workers=2, memory_limit=LIMIT)
    (neighbour,) = rig.submit(rig.call("wait_for_ever", "neighbour", file=signals.path))
    beside = int(signals.word())
    (greedy,) = rig.submit(rig.call("take", "greedy", megabytes=600, file=os.devnull))

    found = rig.ended(greedy)

    assert found.result.kind == "out of memory"
    assert "GB of memory; each may take 0.3 GB, as the processes scheme is set" in found.result.message
    assert not found.lost
    assert found.peak_memory > LIMIT
    # It is replaced, and the other worker is as it was.
    others = {rig.run("own_pid") for _ in range(3)}
    assert beside not in others
    os.kill(beside, 0)
    rig.scheme.stop([neighbour])


def test_what_a_task_starts_counts_too(make_rig):
    rig = make_rig(workers=1, memory_limit=LIMIT)
    (task,) = rig.submit(rig.call("let_a_child_take", megabytes=600))

    found = rig.ended(task)

    assert found.result.kind == "out of memory"
    assert rig.run("add", a=1) == 2


def test_a_task_within_the_limit_is_left_alone(make_rig):
    rig = make_rig(workers=1, memory_limit=LIMIT)
    begun = time.monotonic()
    while time.monotonic() < begun + 1.0:
        assert rig.run("take", megabytes=150) == 150 << 20


def test_a_task_does_not_pay_for_what_those_before_it_have_left(make_rig):
    rig = make_rig(workers=1, memory_limit=LIMIT)
    first = rig.run("leak", megabytes=250)
    (task,) = rig.submit(rig.call("take", megabytes=100, file=os.devnull))

    found = rig.ended(task)

    assert found.result.kind == "out of memory"
    assert found.lost
    assert rig.run("own_pid") != first


def test_without_a_limit_nobody_is_ended(make_rig):
    rig = make_rig(workers=1)
    assert rig.run("take", megabytes=600) == 600 << 20
