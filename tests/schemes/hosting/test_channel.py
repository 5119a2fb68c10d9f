"""Messages between owner and worker, the large ones through files."""

from __future__ import annotations

import pickle

import pytest
from full_disks import room_for

from treadle.schemes.hosting.channel import (
    LARGEST,
    GarbledError,
    Inbox,
    packet,
    packets,
    pair,
    put_template,
    template,
)

LARGE = pickle.dumps(b"x" * (LARGEST + 1))


@pytest.fixture
def ends():
    ours, theirs = pair()
    with ours, theirs:
        yield ours, theirs


def test_a_message_that_is_too_large_for_a_packet_comes_through_a_file_that_is_removed(ends, tmp_path):
    ours, theirs = ends
    ours.send(packet(pickle.dumps("small"), tmp_path))
    ours.send(packet(LARGE, tmp_path))
    inbox = Inbox(theirs, tmp_path)
    assert inbox.next() == "small"
    assert len(inbox.next()) == LARGEST + 1
    assert not list(tmp_path.iterdir())


def test_where_the_first_folder_has_no_room_the_next_one_is_used(ends, tmp_path):
    ours, theirs = ends
    ours.send(packet(LARGE, tmp_path / "gone", tmp_path))
    assert len(Inbox(theirs, tmp_path / "gone", tmp_path).next()) == LARGEST + 1
    assert not list(tmp_path.iterdir())


def test_where_there_is_no_room_nothing_is_left_behind(tmp_path):
    with room_for(1000), pytest.raises(OSError, match="File too large"):
        packet(LARGE, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_name_of_a_file_that_is_no_message_is_not_read(ends, tmp_path):
    ours, theirs = ends
    (tmp_path / "secret").write_bytes(pickle.dumps("secret"))
    ours.send(b"F../secret")
    with pytest.raises(GarbledError):
        Inbox(theirs, tmp_path / "folder").next()


def test_a_message_about_many_items_goes_in_parts_that_need_no_file(ends, tmp_path):
    ours, theirs = ends
    items = [bytes(50_000) + bytes([number]) for number in range(7)]
    with room_for(1000):
        made = list(packets(3, items, tmp_path))
    inbox = Inbox(theirs, tmp_path)
    came = []
    for _, data in made:
        ours.send(data)
        kind, part = inbox.next()
        came += part
        assert kind == 3
    assert len(made) > 1
    assert came == items


def test_of_many_items_only_those_are_left_out_for_which_there_is_no_room(ends, tmp_path):
    ours, theirs = ends
    large = b"x" * (LARGEST + 1)
    with room_for(1000):
        made = list(packets(3, ["a", large, "b"], tmp_path))
    told = [data for _, data in made if isinstance(data, bytes)]
    for data in told:
        ours.send(data)
    inbox = Inbox(theirs, tmp_path)
    assert [item for _ in told for item in inbox.next()[1]] == ["a", "b"]
    assert [part for part, data in made if isinstance(data, OSError)] == [[large]]
    assert not list(tmp_path.iterdir())


def test_a_template_is_found_in_the_folder_that_had_room_for_it(tmp_path):
    put_template(7, b"told once", tmp_path / "gone", tmp_path)
    assert template(7, tmp_path / "gone", tmp_path) == b"told once"
