"""The index of the cache: one SQLite file that several processes read and write at once."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import sqlite3
import stat
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

from ..journal.disks import journal_mode
from .lease import locked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from .entries import Key

NAME = "index-1.sqlite"
"""Has the version of the tables in it: another version keeps another index."""

SET_ASIDE = "set-aside"
BUSY_SECONDS = 20.0
_CHUNK = 500
_SIDE_FILES = ("", "-wal", "-shm", "-journal")
_TABLES = """
CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY, facts BLOB, mac BLOB, size INTEGER, made REAL, used REAL
);
CREATE INDEX IF NOT EXISTS entries_used ON entries (used);
CREATE TABLE IF NOT EXISTS notes (pipeline TEXT, node TEXT, facts BLOB, mac BLOB, PRIMARY KEY (pipeline, node));
"""


class Row(NamedTuple):
    """An entry as it stands in the index: what is signed, the signature, and what is good for cleaning up."""

    key: Key
    facts: bytes
    mac: bytes
    size: int = 0
    made: float = 0.0
    used: float = 0.0


class Index:
    """One connection to the index in ``folder``, for one thread at a time.

    All methods raise sqlite3.Error or OSError. What is no database is moved to ``set-aside`` when it is opened.
    Without ``write`` it is read where nothing can be written, too.
    """

    def __init__(self, folder: Path, *, write: bool = True) -> None:
        self.path = folder / NAME
        self.reads_at_once = False
        """Whether who reads waits for nobody who writes."""
        self._write = write
        self._lock = threading.Lock()
        try:
            self._database = self._opened()
            self._number = _number_of(self.path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            set_index_aside(folder)
            self._database = self._opened()
            self._number = _number_of(self.path)

    @property
    def in_place(self) -> bool:
        """Whether the file that is open is still the index: somebody may have set it aside."""
        return _number_of(self.path) == self._number

    def _opened(self) -> sqlite3.Connection:
        _refuse_foreign(self.path)
        database = self._connected(f"{self.path.absolute().as_uri()}?mode=rwc")
        try:
            mode = database.execute(f"PRAGMA journal_mode = {journal_mode(self.path.parent)}").fetchone()[0]
            self.reads_at_once = mode == "wal"
            database.execute("PRAGMA synchronous = NORMAL")
            database.executescript(_TABLES)
            database.execute("SELECT key, facts, mac, size, made, used FROM entries LIMIT 1").fetchall()
        except BaseException as error:
            database.close()
            if not self._write and isinstance(error, sqlite3.OperationalError) and self.path.exists():
                return self._connected(f"{self.path.absolute().as_uri()}?mode=ro&immutable=1")
            raise
        return database

    @staticmethod
    def _connected(address: str) -> sqlite3.Connection:
        database = sqlite3.connect(
            address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        return database

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()

    def _all(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._database.execute("ROLLBACK")
                raise

    # Entries

    def rows(self, keys: Sequence[Key]) -> list[Row]:
        """Return what there is under these keys."""
        found: list[Row] = []
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            found += map(Row._make, self._all(_SELECT + f" WHERE key IN ({marks})", chunk))
        return found

    def has(self, key: Key) -> bool:
        """Say whether there is an entry under this key."""
        return bool(self._all("SELECT 1 FROM entries WHERE key = ?", (key,)))

    def add(self, rows: Iterable[Row]) -> list[Key]:
        """Add entries; return the keys of those that were there already, which stay as they are."""
        refused = []
        with self._change() as database:
            for row in rows:
                added = database.execute("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)
                if not added.rowcount:
                    refused.append(row.key)
        return refused

    def remove(self, keys: Iterable[Key]) -> None:
        """Forget entries; their files stay."""
        with self._change() as database:
            database.executemany("DELETE FROM entries WHERE key = ?", ((key,) for key in keys))

    def touch(self, keys: Iterable[Key], when: float) -> None:
        """Take note of when entries were used."""
        with self._change() as database:
            database.executemany("UPDATE entries SET used = ? WHERE key = ?", ((when, key) for key in keys))

    def total(self) -> int:
        """Return the bytes that all entries take."""
        return int(self._all("SELECT coalesce(sum(max(size, 0)), 0) FROM entries")[0][0])

    def by_use(self, limit: int) -> list[Row]:
        """Return the entries that were not used for longest."""
        return [Row._make(row) for row in self._all(_SELECT + " ORDER BY used LIMIT ?", (limit,))]

    def all(self) -> Iterator[Row]:
        """Go through all entries, as they are when their turn comes."""
        last = -1
        while True:
            found = self._all(
                "SELECT rowid, key, facts, mac, size, made, used FROM entries WHERE rowid > ? ORDER BY rowid LIMIT 200",
                (last,),
            )
            if not found:
                return
            for row in found:
                yield Row._make(row[1:])
            last = found[-1][0]

    def compact(self) -> None:
        """Give back the room of what was removed, unless somebody else is at work."""
        with self._lock, contextlib.suppress(sqlite3.OperationalError):
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._database.execute("VACUUM")

    # Notes

    def note(self, notes: Iterable[tuple[str, str, bytes, bytes]]) -> None:
        """Keep (pipeline, node, facts, signature) of nodes in place of what was noted before."""
        with self._change() as database:
            rows = ((_bound(pipeline), _bound(node), facts, mac) for pipeline, node, facts, mac in notes)
            database.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?)", rows)

    def notes(self, pipeline: str) -> list[tuple[str, bytes, bytes]]:
        """Return what was noted of the nodes of a pipeline."""
        found = self._all("SELECT node, facts, mac FROM notes WHERE pipeline = ?", (_bound(pipeline),))
        return [(_unbound(node), facts, mac) for node, facts, mac in found]

    def clear(self) -> None:
        """Forget all."""
        with self._change() as database:
            database.execute("DELETE FROM entries")
            database.execute("DELETE FROM notes")


_SELECT = "SELECT key, facts, mac, size, made, used FROM entries"


def _bound(text: str) -> str | bytes:
    """Return a text as SQLite can hold it: in the name of a file that is not UTF-8 there are surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _unbound(found: str | bytes) -> str:
    return found.decode("utf-8", "surrogatepass") if isinstance(found, bytes) else str(found)


