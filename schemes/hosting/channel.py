"""Messages between owner and worker: one packet each; what is too large for a packet goes through a file."""

from __future__ import annotations

import contextlib
import pickle
import re
import socket
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LARGEST = 128 * 1024
"""In bytes; a packet must fit whole into a socket's buffer."""

_IN_FILE = b"F"
_FILE_NAME = re.compile(rb"message-[0-9a-f]{32}")

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
    _put(name, payload, folders)
    return _IN_FILE + name.encode()


def unsend(packet: bytes, *folders: Path) -> None:
    """Remove the file that a packet names, if it names one: it was not sent."""
    if packet[:1] == _IN_FILE:
        _found(packet[1:].decode(), folders).unlink(missing_ok=True)


def packets(kind: int, items: Sequence[Any], *folders: Path) -> Iterator[tuple[Sequence[Any], bytes | OSError]]:
    """Yield what to send for a message about items: one packet if they fit into it, else several, in their order.

    With each come the items that it is about. For one alone that is too large the packet names a file; if no folder has
    room for that, the error comes in its place.
    """
    payload = pickle.dumps((kind, items), 5)
    if len(payload) > LARGEST and len(items) > 1:
        half = len(items) // 2
        yield from packets(kind, items[:half], *folders)
        yield from packets(kind, items[half:], *folders)
        return
    try:
        yield items, packet(payload, *folders)
    except OSError as error:
        yield items, error


def put_template(number: int, data: bytes, *folders: Path) -> None:
    """Write what all calls of one kind have in common where workers find it; OSError if no folder has room."""
    _put(f"template-{number}", data, folders)


def template(number: int, *folders: Path) -> bytes:
    """Return what ``put_template`` has written."""
    return _found(f"template-{number}", folders).read_bytes()


def _put(name: str, data: bytes, folders: Sequence[Path]) -> None:
    for place, folder in enumerate(folders, 1):
        try:
            (folder / name).write_bytes(data)
            return
        except OSError:
            with contextlib.suppress(OSError):
                (folder / name).unlink()
            if place == len(folders):
                raise


def _found(name: str, folders: Sequence[Path]) -> Path:
    *others, last = [folder / name for folder in folders]
    return next((other for other in others if other.exists()), last)


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
        path = _found(name.decode(), self._folders)
        payload = path.read_bytes()
        path.unlink(missing_ok=True)
        return payload
