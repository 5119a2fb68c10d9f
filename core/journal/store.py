"""Writes what was heard into the tables of one journal."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ..run.states import RunState, TaskState
from .bulk import insert, storable
from .disks import set_journal_mode
from .lines import KeptLines
from .packing import packed_made, packed_nodes, packed_standings
from .tables import create

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from ..run.events import TaskId
    from ..run.records import TaskProgress, TaskRecord
    from .facts import RunFacts
    from .lines import Piece
    from .packing import Copied

FINISH_SECONDS = 0.2
"""How long others may read a journal that is complete before what SQLite keeps beside it is left there."""

_state: Callable[[Copied], tuple[TaskId, TaskState]] = itemgetter(0, 1)


@dataclass(frozen=True)
class Ended:
    """How a run ended: its state, when in seconds since 1970, and after how many seconds."""

    state: str
    wall: float
    seconds: float


@dataclass
class Heard:
    """What was heard from one write to the next."""

    made: Sequence[TaskRecord] = ()
    standings: Sequence[Copied] = ()
    progress: Sequence[TaskProgress] = ()
    lines: Sequence[Piece] = ()
    ended: Ended | None = None

    def __bool__(self) -> bool:
        return bool(self.made or self.standings or self.progress or self.lines or self.ended)


class Store:
    """The tables of one journal, new in ``path``; any method may raise sqlite3.Error or OSError.

    It is made in one thread and then used by another.
    """

    def __init__(self, path: Path, run_id: str, facts: RunFacts, socket: str) -> None:
        self._states: dict[TaskId, TaskState] = {}
        self._kept = KeptLines()

        def fill(connection: sqlite3.Connection) -> None:
            insert(connection, "run", [_run_row(run_id, facts, socket)])
            _add(connection, "nodes", packed_nodes(facts.nodes))

        self._connection = create(path, fill)

    def write(self, heard: Heard) -> None:
        """Write all of it in one transaction, and that the run is alive."""
        with self._transaction():
            self._write_tasks(heard.made, heard.standings)
            self._write_progress(heard.progress)
            self._write_lines(heard.lines)
            self._connection.execute("UPDATE run SET alive = ?", (time.time(),))
            if heard.ended is not None:
                self._write_end(heard.ended)

    def _write_tasks(self, made: Sequence[TaskRecord], standings: Sequence[Copied]) -> None:
        states = self._states
        for record in made:
            # One that was made before waits once more, for results that are made again.
            states.setdefault(record.id, TaskState.WAITING)
        states.update(map(_state, standings))
        _add(self._connection, "made", packed_made(made))
        _add(self._connection, "standings", packed_standings(standings))

    def _write_progress(self, progress: Iterable[TaskProgress]) -> None:
        rows = [(told.task, told.fraction, told.text) for told in progress]
        insert(self._connection, "progress", [row for row in rows if row[0] in self._states])

    def _write_lines(self, pieces: Iterable[Piece]) -> None:
        rows = []
        added: dict[str, int] = {}
        for task, text, lines, cut in pieces:
            if task in self._states:
                rows.append((None, task, text, lines, len(text), cut))
                added[task] = added.get(task, 0) + len(text)
        insert(self._connection, "logs", rows)
        self._kept.trim(self._connection, added)

    def _write_end(self, ended: Ended) -> None:
        counts = {state.value: count for state, count in Counter(self._states.values()).items()}
        self._connection.execute(
            "UPDATE run SET state = ?, ended = ?, seconds = ?, counts = ?",
            (ended.state, ended.wall, ended.seconds, json.dumps(counts)),
        )
        self._connection.execute("DELETE FROM progress")

    def note(self, warnings: Sequence[str]) -> None:
        """Write the warnings of the run."""
        if warnings:
            told = json.dumps([storable(text) for text in warnings])
            self._connection.execute("UPDATE run SET warnings = ?", (told,))

    def finish(self) -> None:
        """Wait for the disk, and leave one plain file behind, unless somebody reads it just now."""
        self._connection.execute(f"PRAGMA busy_timeout = {FINISH_SECONDS * 1000:.0f}")
        with contextlib.suppress(sqlite3.OperationalError):
            set_journal_mode(self._connection, "DELETE", FINISH_SECONDS)
        self.close()

    def close(self) -> None:
        """Let go of the file as it is."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise


def _add(connection: sqlite3.Connection, kind: str, packed: Iterable[bytes]) -> None:
    insert(connection, "heard", [(None, kind, content) for content in packed])


def _run_row(run_id: str, facts: RunFacts, socket: str) -> tuple[Any, ...]:
    owner = facts.owner
    asked = (facts.scheme, _json(facts.options), _json(facts.versions))
    owned = (owner.host, owner.pid, owner.started, socket, facts.started, time.time())
    unknown = (None, None, None, None)
    return (run_id, facts.name, facts.file, facts.pipeline, *asked, *owned, RunState.RUNNING.value, *unknown)


def _json(value: object) -> str:
    return json.dumps(value, default=str, skipkeys=True)
