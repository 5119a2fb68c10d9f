"""Digests of values and of the files they name: equal for equal content, whatever process they are made in."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import struct
import threading
import time
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from .handing import packed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

ABSENT = hashlib.sha256(b"there is no such file").digest()
"""The digest of a file that does not exist."""

_BLOCK = 1 << 20
_YOUNG = 2.0
MOST_FILES = 100_000
"""How many files are remembered about: some 30 MB."""

OFTEN = 1_000
"""With the first of so many that are new, the oldest are forgotten."""

_MEMO = "CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, stamp BLOB, digest BLOB, checksum BLOB)"
_FORGET = "DELETE FROM files WHERE rowid <= (SELECT max(rowid) FROM files) - ?"
"""What is remembered anew gets the highest number: nothing has to be counted or sorted."""


class UndigestedError(Exception):
    """There is no digest of this value or file; the text says why."""


# Files


def content_digest(path: Path) -> bytes:
    """Return the SHA-256 of a file, or of the names and contents of a directory; UndigestedError if it cannot be read.

    Links in a directory that lead to directories count by where they lead.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return _of_folder(path, content_digest)
        if not stat.S_ISREG(status.st_mode):
            raise UndigestedError(f"{path} is neither a file nor a directory")
        return _of_file(path)
    except OSError as error:
        raise UndigestedError(f"{path} cannot be read: {error.strerror or error}") from None


