"""The tables of a journal, their version, and how older ones become those of today."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..errors import TreadleError
from .disks import journal_mode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = 1
APPLICATION = 0x54524A4C
"""What marks a file as a journal of Treadle."""

BUSY_SECONDS = 30.0
SUFFIX = ".sqlite"

TABLES = """
CREATE TABLE run (
    id TEXT, name TEXT, file TEXT, pipeline TEXT, scheme TEXT, options TEXT, versions TEXT,
    host TEXT, pid INTEGER, process_started REAL, socket TEXT, started REAL, alive REAL,
    state TEXT, ended REAL, seconds REAL, counts TEXT, warnings TEXT);
CREATE TABLE nodes (
    number INTEGER PRIMARY KEY, id TEXT, title TEXT, module TEXT, n_procs INTEGER, mem_gb REAL,
    inputs TEXT, sources TEXT);
CREATE TABLE tasks (number INTEGER PRIMARY KEY, id TEXT, node INTEGER, labels TEXT);
CREATE TABLE standings (
    task INTEGER PRIMARY KEY, batch INTEGER, state TEXT, place INTEGER, attempts INTEGER,
    dispatched REAL, began REAL, ended REAL, seconds REAL, cpu_seconds REAL, peak_memory INTEGER,
    bytes_in INTEGER, bytes_out INTEGER, cause INTEGER, missing TEXT, previews TEXT);
CREATE TABLE attempts (
    task INTEGER, batch INTEGER, state TEXT, place INTEGER, attempts INTEGER,
    dispatched REAL, began REAL, ended REAL, seconds REAL, cpu_seconds REAL, peak_memory INTEGER,
    bytes_in INTEGER, bytes_out INTEGER, cause INTEGER, missing TEXT, previews TEXT,
    PRIMARY KEY (task, attempts)) WITHOUT ROWID;
CREATE TABLE places (
    number INTEGER PRIMARY KEY, scheme TEXT, reason TEXT, worker TEXT, host TEXT, pid INTEGER);
CREATE TABLE causes (
    number INTEGER PRIMARY KEY, kind TEXT, message TEXT, task TEXT, type TEXT, traceback TEXT);
CREATE TABLE progress (task INTEGER PRIMARY KEY, fraction REAL, text TEXT);
CREATE TABLE logs (
    number INTEGER PRIMARY KEY, task INTEGER, text TEXT, lines INTEGER, size INTEGER, cut INTEGER);
CREATE INDEX logs_of_task ON logs (task);
"""
"""A task is told once who it is (tasks) and again and again how it stands (standings); what many share (where they
ran, why they failed) is kept once. Times count from the start of the run, in seconds; ``batch`` numbers the writes."""

UPGRADES: dict[int, str] = {}
"""For each older version, the statements that make its tables those of the next one."""


class JournalError(TreadleError):
    """A journal cannot be read: it is damaged, of a newer version, or no journal at all."""

    exit_code = 3


class EmptyJournalError(JournalError):
    """The journal is only being made."""


def create(path: Path) -> sqlite3.Connection:
    """Make the tables in ``path``, a file for its owner alone, and return the connection that writes them.

    FileExistsError if a journal is there; OSError or sqlite3.Error if the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.parent.stat().st_mode & 0o077:
        path.parent.chmod(0o700)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=16
    )
    try:
        connection.execute(f"PRAGMA journal_mode = {journal_mode(path.parent)}")
        # After a loss of power the last moments of a run may be missing, never more.
        connection.execute("PRAGMA synchronous = NORMAL")
        marks = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
        connection.executescript(f"BEGIN IMMEDIATE; {TABLES} {marks} COMMIT;")
    except sqlite3.Error:
        connection.close()
        remove_files(path)
        raise
    return connection


def open_to_read(
    path: Path, *, version: int = VERSION, upgrades: Mapping[int, str] | None = None
) -> sqlite3.Connection:
    """Open a journal to read it, also while another process writes; JournalError if it cannot be read.

    One of an older version is brought up to date in memory; the file stays as it is.
    """
    upgrades = UPGRADES if upgrades is None else upgrades
    if not path.exists():
        raise JournalError("there is no such journal", where=str(path))
    connection = sqlite3.connect(
        f"file:{quote(os.fspath(path))}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )
    try:
        found = _version(connection, path, version)
        return connection if found == version else _upgraded(connection, found, version, upgrades)
    except (sqlite3.Error, KeyError) as error:
        connection.close()
        raise JournalError(f"this journal is damaged ({error})", where=str(path)) from None
    except JournalError:
        connection.close()
        raise


def _version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise EmptyJournalError("there is nothing in this journal yet", where=str(path))
    if application != APPLICATION or found < 1:
        raise JournalError("this is no journal of Treadle", where=str(path))
    if found > newest:
        raise JournalError(
            f"this journal has version {found}, and this Treadle reads up to {newest}",
            where=str(path),
            remedy="Read it with the Treadle that wrote it, or a newer one",
        )
    return int(found)


def _upgraded(
    connection: sqlite3.Connection, found: int, wanted: int, upgrades: Mapping[int, str]
) -> sqlite3.Connection:
    with contextlib.closing(connection):
        copied = sqlite3.connect(":memory:", isolation_level=None)
        try:
            connection.backup(copied)
            for step in range(found, wanted):
                copied.executescript(upgrades[step])
        except (sqlite3.Error, KeyError):
            copied.close()
            raise
        return copied


def remove_files(path: Path) -> int:
    """Remove a journal with what SQLite keeps beside it; return how many bytes that were."""
    freed = 0
    for suffix in ("-wal", "-shm", "-journal", ""):
        file = path.with_name(path.name + suffix)
        with contextlib.suppress(FileNotFoundError):
            freed += file.stat().st_size
            file.unlink()
    return freed
