"""What workers are to be told waits where their channel is full, and leaves no files."""

from __future__ import annotations

import os

import pytest
from full_disks import room_for

from treadle.schemes.hosting import channel as ch
from treadle.schemes.processes.parcels import Parcels
from treadle.schemes.processes.requests import Requests
from treadle.schemes.processes.service import FORGET

LARGE = b"x" * 200_000


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
