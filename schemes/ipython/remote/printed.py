"""Takes what tasks print, by Python, C code or children, without ever making them wait."""

from __future__ import annotations

import ctypes
import fcntl
import os
import sys
import tempfile
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PIECE = 128 * 1024
"""In bytes: what is read at a time."""

EMPTIED = 16 << 20
"""In bytes: when so much was read, its room in the file is given back."""

_PUNCH_HOLE = 0x03
"""For ``fallocate``: free a part, and keep the length of the file."""


class Printed:
    """Descriptors 1 and 2 and the standard streams, turned to a nameless file while a batch runs.

    A pipe would be full as soon as C code that holds the interpreter prints more than it takes: nobody could read it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = _opened(folder)
        status = os.fstat(self._file)
        self._identity = status.st_dev, status.st_ino
        # The length of the file if it was looked up a moment ago.
        self._size = -1
        self._read = self._freed = 0
        self._saved: tuple[int, int] | None = None
        self.streams: tuple[TextIO, TextIO] = sys.stdout, sys.stderr

    def __enter__(self) -> Printed:
        self._engine = sys.stdout, sys.stderr
        self._flush(*self._engine, sys.__stdout__, sys.__stderr__)
        self._saved = _copy_of(1), _copy_of(2)
        os.dup2(self._file, 1)
        os.dup2(self._file, 2)
        self.streams = _stream(1), _stream(2)
        sys.stdout, sys.stderr = self.streams
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()
        sys.stdout, sys.stderr = self._engine
        assert self._saved is not None
        for place, saved in enumerate(self._saved, 1):
            if saved < 0:
                os.close(place)
            else:
                os.dup2(saved, place)
                os.close(saved)
        os.close(self._file)

    def flush(self, *, thoroughly: bool = True) -> None:
        """Write what is in the buffers of Python, and ``thoroughly`` those of C."""
        if not thoroughly:
            self._flush(*self.streams)
            return
        self._flush(*self.streams, sys.__stdout__, sys.__stderr__)
        if _libc is not None:
            _libc.fflush(None)

    def _flush(self, *streams: TextIO | None) -> None:
        for stream in streams:
            try:
                if stream is not None:
                    stream.flush()
            except (OSError, ValueError):
                # A module has closed it.
                continue

    def repair(self, *, thoroughly: bool = True) -> bool:
        """Turn the descriptors to the file again, and make new streams, if a module has closed or turned them.

        Return whether there are new streams. Only ``thoroughly`` the second descriptor is looked at too.
        """
        self._size = self._turned_back(1)
        if thoroughly:
            self._turned_back(2)
        if not (self.streams[0].closed or self.streams[1].closed):
            return False
        self.streams = _stream(1), _stream(2)
        sys.stdout, sys.stderr = self.streams
        return True

    def _turned_back(self, descriptor: int) -> int:
        """Have a descriptor lead to the file; return the length of that if it is known."""
        try:
            found = os.fstat(descriptor)
        except OSError:
            found = None
        if found is not None and (found.st_dev, found.st_ino) == self._identity:
            return found.st_size
        os.dup2(self._file, descriptor)
        return -1

    def read(self) -> Iterator[bytes]:
        """Yield what was printed since the last time, in pieces."""
        end, self._size = self._size, -1
        if end < 0:
            end = os.fstat(self._file).st_size
        if end <= self._read:
            # A module may have cut it.
            self._read, self._freed = end, min(self._freed, end)
            return
        while data := os.pread(self._file, _PIECE, self._read):
            self._read += len(data)
            yield data
        if self._read - self._freed > EMPTIED:
            self._free()

    def _free(self) -> None:
        """Give back the room of what was read."""
        if _freed(self._file, self._freed, self._read - self._freed):
            self._freed = self._read
            return
        # What is printed just now may be lost with it; it is at the end of 16 megabytes.
        os.ftruncate(self._file, 0)
        self._read = self._freed = 0


def _freed(file: int, start: int, length: int) -> bool:
    """Give back the room of a part of a file, whose length stays; False where that cannot be done."""
    free = getattr(_libc, "fallocate64", None)
    if free is None:
        return False
    return bool(free(file, _PUNCH_HOLE, ctypes.c_int64(start), ctypes.c_int64(length)) == 0)


def _opened(folder: Path) -> int:
    try:
        descriptor, name = tempfile.mkstemp(prefix="printed-", dir=folder)
        os.unlink(name)  # noqa: PTH108 - as it was made
    except OSError:
        # There is no room for it: what is printed has to be kept in memory.
        descriptor = os.memfd_create("treadle-printed", os.MFD_CLOEXEC)
    # Whoever writes writes at the end, also after the file was emptied.
    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_APPEND)
    return descriptor


def _copy_of(descriptor: int) -> int:
    """Return a copy of a descriptor; -1 if it is closed."""
    try:
        return os.dup(descriptor)
    except OSError:
        return -1


def _stream(descriptor: int) -> TextIO:
    return open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _standard_library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):
        return None


_libc = _standard_library()