def reopened(index: Index, *, write: bool = True) -> Index:
    """Return the index that there is now in place of one that was set aside."""
    index.close()
    return Index(index.path.parent, write=write)


def _number_of(path: Path) -> int:
    """Return the number of a file's inode, 0 if there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def is_damage(error: Exception) -> bool:
    """Say whether an error tells of a damaged file, and not of a busy, full or read-only one."""
    return isinstance(error, sqlite3.DatabaseError) and (
        not isinstance(error, sqlite3.OperationalError) or "no such" in str(error) or "has no column" in str(error)
    )


def _refuse_foreign(path: Path) -> None:
    """Set aside an index that is a link or belongs to somebody else."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid():
        set_index_aside(path.parent, known=True)


def set_index_aside(folder: Path, *, known: bool = False) -> None:
    """Move a damaged index out of the way; ``known`` spares the look whether it truly is damaged.

    Another process may have done it, and begun a new one, in the meantime. OSError if one that is about to does not
    get on.
    """
    with (folder / "lock").open("w") as lock:
        if not locked(lock.fileno(), fcntl.LOCK_EX, BUSY_SECONDS):
            raise TimeoutError(errno.ETIMEDOUT, "another process has been repairing the index for too long")
        if not known and _is_sound(folder / NAME):
            return
        target = folder / SET_ASIDE
        target.mkdir(mode=0o700, exist_ok=True)
        stem = f"{int(time.time())}-{uuid.uuid4().hex[:8]}-{NAME}"
        for suffix in _SIDE_FILES:
            with contextlib.suppress(FileNotFoundError):
                (folder / f"{NAME}{suffix}").rename(target / f"{stem}{suffix}")


def _is_sound(path: Path) -> bool:
    if not path.exists():
        return True
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database:
            database.execute(_SELECT + " LIMIT 1").fetchall()
            return bool(database.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)])
    except sqlite3.DatabaseError as error:
        return not is_damage(error)
