"""Gathers what the host has to tell, and sends many messages at a time."""

from __future__ import annotations

import os
import pickle
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from ...core.worker.failures import Cause
from ..hosting import channel as ch
from .messages import CUT_OFF, LINE, PROGRESS, RESULT

if TYPE_CHECKING:
    import socket
    from pathlib import Path

AT_A_TIME = 512


class Outbox:
    """Messages on their way to the owner, in the order in which they were added. Any thread may add and flush.

    Nothing stays here for long, whatever the threads do: ``wake`` is an event that becomes ready when there is
    something to send and nobody looks after it; whoever waits for that calls ``flush`` within ``TICK`` seconds.
    """

    def __init__(self, channel: socket.socket, *folders: Path) -> None:
        self._channel, self._folders = channel, folders
        self._identity = _identity(channel)
        self._gathered: deque[tuple[Any, ...]] = deque()
        self._lock = threading.Lock()
        self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.attended = False

    def add(self, message: tuple[Any, ...]) -> None:
        """Take a message; it is sent soon."""
        self._gathered.append(message)
        if not self.attended:
            self.attended = True
            self.check()
            os.eventfd_write(self.wake, 1)

    def __len__(self) -> int:
        return len(self._gathered)

    def flush(self) -> None:
        """Send all that was gathered."""
        while self._gathered:
            self.check()
            with self._lock:
                # No swapping of lists: another thread may be about to add to the old one.
                batch = [self._gathered.popleft() for _ in range(min(len(self._gathered), AT_A_TIME))]
                if not batch:
                    return
                try:
                    packets = self._packets(batch)
                except BaseException:  # noqa: BLE001 - an answer that is not sent must not be waited for
                    os._exit(1)
                try:
                    for packet in packets:
                        self._channel.send(packet)
                except OSError:
                    os._exit(CUT_OFF)

    def _packets(self, batch: list[tuple[Any, ...]]) -> list[bytes]:
        """Return what to send. Without room for what is large, answers are replaced, and what is said is dropped."""
        try:
            return [ch.packet(_pickled(batch), *self._folders)]
        except OSError as error:
            if len(batch) > 1:
                return [packet for message in batch for packet in self._packets([message])]
            if batch[0][0] in {LINE, PROGRESS}:
                return []
            cause = Cause("insufficient resources", f"there is no room to tell what came of it: {error}")
            return [ch.packet(_pickled([_replaced(batch[0], cause)]))]

    def check(self) -> None:
        """End the process if its channel is not there any more.

        A module may have closed it, and what then got its number is no business of ours.
        """
        if _identity(self._channel) != self._identity:
            os._exit(CUT_OFF)


def _identity(channel: socket.socket) -> tuple[int, int]:
    try:
        found = os.fstat(channel.fileno())
    except OSError:
        return -1, -1
    return found.st_dev, found.st_ino


def _pickled(batch: list[tuple[Any, ...]]) -> bytes:
    try:
        return pickle.dumps(batch, 5)
    except BaseException:  # noqa: BLE001 - what a module made may raise anything
        return pickle.dumps([message if _travels(message) else _blamed(message) for message in batch], 5)


def _travels(message: tuple[Any, ...]) -> bool:
    try:
        pickle.dumps(message, 5)
    except BaseException:  # noqa: BLE001 - as above
        return False
    return True


def _blamed(message: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a result that can be told in the place of one that cannot."""
    if message[0] != RESULT:
        return (message[0], *("?" if isinstance(one, str) else one for one in message[1:2]))
    cause = Cause("not picklable", "what is told of the result (labels, previews) cannot leave the thread host")
    return _replaced(message, cause)


def _replaced(result: tuple[Any, ...], cause: Cause) -> tuple[Any, ...]:
    _, number, _, _, _, *used = result
    return (RESULT, number, cause, (), 0, *used)
