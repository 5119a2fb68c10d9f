"""The memory that a worker shares with its owner."""

from __future__ import annotations

import os
import random

import pytest

from treadle.schemes.processes.board import LARGEST, Board, new_board


@pytest.fixture
def boards():
    """The worker's and the owner's view of one board."""
    descriptor = new_board()
    both = Board(descriptor), Board(descriptor)
    yield both
    for board in both:
        board.close()
    os.close(descriptor)


def test_answers_come_out_as_they_went_in_around_many_ends_of_the_ring(boards):
    worker, owner = boards
    chance = random.Random(1)
    waiting = []
    for number in range(1, 5000):
        answer = os.urandom(chance.randrange(3000))
        while not worker.put(number, [answer]):
            assert owner.take(waiting[0][0]) == [waiting.pop(0)[1]]
        waiting.append((number, answer))
    assert worker.filled > 100_000
    for number, answer in waiting:
        assert owner.take(number) == [answer]
    assert worker.filled == 0


def test_what_is_too_large_is_refused(boards):
    worker, owner = boards

    assert not worker.put(1, b"x" * (LARGEST + 1))
    assert worker.put(2, b"\x80\x05K\x07.")
    assert owner.take(1) is None
    assert owner.take(2) == 7


def test_a_broken_ring_is_told(boards):
    worker, owner = boards
    worker.put(1, b"\x80\x05K\x07.")
    worker._ring[:12] = (1).to_bytes(8, "little") + (1 << 30).to_bytes(4, "little")

    with pytest.raises(ValueError, match="an answer of"):
        owner.take(1)
