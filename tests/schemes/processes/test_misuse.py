"""Modules that use what belongs to their worker: that worker is replaced, the cause is named, no other task notices."""

from __future__ import annotations

import pickle

import pytest
from endings import gone

from treadle.core.worker.failures import Cause
from treadle.schemes.hosting import channel as ch

CHANNEL, SIDE, BOARD = 3, 5, 6
FORGED = (Cause("exception", "forged"), False, 0.0, 0.0, 0)
NO_MESSAGES = {
    "text": b"hello, world",
    "a file that is none of ours": b"F/etc/hostname",
    "a file that is not there": b"Fmessage-" + b"0" * 32,
    "a number": pickle.dumps(7),
    "an unknown kind": pickle.dumps((99, 1)),
    "an answer to another call": pickle.dumps((ch.RESULT, 1000, FORGED)),
    "an answer of another form": pickle.dumps((ch.RESULT, 1, "answer")),
    "progress of another form": pickle.dumps((ch.PROGRESS, 1)),
}


@pytest.mark.parametrize("descriptor", [CHANNEL, SIDE])
@pytest.mark.parametrize("data", NO_MESSAGES.values(), ids=NO_MESSAGES)
def test_a_worker_whose_module_writes_into_its_channels_is_replaced_and_nobody_else_notices(rig, descriptor, data):
    (victim,) = rig.submit(rig.call("scribble", "victim", descriptor=descriptor, data=data))
    neighbours = rig.forty()

    found = rig.ended(victim)

    assert (found.result.kind, found.lost) == ("lost contact", True)
    assert "its module has written to a descriptor that it did not open" in found.result.message
    assert rig.all_well(neighbours)


@pytest.mark.parametrize("descriptor", range(8))
def test_garbage_in_any_descriptor_costs_no_neighbour(rig, descriptor):
    (victim,) = rig.submit(rig.call("scribble_shortly", "victim", descriptor=descriptor, data=b"\xff" * 64))
    neighbours = rig.forty()

    rig.ended(victim)

    values = {}
    for task in neighbours:
        # One that shares the worker with the victim may have begun when that was replaced.
        if rig.ended(task).lost:
            rig.submit(rig.call("add", f"{task}-again", a=1))
            values[task] = rig.value(f"{task}-again")
    assert len(values) <= 1
    assert rig.run("add", a=1) == 2


def test_a_module_that_replaces_the_program_of_its_worker_is_named_and_the_worker_replaced(make_rig):
    rig = make_rig(workers=1)
    (victim,) = rig.submit(rig.call("replace_program", "victim", program="sleep"))
    neighbours = rig.forty()

    found = rig.ended(victim)

    assert (found.result.kind, found.lost) == ("exited", True)
    assert "has replaced the program of its worker (as os.execvp does) by 'sleep 1000'" in found.result.message
    assert gone(found.place.pid)
    assert rig.all_well(neighbours)


@pytest.mark.parametrize("first", [0, CHANNEL, CHANNEL + 1])
def test_a_module_that_closes_the_descriptors_of_its_worker_and_returns_is_told_so_in_plain_words(rig, first):
    (victim,) = rig.submit(rig.call("close_descriptors_and_return", "victim", first=first))
    neighbours = rig.forty()

    found = rig.ended(victim)

    assert (found.result.kind, found.lost, found.result.traceback) == ("lost contact", True, "")
    assert found.result.message.endswith("closed descriptors that it did not open (as os.closerange does)")
    assert rig.all_well(neighbours)


def test_a_module_that_closes_the_descriptors_of_its_worker_is_named_and_the_worker_replaced(make_rig):
    rig = make_rig(workers=1)
    (victim,) = rig.submit(rig.call("close_descriptors", "victim"))
    neighbours = rig.forty()

    found = rig.ended(victim)

    assert (found.result.kind, found.lost) == ("lost contact", True)
    assert "closed descriptors that it did not open" in found.result.message
    assert rig.all_well(neighbours)
