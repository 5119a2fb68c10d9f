"""Modules that use what belongs to their host: it is replaced, the cause is named, the others are tried again."""

from __future__ import annotations

import pickle

import pytest
from endings import gone

from treadle.core.worker.execute import Result
from treadle.core.worker.failures import Cause
from treadle.schemes.threads import messages as m

NO_MESSAGES = {
    "text": b"hello, world",
    "a file that is none of ours": b"F/etc/hostname",
    "no list": pickle.dumps(7),
    "a list of no messages": pickle.dumps([1, 2]),
    "an unknown kind": pickle.dumps([(99, 1)]),
    "a result of another form": pickle.dumps([(m.RESULT, 1, "answer")]),
    "a result with a part of another kind": pickle.dumps([(m.RESULT, 1, (), {}, 0, "0.0", 0.0, 0)]),
    "a kind that is only equal to one": pickle.dumps([(float(m.SKIPPED), [2.0, 3.0])]),
    "a number that is none": pickle.dumps([(m.SKIPPED, [2])]),
    "numbers that are none": pickle.dumps([(m.BACK, [[2]])]),
    "a value without a name": pickle.dumps([(m.EXPORTED, [[]], None)]),
    "a value whose name is a list": pickle.dumps([(m.EXPORTED, ["task", "out", -1], None)]),
    "a kind that is a sequence": pickle.dumps([([m.RESULT], 1, (), {}, 0, 0.0, 0.0, 0)]),
    "nothing": pickle.dumps([()]),
}


@pytest.mark.parametrize("data", NO_MESSAGES.values(), ids=NO_MESSAGES)
def test_a_host_whose_module_writes_into_its_channel_is_replaced(rig, data):
    before = rig.run("own_pid")

    found = rig.ended(rig.start("scribble", data=data))

    assert (found.result.kind, found.lost) == ("lost contact", True)
    assert "a module has written to a descriptor that it did not open" in found.result.message
    assert gone(before)
    assert rig.run("add", a=1) == 2


def test_a_result_of_a_call_that_the_host_has_not_is_not_believed(rig):
    forged = pickle.dumps([(m.RESULT, 1000, Cause("exception", "forged"), (), 0, 0.0, 0.0, 0)])

    assert rig.run("scribble", data=forged, wait=False) == 7
    assert rig.run("add", a=1) == 2


def test_a_module_that_replaces_the_program_of_its_host_is_named_and_the_host_replaced(rig):
    before = rig.run("own_pid")

    found = rig.ended(rig.start("replace_program", program="sleep"))

    assert (found.result.kind, found.lost) == ("exited", True)
    assert "has replaced the program of its worker (as os.execvp does) by 'sleep 1000'" in found.result.message
    assert gone(before)
    assert isinstance(rig.ended(rig.start("add", a=1)).result, Result)
