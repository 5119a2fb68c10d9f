"""Messages between owner and worker, the large ones through files."""

from __future__ import annotations

import contextlib
import pickle
import resource

import pytest

from treadle.schemes.hosting.channel import LARGEST, GarbledError, Inbox, packet, pair

LARGE = pickle.dumps(b"x" * (LARGEST + 1))


@pytest.fixture
def ends():
    ours, theirs = pair()
    with ours, theirs:
        yield ours, theirs


@contextlib.contextmanager
def room_for(size):
    """Let no file get larger than this, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


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