def _of_file(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        block = memoryview(bytearray(min(_BLOCK, os.fstat(file.fileno()).st_size + 1)))
        while count := file.readinto(block):
            digest.update(block[:count])
    return digest.digest()


def _of_folder(path: Path, of_entry: Any) -> bytes:
    digest = hashlib.sha256()
    for entry in sorted(os.scandir(path), key=lambda entry: os.fsencode(entry.name)):
        digest.update(b"\0" + os.fsencode(entry.name) + b"\0")
        if entry.is_symlink() and not entry.is_file():
            digest.update(b"link " + os.fsencode(os.readlink(entry.path)))  # noqa: PTH115
        else:
            digest.update(of_entry(Path(entry.path)))
    return digest.digest()


def stamp_of(status: os.stat_result) -> bytes:
    """Return what changes whenever a file changes: size, times and the number of its inode."""
    return struct.pack("<QqqQ", status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


class FileDigests:
    """Digests of files, remembered in a small database for as long as size, times and inode stay the same.

    When there are too many, those are forgotten that were remembered longest ago. May be used
    by several threads and processes at once; without its database it reads each file again.
    """

    def __init__(self, memo: Path | None) -> None:
        self._memo = memo
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._new = 0

    def digest(self, path: Path) -> bytes:
        """Return the digest of a file or directory as ``content_digest`` does, ABSENT if there is none."""
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return ABSENT
        except (OSError, ValueError) as error:
            raise UndigestedError(f"{path} cannot be read: {error}") from None
        if stat.S_ISDIR(status.st_mode):
            try:
                return _of_folder(path, self.digest)
            except OSError as error:
                raise UndigestedError(f"{path} cannot be read: {error.strerror or error}") from None
        name, stamp = os.path.abspath(path), stamp_of(status)  # noqa: PTH100 - links may stay
        known = self._known(name, stamp)
        return known if known is not None else self._read(path, name, stamp)

    def _read(self, path: Path, name: str, stamp: bytes) -> bytes:
        for _ in range(2):
            found = content_digest(path)
            try:
                status = path.stat()
            except OSError as error:
                raise UndigestedError(f"{path} cannot be read: {error.strerror or error}") from None
            if stamp_of(status) == stamp:
                # A file that changed just now may change again without another time showing it.
                if time.time() - status.st_mtime > _YOUNG:
                    self._remember(name, stamp, found)
                return found
            stamp = stamp_of(status)
        raise UndigestedError(f"{path} changes while it is read")

    def _known(self, name: str, stamp: bytes) -> bytes | None:
        rows = self._execute("SELECT digest, checksum FROM files WHERE path = ? AND stamp = ?", (name, stamp))
        for digest, checksum in rows:
            if checksum == _checksum(name, stamp, digest):
                return bytes(digest)
        return None

    def _remember(self, name: str, stamp: bytes, digest: bytes) -> None:
        row = (name, stamp, digest, _checksum(name, stamp, digest))
        self._execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row)
        if self._new % OFTEN == 0:
            self._execute(_FORGET, (MOST_FILES,))
        self._new += 1

    def _execute(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._memo is None:
            return []
        # Most processes never need it.
        import sqlite3

        with self._lock:
            try:
                if self._database is None:
                    self._database = _opened(self._memo)
                return self._database.execute(statement, values).fetchall()
            except (sqlite3.Error, OSError, UnicodeError):
                # It only saves time: whoever cannot have it reads the files.
                return []

    def close(self) -> None:
        """Let go of the database; it is opened again when it is needed."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None


def _opened(memo: Path) -> sqlite3.Connection:
    import sqlite3

    memo.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = sqlite3.connect(memo, timeout=1.0, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA journal_mode = TRUNCATE")
        database.execute(_MEMO)
    except BaseException as error:
        database.close()
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            # It is damaged: the next one to come makes a new one.
            with contextlib.suppress(OSError):
                memo.unlink()
        raise
    return database


def _checksum(name: str, stamp: bytes, digest: bytes) -> bytes:
    return hashlib.blake2b(os.fsencode(name) + b"\0" + stamp + digest, digest_size=8).digest()


# Values


class Canonical:
    """Writes values as bytes that differ where the values or their types differ; a path brings its content along."""

    def __init__(self, files: FileDigests) -> None:
        self.files = files

    def pieces(self, value: Any, seen: dict[int, int] | None = None) -> Iterator[bytes | memoryview]:
        """Go through the bytes of a value; UndigestedError if it has none.

        A container that stands in several places, or in itself, is told once; ``seen`` numbers those told so far.
        """
        kind = type(value)
        if kind is str:
            yield self.text(value)
        elif kind in _PLAIN:
            yield _PLAIN[kind](value)
        elif isinstance(value, PurePath):
            yield self.path(value)
        elif kind in _CONTAINERS or isinstance(value, tuple):
            seen = {} if seen is None else seen
            if id(value) in seen:
                yield b"r%d;" % seen[id(value)]
            else:
                seen[id(value)] = len(seen)
                yield from self._held(value, seen)
        else:
            yield from self.other(value)

    def _held(self, value: Any, seen: dict[int, int]) -> Iterator[bytes | memoryview]:
        kind = type(value)
        if isinstance(value, set | frozenset):
            yield b"<%s%d:" % (_name(kind), len(value))
            yield from sorted(b"".join(self.pieces(item)) for item in value)
            return
        if isinstance(value, dict):
            yield b"{%d:" % len(value)
            items: Iterable[Any] = (part for item in value.items() for part in item)
        else:
            yield b"[%s%d:" % (_name(kind), len(value))
            items = value
        for item in items:
            yield from self.pieces(item, seen)

    def text(self, value: str) -> bytes:
        """Return the bytes of a text."""
        return _measured(b"s", value.encode("utf-8", "surrogatepass"))

    def path(self, value: PurePath) -> bytes:
        """Return the bytes of a path: as it is written, and what stands in the file."""
        content = self.files.digest(value) if isinstance(value, Path) else b""
        return _measured(b"p", os.fsencode(value)) + content

    def other(self, value: Any) -> Iterable[bytes | memoryview]:
        """Go through the bytes of an object of any other kind: its pickle, and the buffers beside it."""
        try:
            made = packed(value)
        except Exception as error:
            raise UndigestedError(f"a {type(value).__qualname__} has no digest: {error}") from error
        return (
            b"o%d,%d:" % (len(made.data), len(made.buffers)),
            made.data,
            *(piece for buffer in made.buffers for piece in (b"b%d:" % buffer.nbytes, buffer)),
        )

    def digest(self, value: Any) -> bytes:
        """Return the SHA-256 of the bytes of a value; UndigestedError if it has none."""
        digest = hashlib.sha256()
        try:
            for piece in self.pieces(value):
                digest.update(piece)
        except RecursionError:
            raise UndigestedError("the value is too deeply nested for a digest") from None
        return digest.digest()


def _measured(tag: bytes, data: bytes) -> bytes:
    return b"%s%d:%s" % (tag, len(data), data)


def _name(kind: type[Any]) -> bytes:
    return b"" if kind is list else _measured(b"", f"{kind.__module__}.{kind.__qualname__}".encode())


_CONTAINERS = frozenset({list, dict, set, frozenset})
_PLAIN: dict[type[Any], Any] = {
    type(None): lambda _value: b"n",
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"i%x;" % value,
    float: lambda value: b"d" + struct.pack(">d", value),
    complex: lambda value: b"c" + struct.pack(">dd", value.real, value.imag),
    bytes: lambda value: _measured(b"y", value),
}
