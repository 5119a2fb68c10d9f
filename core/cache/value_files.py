"""The files of the cache that hold large values: each is signed, and checked before anybody reads it."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from ..worker.digest import stamp_of
from .entries import NotInCacheError, ValueFile
from .index import SET_ASIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from .signing import Signer

_BLOCK = 1 << 20
_PARTIAL = ".partial"


class ValueFiles:
    """The folder ``values`` of a cache. May be used by several threads and processes at once."""

    def __init__(self, folder: Path, signer: Signer) -> None:
        self.folder = folder / "values"
        self._set_aside = folder / SET_ASIDE
        self._signer = signer
        self._lock = threading.Lock()
        self._verified: dict[str, bytes] = {}

    def place(self, name: str) -> Path:
        """Return where the file of this name lies."""
        return self.folder / name[:2] / name

    # Writing

    def copy(self, source: Path | int) -> ValueFile:
        """Copy a file, or one that is open, into the cache, synced and under a name of its own.

        OSError, with nothing left behind, if it fails.
        """
        if isinstance(source, int):
            return self._made(lambda target: _copied(source, target))
        with source.open("rb") as original:
            return self._made(lambda target: _copied(original.fileno(), target))

    def write(self, pieces: Iterable[bytes]) -> ValueFile:
        """Write a file of these pieces, as ``copy`` does."""

        def written(target: int) -> None:
            for piece in pieces:
                _write_all(target, piece)

        return self._made(written)

    def _made(self, fill: Any) -> ValueFile:
        name = uuid.uuid4().hex
        path = self.place(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_name(name + _PARTIAL)
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fill(descriptor)
            os.fsync(descriptor)
            size, mac = os.fstat(descriptor).st_size, self._signed(descriptor)
            temporary.rename(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
        return ValueFile(name, size, mac)

    # Reading

    def is_there(self, file: ValueFile) -> bool:
        """Say whether a file looks as it was written; nothing is read."""
        try:
            status = self.place(file.name).lstat()
        except OSError:
            return False
        return stat.S_ISREG(status.st_mode) and status.st_size == file.size and status.st_uid == os.getuid()

    def check(self, file: ValueFile) -> Path:
        """Return where a file lies once it is verified; NotInCacheError says why it is not to be read."""
        with self._opened(file):
            return self.place(file.name)

    def read(self, file: ValueFile, start: int, size: int) -> bytes:
        """Return some bytes of a file that is verified; NotInCacheError as from ``check``."""
        with self._opened(file) as descriptor:
            found = os.pread(descriptor, size, start)
        if len(found) != size:
            raise NotInCacheError(f"{self.place(file.name)} is too short")
        return found

    @contextlib.contextmanager
    def _opened(self, file: ValueFile) -> Iterator[int]:
        path = self.place(file.name)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise NotInCacheError(f"{path} cannot be opened: {error.strerror}") from None
        try:
            self._verify(path, file, descriptor)
            yield descriptor
        except OSError as error:
            raise NotInCacheError(f"{path} cannot be read: {error.strerror}") from None
        finally:
            os.close(descriptor)

    def _verify(self, path: Path, file: ValueFile, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotInCacheError(f"{path} is no file")
        if status.st_uid != os.getuid():
            raise NotInCacheError(f"{path} belongs to another user")
        if status.st_size != file.size:
            raise NotInCacheError(f"{path} has {status.st_size} bytes, but {file.size} were written")
        stamp = stamp_of(status) + file.mac
        with self._lock:
            known = self._verified.get(file.name) == stamp
        if not known and self._signed(descriptor) != file.mac:
            raise NotInCacheError(f"{path} is not as it was written")
        if time.time() - status.st_mtime > 2:
            # Verified once is enough, unless it may change again without another time showing it.
            with self._lock:
                self._verified[file.name] = stamp

    def _signed(self, descriptor: int) -> bytes:
        # Not mapped into memory: a file that gets shorter meanwhile would end the process.
        hasher, place = self._signer.hasher(), 0
        block = memoryview(bytearray(min(_BLOCK, os.fstat(descriptor).st_size + 1)))
        while count := os.preadv(descriptor, [block], place):
            hasher.update(block[:count])
            place += count
        return bytes(hasher.digest())

    # Cleaning up

    def remove(self, names: Iterable[str]) -> None:
        """Remove files; those who have them open or mapped go on reading."""
        for name in names:
            with contextlib.suppress(OSError):
                self.place(name).unlink()
            with self._lock:
                self._verified.pop(name, None)

    def set_aside(self, name: str) -> None:
        """Move a file that does not verify out of the way, where a person can look at it."""
        with contextlib.suppress(OSError):
            self._set_aside.mkdir(mode=0o700, exist_ok=True)
            self.place(name).rename(self._set_aside / name)

    def names(self, older_than: float) -> Iterator[tuple[str, int]]:
        """Go through the files, also unfinished ones, not changed since this time: their names and sizes."""
        with contextlib.suppress(FileNotFoundError):
            for folder in self.folder.iterdir():
                yield from _old_files(folder, older_than)


def _old_files(folder: Path, older_than: float) -> Iterator[tuple[str, int]]:
    with contextlib.suppress(OSError):
        for entry in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                status = entry.lstat()
                if max(status.st_mtime, status.st_ctime) < older_than:
                    yield entry.name, status.st_size


def _copied(source: int, target: int) -> None:
    """Copy a whole file, sharing its blocks where the file system can."""
    left, place = os.fstat(source).st_size, 0
    if left:
        os.posix_fallocate(target, 0, left)
    while left:
        try:
            count = os.copy_file_range(source, target, left, place, place)
        except OSError:
            if place:
                raise
            count = _copied_by_hand(source, target)
        if not count:
            raise OSError(errno.EIO, f"the value got shorter by {left} bytes while it was copied")
        left, place = left - count, place + count


def _copied_by_hand(source: int, target: int) -> int:
    block, place = memoryview(bytearray(_BLOCK)), 0
    while count := os.preadv(source, [block], place):
        _write_all(target, block[:count])
        place += count
    return place


def _write_all(target: int, piece: bytes | memoryview) -> None:
    rest = memoryview(piece)
    while rest.nbytes:
        rest = rest[os.write(target, rest) :]
