"""What a worker and its owner tell each other through shared memory, where asking the kernel would cost too much."""

from __future__ import annotations

import mmap
import os
import pickle
import struct
from typing import Any

BEGUN, ENDED, EPOCH, STOP, ASKED, READINGS, CONSUMED, WORN, _PUT, _TAKEN = range(10)
"""The numbers on the board. By the worker: the last call that it began, that it ended, that asked whether it was
cancelled. By the owner: how often calls were taken back, the call to be stopped, how often it began or ended to
read output (odd while it reads), and how many bytes of output it has read. By the worker again: whether a module has
changed it for good, so that it begins no other call before it is told to."""

_HEAD = 128
_ROOM = 256 * 1024
_RECORD = struct.Struct("<QI")
_TO_THE_END = 0xFFFFFFFF
LARGEST = 32 * 1024
"""In bytes; larger answers go through the channel."""


class Board:
    """One page of numbers, and a ring of answers that outlives the worker that wrote them.

    Each number has one writer, and so has each end of the ring.
    """

    def __init__(self, descriptor: int) -> None:
        self._map = mmap.mmap(descriptor, _HEAD + _ROOM)
        self.numbers = memoryview(self._map)[:_HEAD].cast("Q")
        self._ring = memoryview(self._map)[_HEAD:]
        self._put = self._taken = 0

    # The worker

    def put(self, number: int, answer: Any) -> bool:
        """Write the answer to a call; False if it is too large, or the ring is full."""
        data = answer if isinstance(answer, bytes) else pickle.dumps(answer, 5)
        length = len(data)
        need = -(-(_RECORD.size + length) // 16) * 16
        start = self._put % _ROOM
        skipped = 0 if start + need <= _ROOM else _ROOM - start
        if length > LARGEST or self._put + skipped + need - self.numbers[_TAKEN] > _ROOM:
            return False
        if skipped:
            _RECORD.pack_into(self._ring, start, 0, _TO_THE_END)
            start = 0
        begin = start + _RECORD.size
        self._ring[begin : begin + length] = data
        _RECORD.pack_into(self._ring, start, number, length)
        self._put += skipped + need
        # Only now it is there: a worker that dies before has not answered.
        self.numbers[_PUT] = self._put
        return True

    @property
    def filled(self) -> int:
        """How many bytes of answers the owner has not taken yet."""
        return self._put - self.numbers[_TAKEN]

    # The owner

    def take(self, number: int) -> Any:
        """Return the answer to this call; None if it is not the next in the ring. ValueError if the ring is broken."""
        if self._taken == self.numbers[_PUT]:
            return None
        start = self._taken % _ROOM
        found, length = _RECORD.unpack_from(self._ring, start)
        skipped = 0
        if length == _TO_THE_END:
            skipped, start = _ROOM - start, 0
            found, length = _RECORD.unpack_from(self._ring, 0)
        if found != number:
            return None
        if length > LARGEST:
            raise ValueError(f"an answer of {length} bytes")
        begin = start + _RECORD.size
        answer = pickle.loads(self._ring[begin : begin + length])  # noqa: S301 - both ends belong to one run
        self._taken += skipped + -(-(_RECORD.size + length) // 16) * 16
        self.numbers[_TAKEN] = self._taken
        return answer

    def close(self) -> None:
        """Let go of the memory."""
        self.numbers.release()
        self._ring.release()
        self._map.close()


def new_board() -> int:
    """Return the descriptor of a new board."""
    descriptor = os.memfd_create("treadle-board", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, _HEAD + _ROOM)
    return descriptor
