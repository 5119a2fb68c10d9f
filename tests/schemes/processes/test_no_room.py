"""Calls and answers that are too large for the channel, where no folder has room for them: nobody else notices."""

from __future__ import annotations

import dataclasses
import os

import pytest
from full_disks import room_for

from treadle.schemes.hosting import channel as ch
from treadle.schemes.processes.parcels import Parcels
from treadle.schemes.processes.requests import Requests
from treadle.schemes.processes.service import FORGET

LARGE = b"x" * 200_000


def test_a_call_that_there_is_no_room_for_is_left_to_other_schemes_and_those_beside_it_run(make_rig):
    rig = make_rig(workers=1)
    rig.run("add", a=1, b=1)
    with room_for(100_000):
        first, large, last = rig.submit(
            rig.call("add", a=1, b=1), rig.call("add", a=LARGE, b=b"!"), rig.call("add", a=b"y" * 60_000, b=b"!")
        )
        assert rig.value(first) == 2
        assert rig.value(last) == b"y" * 60_000 + b"!"

    assert rig.ended(large).refused
    assert rig.cause(large).kind == "insufficient resources"
    assert "there is no room to send the call to a worker: " in rig.cause(large).message
    assert rig.run("add", a=LARGE, b=b"!") == LARGE + b"!"


def test_a_function_that_there_is_no_room_for_is_left_to_other_schemes_and_others_run(rig):
    def large():
        return len(LARGE)

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
    many = dataclasses.replace(rig.call(lambda: list(range(100_000))), split=frozenset({"out"}))
    large, other = rig.submit(many, rig.call("add", a=1))

    assert rig.cause(large).kind == "insufficient resources"
    assert "there is no room to tell what came of it: " in rig.cause(large).message
    assert rig.value(other) == 2
    assert rig.run("own_pid") == worker


def test_a_message_that_finds_the_channel_full_leaves_no_file(make_rig, signals):
    rig = make_rig(workers=1)
    rig.submit(rig.call("wait_for_ever", "waits", file=signals.path))
    signals.word()
    member = next(iter(rig.scheme._pool.members))
    with rig.scheme._lock:
        while member._put(b"x" * ch.LARGEST):
            pass
        before = {file.name for folder in member._overflow for file in folder.iterdir()}
        member.give(Parcels().job(rig.call("add", a=LARGE)), (), 0.0)
        (unsent,), refused = member.flush()
        after = {file.name for folder in member._overflow for file in folder.iterdir()}
        assert (unsent.kind, refused, member.full) == (0, [], True)
        assert after == before
        # It cannot read what filled its channel.
        os.kill(member.pid, 9)
    assert rig.ended("waits").lost


@pytest.mark.parametrize("count", [1, 20_000])
def test_to_have_values_forgotten_needs_no_room_however_many_they_are(count):
    requests = Requests()
    paths = [f"/dev/shm/some-folder/{number}" for number in range(count)]
    with room_for(0):
        requests.forget(list(range(count)), paths)
    inbox, came = ch.Inbox(requests.theirs), []
    while requests.full or not requests.flush() or len(came) < count:
        kind, _, part = inbox.next()
        assert kind == FORGET
        came += part
        requests.flush()
    requests.close()
    assert came == paths
