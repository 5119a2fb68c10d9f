"""Messages between owner and worker: one packet each; what is too large for a packet goes through a file."""

from __future__ import annotations

import contextlib
import pickle
import re
import socket
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 128 * 1024
"""In bytes; a packet must fit whole into a socket's buffer."""

_IN_FILE = b"F"
_FILE_NAME = re.compile(rb"message-[0-9a-f]{32}")

JOB, RELEASE, FINISH = range(3)
"""What the owner sends: a job, tasks to be forgotten, and the end."""

RESULT, PROGRESS, LEFTOVERS = range(3)
"""What a worker sends: how a call ended, how far it is, what it left running."""


class GarbledError(Exception):
    """What came through a channel is no message: a module has written there."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Return the owner's end, which never blocks, and the worker's."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    return ours, theirs


def packet(payload: bytes, *folders: Path) -> bytes:
    """Return what to send for a pickled message: itself, or the name of the file that it was put in.

    That is in the first of the folders that has room; OSError, with nothing left behind, if none has.
    """
    if len(payload) <= LARGEST:
        return payload
    name = f"message-{uuid.uuid4().hex}"
    for place, folder in enumerate(folders, 1):
        try:
            (folder / name).write_bytes(payload)
            break
        except OSError:
            with contextlib.suppress(OSError):
                (folder / name).unlink()
            if place == len(folders):
                raise
    return _IN_FILE + name.encode()


def template_file(folder: Path, number: int) -> Path:
    """Return where workers find what all calls of one kind have in common."""
    return folder / f"template-{number}"


class Inbox:
    """Reads the messages of one end of a channel; the large ones are in one of ``folders``."""

    def __init__(self, channel: socket.socket, *folders: Path) -> None:
        self._channel, self._folders = channel, folders
        self._buffer = bytearray(LARGEST + 4096)
        self._view = memoryview(self._buffer)

    def next(self, flags: int = 0) -> Any:
        """Return the next message, None at the end; BlockingIOError if there is none and the channel does
        not wait, GarbledError if it is none."""
        try:
            size = self._channel.recv_into(self._buffer, 0, flags)
        except ConnectionError:
            size = 0
        if not size:
            return None
        try:
            return pickle.loads(self._payload(size))  # noqa: S301 - both ends belong to one run
        except Exception as error:
            raise GarbledError(f"{type(error).__name__}: {error}") from error

    def _payload(self, size: int) -> memoryview | bytes:
        if self._buffer[0] != _IN_FILE[0]:
            return self._view[:size]
        name = bytes(self._view[1:size])
        if not _FILE_NAME.fullmatch(name):
            raise ValueError("there is no such file of messages")
        *others, path = [folder / name.decode() for folder in self._folders]
        path = next((other for other in others if other.exists()), path)
        payload = path.read_bytes()
        path.unlink(missing_ok=True)
        return payload
