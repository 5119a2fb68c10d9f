"""Remembers what tasks cost, from one run to the next: how long they take, their memory, the size of their results."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..run.states import TaskState
from .bulk import storable
from .disks import journal_mode, set_journal_mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ..run.records import TaskRecord

FILE = "learned.sqlite"
VERSION = 1
WAIT_SECONDS = 2.0
"""How long another process may use the file before this one goes on without it."""

FORGETTING = 0.05
"""The share that one task takes of an estimate, which it enters; the first ones enter as a plain mean."""

MAX_ROWS = 50_000
_TABLE = """
CREATE TABLE IF NOT EXISTS estimates (
    key TEXT, scheme TEXT, count INTEGER, seconds REAL, peak_memory REAL, bytes_out REAL, updated REAL,
    PRIMARY KEY (key, scheme)) WITHOUT ROWID"""
_READ = """
SELECT key, scheme, count, seconds, peak_memory, bytes_out FROM estimates
WHERE key IN (SELECT value FROM json_each(?))"""
_LEARN = """
INSERT INTO estimates VALUES (:key, :scheme, :count, :seconds, :peak_memory, :bytes_out, :now)
ON CONFLICT (key, scheme) DO UPDATE SET
    seconds = seconds + (excluded.seconds - seconds) * max(:share, 1.0 * :count / (count + :count)),
    peak_memory = peak_memory + (excluded.peak_memory - peak_memory) * max(:share, 1.0 * :count / (count + :count)),
    bytes_out = bytes_out + (excluded.bytes_out - bytes_out) * max(:share, 1.0 * :count / (count + :count)),
    count = count + :count, updated = :now"""
_FORGET = """
DELETE FROM estimates WHERE updated < (SELECT updated FROM estimates ORDER BY updated DESC LIMIT 1 OFFSET ?)"""


class Measured(NamedTuple):
    """What ``tasks`` took on one scheme, in the mean; ``key`` is that of all that should take about as much."""

    key: str
    scheme: str
    seconds: float
    peak_memory: float = 0
    bytes_out: float = 0
    tasks: int = 1


@dataclass(frozen=True)
class Estimate:
    """What a task will probably take: seconds, bytes. ``schemes`` holds the same for each scheme that it ran on."""

    count: int
    seconds: float
    peak_memory: float
    bytes_out: float
    schemes: Mapping[str, Estimate] = field(default_factory=dict)


def measured(tasks: Iterable[TaskRecord], keys: Mapping[str, str]) -> Iterator[Measured]:
    """Return what those tasks took that ran well; ``keys`` holds the key of each node by which it is remembered."""
    alike: dict[tuple[str, str], list[TaskRecord]] = {}
    for task in tasks:
        if task.state is TaskState.SUCCEEDED and task.attempts and (key := keys.get(task.node)) is not None:
            alike.setdefault((key, task.scheme), []).append(task)
    for (key, scheme), ran in alike.items():
        count = len(ran)
        seconds = sum([task.seconds for task in ran]) / count
        peak, out = sum([task.peak_memory for task in ran]) / count, sum([task.bytes_out for task in ran]) / count
        yield Measured(key, scheme, seconds, peak, out, count)


class Learned:
    """The estimates kept in ``folder``. Several processes may use it at once; where it fails, nothing is known."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def read(self, keys: Iterable[str]) -> dict[str, Estimate]:
        """Return what is known of these keys; those that nothing is known of are not in it."""
        if not self.path.exists():
            return {}
        wanted = json.dumps([storable(key) for key in set(keys)])
        try:
            with self._opened() as connection:
                rows = connection.execute(_READ, (wanted,)).fetchall()
        except (sqlite3.Error, OSError) as error:
            self._forgive(error)
            return {}
        found: dict[str, dict[str, Estimate]] = {}
        for key, scheme, *numbers in rows:
            found.setdefault(key, {})[scheme] = Estimate(*numbers)
        return {key: _over_all(schemes) for key, schemes in found.items()}

    def learn(self, rows: Iterable[Measured]) -> bool:
        """Take in what tasks took, in one transaction; say whether that could be kept."""
        now = time.time()
        learned = [{**mean, "now": now} for mean in _means(rows)]
        try:
            with self._opened() as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(_LEARN, learned)
                connection.execute(_FORGET, (MAX_ROWS,))
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            self._forgive(error)
            return False
        return True

    def _forgive(self, error: Exception) -> None:
        """Set a damaged file aside, so that a new one can be begun; anything else may pass: a lock, a full disk."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            with contextlib.suppress(OSError):
                self.path.replace(self.path.with_name(f"{FILE}.damaged"))

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made for its owner alone, before anything is in it.
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        with contextlib.closing(sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in {0, VERSION}:
                raise sqlite3.OperationalError("a newer Treadle keeps its estimates here")
            if version == 0:
                _begin(connection, journal_mode(self.path.parent))
            # A run does not wait for the disk: what a loss of power may damage is begun anew.
            connection.execute("PRAGMA synchronous = OFF")
            yield connection


def _begin(connection: sqlite3.Connection, mode: str) -> None:
    """Make the tables of a new file, which others may be doing at the same time."""
    set_journal_mode(connection, mode, WAIT_SECONDS)
    connection.execute(_TABLE)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _means(rows: Iterable[Measured]) -> Iterator[dict[str, float | str]]:
    """Return the mean of what the tasks of a key took on a scheme, and by how much it shall move the estimate."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        sums = found.setdefault((row.key, row.scheme), [0, 0.0, 0.0, 0.0])
        sums[0] += row.tasks
        sums[1] += row.seconds * row.tasks
        sums[2] += row.peak_memory * row.tasks
        sums[3] += row.bytes_out * row.tasks
    for (key, scheme), (count, seconds, peak, out) in found.items():
        yield {
            "key": str(storable(key)),
            "scheme": scheme,
            "count": count,
            "seconds": seconds / count,
            "peak_memory": peak / count,
            "bytes_out": out / count,
            "share": 1 - (1 - FORGETTING) ** count,
        }


def _over_all(schemes: Mapping[str, Estimate]) -> Estimate:
    count = sum(one.count for one in schemes.values())
    mean = {
        name: sum(getattr(one, name) * one.count for one in schemes.values()) / count
        for name in ("seconds", "peak_memory", "bytes_out")
    }
    return Estimate(count, **mean, schemes=schemes)
