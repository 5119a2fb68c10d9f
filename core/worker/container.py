"""Container files: one pickled value whose large buffers lie beside it, ready to be mapped into any process.

The file is: header, table of buffers, pickle, then the buffers, each at a multiple of 64 bytes. It is written
under a temporary name, with its room reserved first, and never changed or truncated afterwards.
"""

from __future__ import annotations

import mmap
import os
import pickle
import struct
import zlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"treadle\0"
VERSION = 1
ALIGNMENT = 64
_HEADER = struct.Struct("<8sHHIQQII")
_ENTRY = struct.Struct("<QQ")
_CHECKED = 1
_MOST_PIECES = 512

Dump = Callable[..., bytes]


class ContainerError(Exception):
    """The file is no whole container of this version."""


class Packed(NamedTuple):
    """A pickled value: the pickle, and the buffers it refers to."""

    data: bytes | memoryview
    buffers: tuple[memoryview, ...]

    @property
    def size(self) -> int:
        """How many bytes both have together."""
        return len(self.data) + sum(buffer.nbytes for buffer in self.buffers)

    def load(self) -> Any:
        """Make the value; its buffers are shared with all other values made from this."""
        return pickle.loads(self.data, buffers=self.buffers)  # noqa: S301 - made by a worker of this run


def pack(value: Any, dump: Dump = pickle.dumps) -> Packed:
    """Pickle a value with its contiguous buffers left where they are; nothing large is copied."""
    buffers: list[memoryview] = []

    def keep_in_band(buffer: pickle.PickleBuffer) -> bool:
        try:
            buffers.append(buffer.raw())
        except BufferError:
            # It is not contiguous: the pickle takes a copy.
            return True
        return False

    return Packed(dump(value, protocol=5, buffer_callback=keep_in_band), tuple(buffers))


def write(path: Path, packed: Packed, *, checked: bool = False) -> int:
    """Write a container and return its size; OSError, with nothing left behind, if there is no room.

    With ``checked`` the buffers have a checksum too, which costs about as much as writing them.
    """
    head, total = _head(packed, checked=checked)
    temporary = path.with_name(f"{path.name}.partial")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, total)
        _write_all(descriptor, _pieces(head, packed))
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return total


def _head(packed: Packed, *, checked: bool) -> tuple[bytes, int]:
    end = _HEADER.size + _ENTRY.size * len(packed.buffers) + len(packed.data)
    table = bytearray()
    for buffer in packed.buffers:
        start = _aligned(end)
        table += _ENTRY.pack(start, buffer.nbytes)
        end = start + buffer.nbytes
    flags = _CHECKED if checked else 0
    facts = (MAGIC, VERSION, flags, len(packed.buffers), len(packed.data), end)
    of_buffers = _checksum(packed.buffers) if checked else 0
    of_head = _checksum([_HEADER.pack(*facts, 0, of_buffers), table, packed.data])
    return _HEADER.pack(*facts, of_head, of_buffers) + table, end


def _pieces(head: bytes, packed: Packed) -> list[memoryview]:
    pieces = [memoryview(head), memoryview(packed.data)]
    end = len(head) + len(packed.data)
    for buffer in packed.buffers:
        pieces.append(memoryview(bytes(_aligned(end) - end)))
        pieces.append(buffer.cast("B"))
        end = _aligned(end) + buffer.nbytes
    return [piece for piece in pieces if piece.nbytes]


def _write_all(descriptor: int, pieces: list[memoryview]) -> None:
    place = 0
    while place < len(pieces):
        written = os.writev(descriptor, pieces[place : place + _MOST_PIECES])
        while place < len(pieces) and written >= pieces[place].nbytes:
            written -= pieces[place].nbytes
            place += 1
        if written:
            pieces[place] = pieces[place][written:]


def read(path: Path, *, verify: bool = False) -> Any:
    """Return the value of a container; ContainerError as from ``mapped``."""
    return mapped(path, verify=verify).load()


def mapped(path: Path, *, verify: bool = False) -> Packed:
    """Return a container as read-only memory of its file, shared by all who read it; nothing is unpickled.

    ContainerError if it is truncated or damaged: always for all but the buffers, with ``verify`` for those
    too.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < _HEADER.size:
            raise ContainerError(f"{path} is too short to be a container")
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    magic, version, flags, count, length, total, of_head, of_buffers = _HEADER.unpack_from(whole)
    if magic != MAGIC or version != VERSION:
        raise ContainerError(f"{path} is no container of version {VERSION}")
    begin = _HEADER.size + _ENTRY.size * count
    if total != size or begin + length > size:
        raise ContainerError(f"{path} is truncated or damaged")
    header = _HEADER.pack(magic, version, flags, count, length, total, 0, of_buffers)
    if _checksum([header, whole[_HEADER.size : begin + length]]) != of_head:
        raise ContainerError(f"{path} is damaged")
    table = _ENTRY.iter_unpack(whole[_HEADER.size : begin])
    buffers = [whole[start : start + extent] for start, extent in table]
    if verify and flags & _CHECKED and _checksum(buffers) != of_buffers:
        raise ContainerError(f"the buffers of {path} are damaged")
    return Packed(whole[begin : begin + length], tuple(buffers))


def _checksum(pieces: Iterable[Any]) -> int:
    found = 0
    for piece in pieces:
        found = zlib.crc32(piece, found)
    return found


def _aligned(place: int) -> int:
    return -(-place // ALIGNMENT) * ALIGNMENT
