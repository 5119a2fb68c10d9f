"""Values as they travel between processes: a pickle with its large buffers beside it, small ones inline."""

from __future__ import annotations

import contextlib
import os
import pickle
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from . import container
from .readonly import sealed

if TYPE_CHECKING:
    from collections.abc import Callable

INLINE = 64 * 1024
"""Values up to this many bytes travel inline; larger ones become container files."""

Handed = bytes | tuple[str, int]
"""How another process gets a value: its pickle, or the container file and its size in bytes."""

_ELSEWHERE_UNKNOWN = (b"__main__", b"treadle_source_")
"""Modules that only this process has: a script, and Python source of a pipeline."""
_ROOM_LEFT = 64 << 20
Made = TypeVar("Made")


class NotPicklableError(Exception):
    """A value cannot travel; the text says why."""


def dumps(value: Any) -> bytes:
    """Pickle a value, by value what only the user's script defines; NotPicklableError says why it cannot be."""
    try:
        data = pickle.dumps(value, 5)
        if not _is_local(data):
            return data
    except Exception:  # noqa: S110, BLE001 - the second attempt tells
        pass
    return _by_value(lambda: bytes(_cloudpickle().dumps(value, protocol=5)))


def packed(value: Any) -> container.Packed:
    """Do as ``dumps``, but leave large buffers where they are."""
    try:
        found = container.pack(value)
        if not _is_local(bytes(found.data)):
            return found
    except Exception:  # noqa: S110, BLE001 - the second attempt tells
        pass
    return _by_value(lambda: container.pack(value, _cloudpickle().dumps))


def _is_local(data: bytes) -> bool:
    return any(name in data for name in _ELSEWHERE_UNKNOWN)


def _cloudpickle() -> Any:
    # Most values do without it.
    import cloudpickle

    return cloudpickle


def _by_value(pickled: Callable[[], Made]) -> Made:
    try:
        return pickled()
    except Exception as error:
        raise NotPicklableError(f"{type(error).__name__}: {error}") from error


def size_of(handed: Handed) -> int:
    """Return the size of a value in bytes."""
    return len(handed) if isinstance(handed, bytes) else handed[1]


def hand_out(value: Any, memory: Path, disk: Path) -> Handed:
    """Make a value fit to be read elsewhere; a large one goes into a file in ``memory`` if it has room, else ``disk``.

    NotPicklableError if it cannot be, OSError if there is no room for it.
    """
    made = packed(value)
    if made.size <= INLINE:
        return bytes(made.data) if not made.buffers else dumps(value)
    return write(made, memory, disk)


def write(made: container.Packed, memory: Path, disk: Path) -> tuple[str, int]:
    """Write a large value as ``hand_out`` does."""
    name = uuid.uuid4().hex
    if made.size + _ROOM_LEFT < _room(memory):
        try:
            container.write(memory / name, made)
            return str(memory / name), made.size
        except OSError:
            # Somebody else took the room: the disk may have some.
            pass
    container.write(disk / name, made)
    return str(disk / name), made.size


def load(handed: Handed) -> Any:
    """Return a value as it was handed out; arrays in it are read-only."""
    if isinstance(handed, bytes):
        return sealed(pickle.loads(handed))  # noqa: S301 - whoever calls this knows where it comes from
    return container.read(Path(handed[0]))


def discard(handed: Handed) -> None:
    """Remove the file in which a value was handed out, if it is in one and still there."""
    if not isinstance(handed, bytes):
        with contextlib.suppress(OSError):
            Path(handed[0]).unlink(missing_ok=True)


def _room(folder: Path) -> int:
    try:
        found = os.statvfs(folder)
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize
