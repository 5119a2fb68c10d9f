"""Says which run is about to compute what, so that one computes it and the others wait for its result."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import sqlite3
import time
import uuid
from typing import TYPE_CHECKING

from ..journal.disks import journal_mode
from .index import is_damage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from .entries import Key

_NAME = "claims-1.sqlite"
_OWNER = re.compile(r"[0-9a-f]{32}")
_FLAGS = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
_BUSY_SECONDS = 2.0
_CHUNK = 500
_OLD_SECONDS = 3600.0
_SELECT = "SELECT key, owner FROM claims"
_TABLE = "CREATE TABLE IF NOT EXISTS claims (key BLOB PRIMARY KEY, owner TEXT) WITHOUT ROWID"


class Claims:
    """The keys that one run computes, told to all who use the cache in ``folder``. Used by one thread at a time.

    A claim counts while its owner lives: that holds a lock, which ends with its process however it ends. Where
    nothing can be written or locked, nobody is waited for: what this gives is work that is spared, never safety.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "claims"
        self._owner = uuid.uuid4().hex
        self._lock = -1
        self._mine: set[Key] = set()
        self._released: set[Key] = set()
        self._database: sqlite3.Connection | None = None
        self._failed = False
        self._version = -1

    def claim(self, keys: Collection[Key]) -> set[Key]:
        """Claim keys for this run; return those that another one has claimed that lives."""
        if self._failed or not keys:
            return set()
        try:
            held = self._claimed(list(keys))
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)
            return set()
        self._mine.update(key for key in keys if key not in held)
        return held

    def release(self, keys: Iterable[Key]) -> bool:
        """Let go of those keys that were claimed, at the next ``claim`` or ``flush``; say whether there are any."""
        self._released |= self._mine.intersection(keys)
        return bool(self._released)

    def flush(self) -> None:
        """Tell others what was released."""
        if self._database is None or not self._released:
            return
        try:
            with _change(self._database) as database:
                self._delete(database)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def release_all(self) -> None:
        """Let go of all keys, and tell others at once."""
        self.release(list(self._mine))
        self.flush()

    def has_news(self) -> bool:
        """Say whether another run may have claimed or let go of something since this was last asked."""
        if self._database is None:
            return True
        before = self._version
        try:
            self._version = int(self._database.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return True
        return self._version != before

    def close(self) -> None:
        """Let go of all; what is asked for afterwards is not claimed."""
        self.release_all()
        self._failed = True
        self._let_go()

    def _let_go(self) -> None:
        database, self._database = self._database, None
        with contextlib.suppress(sqlite3.Error):
            if database is not None:
                database.close()
        if self._lock >= 0:
            with contextlib.suppress(OSError):
                (self._folder / self._owner).unlink()
            os.close(self._lock)
            self._lock = -1

    def _give_up(self, error: Exception) -> None:
        # Its lock ends too: nobody waits for claims that cannot be taken back.
        self._failed = True
        self._mine.clear()
        self._released.clear()
        self._let_go()
        if is_damage(error):
            for suffix in ("", "-wal", "-shm", "-journal"):
                with contextlib.suppress(OSError):
                    (self._folder / f"{_NAME}{suffix}").unlink()

    # In the database

    def _claimed(self, keys: list[Key]) -> set[Key]:
        with _change(self._database or self._opened()) as database:
            self._delete(database)
            rows = ((key, self._owner) for key in keys)
            if database.executemany("INSERT OR IGNORE INTO claims VALUES (?, ?)", rows).rowcount == len(keys):
                return set()
            others = self._of_others(database, keys)
            dead = {owner for owner in set(others.values()) if not self._lives(owner)}
            taken = [key for key, owner in others.items() if owner in dead]
            database.executemany("UPDATE claims SET owner = ? WHERE key = ?", ((self._owner, key) for key in taken))
        return others.keys() - set(taken)

    def _delete(self, database: sqlite3.Connection) -> None:
        released, self._released = self._released, set()
        self._mine -= released
        rows = ((key, self._owner) for key in released)
        database.executemany("DELETE FROM claims WHERE key = ? AND owner = ?", rows)

    def _of_others(self, database: sqlite3.Connection, keys: list[Key]) -> dict[Key, str]:
        found: dict[Key, str] = {}
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            rows = database.execute(_SELECT + f" WHERE key IN ({marks}) AND owner != ?", (*chunk, self._owner))
            found.update(rows.fetchall())
        return found

    def _opened(self) -> sqlite3.Connection:
        self._folder.mkdir(exist_ok=True, mode=0o700)
        self._lock = os.open(self._folder / self._owner, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._sweep()
        database = self._database = sqlite3.connect(
            self._folder / _NAME, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        database.execute(f"PRAGMA journal_mode = {journal_mode(self._folder)}")
        # What is lost with the machine is lost with all who claimed it.
        database.execute("PRAGMA synchronous = OFF")
        database.execute(_TABLE)
        return database

    # Who lives

    def _lives(self, owner: object) -> bool:
        if not isinstance(owner, str) or not _OWNER.fullmatch(owner):
            return False
        try:
            descriptor = os.open(self._folder / owner, _FLAGS)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            # There are no locks here: nobody can be waited for.
            return False
        finally:
            os.close(descriptor)
        return False

    def _sweep(self) -> None:
        """Remove what owners left that were killed."""
        old = time.time() - _OLD_SECONDS
        for entry in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if _OWNER.fullmatch(entry.name) and entry.lstat().st_mtime < old and not self._lives(entry.name):
                    entry.unlink()


@contextlib.contextmanager
def _change(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
        database.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            database.execute("ROLLBACK")
        raise
