"""Writes what was heard into the tables of one journal."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..run.states import RunState, TaskState
from .batch import Batches
from .bulk import insert, storable
from .lines import KeptLines
from .tables import create

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ..run.records import TaskProgress, TaskRecord
    from .batch import Copied
    from .facts import RunFacts
    from .lines import Piece


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
        self._connection = create(path)
        self._batches = Batches(node.id for node in facts.nodes)
        self._kept = KeptLines()
        with self._transaction():
            insert(self._connection, "run", [_run_row(run_id, facts, socket)])
            insert(self._connection, "nodes", list(_node_rows(facts)))

    def write(self, heard: Heard) -> None:
        """Write all of it in one transaction, and that the run is alive."""
        batches = self._batches
        batches.make(heard.made)
        batches.stand(heard.standings)
        with self._transaction():
            batches.write(self._connection)
            self._write_progress(heard.progress)
            self._write_lines(heard.lines)
            self._connection.execute("UPDATE run SET alive = ?", (time.time(),))
            if heard.ended is not None:
                self._write_end(heard.ended)

    def _write_progress(self, progress: Iterable[TaskProgress]) -> None:
        rows = [(self._batches.task(told.task), told.fraction, told.text) for told in progress]
        insert(self._connection, "progress", [row for row in rows if row[0] is not None])

    def _write_lines(self, pieces: Iterable[Piece]) -> None:
        rows = []
        added: dict[int, int] = {}
        for task, text, lines, cut in pieces:
            number = self._batches.task(task)
            if number is not None:
                rows.append((None, number, text, lines, len(text), cut))
                added[number] = added.get(number, 0) + len(text)
        insert(self._connection, "logs", rows)
        self._kept.trim(self._connection, added)

    def _write_end(self, ended: Ended) -> None:
        counts = dict(self._connection.execute("SELECT state, count(*) FROM standings GROUP BY state").fetchall())
        (made,) = self._connection.execute("SELECT count(*) FROM tasks").fetchone()
        if waiting := made - sum(counts.values()):
            counts[TaskState.WAITING.value] = waiting
        self._connection.execute(
            "UPDATE run SET state = ?, ended = ?, seconds = ?, counts = ?",
            (ended.state, ended.wall, ended.seconds, json.dumps(counts)),
        )
        self._connection.execute("DELETE FROM progress")

    def finish(self, warnings: Sequence[str]) -> None:
        """Write the warnings of the run and leave one plain file behind, unless somebody reads it just now."""
        if warnings:
            told = json.dumps([storable(text) for text in warnings])
            self._connection.execute("UPDATE run SET warnings = ?", (told,))
        self._connection.execute("PRAGMA busy_timeout = 200")
        with contextlib.suppress(sqlite3.OperationalError):
            self._connection.execute("PRAGMA journal_mode = DELETE")
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


def _run_row(run_id: str, facts: RunFacts, socket: str) -> tuple[Any, ...]:
    owner = facts.owner
    asked = (facts.scheme, _json(facts.options), _json(facts.versions))
    owned = (owner.host, owner.pid, owner.started, socket, facts.started, time.time())
    unknown = (None, None, None, None)
    return (run_id, facts.name, facts.file, facts.pipeline, *asked, *owned, RunState.RUNNING.value, *unknown)


def _node_rows(facts: RunFacts) -> Iterator[tuple[Any, ...]]:
    for number, node in enumerate(facts.nodes):
        asked = (node.n_procs, node.mem_gb)
        yield (number, node.id, node.title, node.module, *asked, _json(node.inputs), _json(node.sources))


def _json(value: object) -> str:
    return json.dumps(value, default=str, skipkeys=True)
