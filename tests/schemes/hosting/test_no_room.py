"""Calls and answers that are too large for the channel, where no folder has room for them: nobody else notices."""

from __future__ import annotations

import process_rigs
import pytest
import thread_rigs
from call_forms import shaped
from full_disks import room_for

LARGE = b"x" * 200_000


@pytest.fixture(params=[process_rigs.Rig, thread_rigs.Rig], ids=["processes", "threads"])
def make_rig(request, tmp_path):
    made = []

    def make(**options):
        made.append(request.param(tmp_path, **options))
        return made[-1]

    yield make
    for rig in made:
        rig.scheme.close(5.0)


def test_a_call_that_there_is_no_room_for_is_left_to_other_schemes_and_those_beside_it_run(make_rig):
    rig = make_rig(workers=1)
    rig.run("add", a=1)
    with room_for(100_000):
        first, large, last = rig.submit(
            rig.call("add", a=1), rig.call("add", a=LARGE, b=b"!"), rig.call("add", a=b"y" * 60_000, b=b"!")
        )
        assert rig.value(first) == 2
        assert rig.value(last) == b"y" * 60_000 + b"!"

    assert rig.ended(large).refused
    assert rig.cause(large).kind == "insufficient resources"
    member = {"processes": "worker", "threads": "thread host"}[rig.scheme.name]
    assert f"there is no room to send the call to a {member}: " in rig.cause(large).message
    assert rig.run("add", a=LARGE, b=b"!") == LARGE + b"!"


def test_a_function_that_there_is_no_room_for_is_left_to_other_schemes_and_others_run(make_rig):
    def large():
        return len(LARGE)

    rig = make_rig(workers=2)
    rig.run("add", a=1)
    with room_for(100_000):
        refused, others = rig.submit(rig.call(large), rig.call(lambda: 7))
        assert rig.value(others) == 7

    assert rig.ended(refused).refused
    assert rig.run(large) == 200_000


def test_an_answer_that_there_is_no_room_for_ends_its_call_with_the_cause_and_no_other(make_rig):
    with room_for(1_000_000):
        rig = make_rig(workers=1)
        worker = rig.run("own_pid")
    many = shaped(rig.call(lambda: list(range(200_000))), split=frozenset({"out"}))
    large, other = rig.submit(many, rig.call("add", a=1))

    assert rig.cause(large).kind == "insufficient resources"
    assert "there is no room to tell what came of it: " in rig.cause(large).message
    assert rig.value(other) == 2
    assert rig.run("own_pid") == worker
