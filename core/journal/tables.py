"""The file of a journal: how it is made, which version it has, and how it is opened to be read."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..errors import TreadleError
from .disks import journal_mode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSION = 2
"""What is written. Version 1 had a row for each task; it can still be read."""

APPLICATION = 0x54524A4C
"""What marks a file as a journal of Treadle."""

BUSY_SECONDS = 30.0
SUFFIX = ".sqlite"

TABLES = """
CREATE TABLE run (
    id TEXT, name TEXT, file TEXT, pipeline TEXT, scheme TEXT, options TEXT, versions TEXT,
    host TEXT, pid INTEGER, process_started REAL, socket TEXT, started REAL, alive REAL,
    state TEXT, ended REAL, seconds REAL, counts TEXT, warnings TEXT);
CREATE TABLE heard (number INTEGER PRIMARY KEY, kind TEXT, content BLOB);
CREATE TABLE progress (task TEXT PRIMARY KEY, fraction REAL, text TEXT);
CREATE TABLE logs (
    number INTEGER PRIMARY KEY, task TEXT, text TEXT, lines INTEGER, size INTEGER, cut INTEGER);
CREATE INDEX logs_of_task ON logs (task);
"""
"""What was heard of nodes and tasks is added in packed form, many tasks to a row, and never changed: this costs a run
a tenth of what rows for each task do. Who reads it makes tables of it in memory; see *replay.py*."""


class JournalError(TreadleError):
    """A journal cannot be read: it is damaged, of a newer version, or no journal at all."""

    exit_code = 3


class EmptyJournalError(JournalError):
    """The journal is only being made."""


class DamagedJournalError(JournalError):
    """So much of the journal is gone that it cannot be read any more."""


def unreadable(path: Path, why: object) -> JournalError:
    """Return the error for a journal that cannot be read; one that is locked, say, may be whole all the same."""
    kind = JournalError if isinstance(why, sqlite3.OperationalError) else DamagedJournalError
    remedy = "To remove what is damaged: treadle runs gc" if kind is DamagedJournalError else ""
    return kind(f"this journal is damaged ({why})", where=str(path), remedy=remedy)


def claim(path: Path) -> None:
    """Make an empty file, for its owner alone, in which a journal is to be; FileExistsError if there is one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.parent.stat().st_mode & 0o077:
        path.parent.chmod(0o700)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _is_empty(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except OSError:
        return False


def create(path: Path, fill: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """Make the tables in ``path``, which may be claimed, and return the connection that writes them.

    Others see them only together with what ``fill`` writes first.

    FileExistsError if a journal is there; OSError or sqlite3.Error if the disk refuses.
    """
    if not _is_empty(path):
        claim(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=16
    )
    try:
        # There is nothing yet that could be lost.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA journal_mode = {journal_mode(path.parent)}")
        marks = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
        connection.executescript(f"BEGIN IMMEDIATE; {TABLES} {marks}")
        fill(connection)
        connection.execute("COMMIT")
        # After a loss of power the last moments of a run may be missing, never more.
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        remove_files(path)
        raise
    return connection


def open_to_read(path: Path) -> tuple[sqlite3.Connection, int]:
    """Open a journal to read it, also while another process writes, and return its version.

    The file is attached to a database in memory. JournalError if it cannot be read.
    """
    if not path.exists():
        raise JournalError("there is no such journal", where=str(path))
    connection = sqlite3.connect("file::memory:", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("ATTACH ? AS journal", (f"file:{quote(os.fspath(path))}?mode=ro",))
        return connection, _version(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise unreadable(path, error) from None
    except JournalError:
        connection.close()
        raise


def _version(connection: sqlite3.Connection, path: Path) -> int:
    # Asked one by one, the journal could be made between the questions.
    connection.execute("BEGIN")
    (application,) = connection.execute("PRAGMA journal.application_id").fetchone()
    (found,) = connection.execute("PRAGMA journal.user_version").fetchone()
    empty = not connection.execute("SELECT 1 FROM journal.sqlite_master").fetchone()
    connection.execute("COMMIT")
    if empty:
        raise EmptyJournalError("there is nothing in this journal yet", where=str(path))
    if application != APPLICATION or found < 1:
        raise JournalError("this is no journal of Treadle", where=str(path))
    if found > VERSION:
        raise JournalError(
            f"this journal has version {found}, and this Treadle reads up to {VERSION}",
            where=str(path),
            remedy="Read it with the Treadle that wrote it, or a newer one",
        )
    return int(found)


def remove_files(path: Path) -> int:
    """Remove a journal with what SQLite keeps beside it; return how many bytes that were."""
    freed = 0
    for suffix in ("-wal", "-shm", "-journal", ""):
        file = path.with_name(path.name + suffix)
        with contextlib.suppress(FileNotFoundError):
            freed += file.stat().st_size
            file.unlink()
    return freed
