"""Makes tables of what a journal holds in packed form, as far as it is written, so that it can be asked."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from ..run.states import TaskState
from .bulk import Row, insert
from .packing import unpack

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

UNPACKED = 1
"""The version of journals that hold these tables themselves."""

TABLES = """
CREATE TABLE nodes (
    number INTEGER PRIMARY KEY, id TEXT, title TEXT, module TEXT, n_procs INTEGER, mem_gb REAL,
    inputs TEXT, sources TEXT);
CREATE TABLE tasks (number INTEGER PRIMARY KEY, id TEXT UNIQUE, node INTEGER, labels TEXT);
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
CREATE TEMP VIEW progress AS
    SELECT t.number AS task, p.fraction, p.text FROM journal.progress p JOIN main.tasks t ON t.id = p.task;
CREATE TEMP VIEW logs AS
    SELECT l.number, t.number AS task, l.text, l.lines, l.cut FROM journal.logs l JOIN main.tasks t ON t.id = l.task;
"""
"""A task is told once who it is (tasks) and again and again how it stands (standings); what many share (where they
ran, why they failed) is kept once. Times count from the start of the run, in seconds; ``batch`` numbers the writes."""
_CAUSE = ("kind", "message", "task", "type", "traceback")


class _Shared:
    """Rows that others refer to by number."""

    def __init__(self) -> None:
        self.numbers: dict[Row, int] = {}
        self._told = 0

    def number(self, *row: Any) -> int:
        """Return the number of a row, which is kept if it is new."""
        return self.numbers.setdefault(row, len(self.numbers))

    def new(self) -> list[Row]:
        """Return the rows, with their numbers, that came since this was asked last."""
        fresh = list(islice(self.numbers.items(), self._told, None))
        self._told = len(self.numbers)
        return [(number, *row) for row, number in fresh]


class Replay:
    """The tables of a journal that is attached to ``connection`` as ``journal``; they are in memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._last = -1
        self._nodes: dict[str, int] = {}
        self._tasks: dict[str, int] = {}
        self._places, self._causes = _Shared(), _Shared()
        self._rows: dict[str, list[Row]] = {}
        self._unpacking: dict[str, Callable[[Any], None]] = {
            "nodes": self._add_nodes,
            "made": self._add_tasks,
            "standings": self._add_standings,
        }
        connection.executescript(TABLES)

    def catch_up(self) -> None:
        """Take in what was written since the last time; ValueError or sqlite3.Error if it is damaged."""
        query = "SELECT number, kind, content FROM journal.heard WHERE number > ? ORDER BY number"
        for number, kind, content in self._connection.execute(query, (self._last,)).fetchall():
            self._last = number
            self._unpacking[kind](unpack(content))
            # Part by part: thousands of rows that wait make the collector look through them again and again.
            self._write()

    def _write(self) -> None:
        rows, self._rows = self._rows, {}
        for table, found in (*rows.items(), ("places", self._places.new()), ("causes", self._causes.new())):
            insert(self._connection, table, found)

    def _add(self, table: str, row: Row) -> None:
        self._rows.setdefault(table, []).append(row)

    def _add_nodes(self, nodes: Iterable[list[Any]]) -> None:
        for node, title, module, n_procs, mem_gb, inputs, sources in nodes:
            asked = (title, module, n_procs, mem_gb)
            self._add("nodes", (self._numbered(node), node, *asked, _json(inputs), _json(sources)))

    def _numbered(self, node: str) -> int:
        return self._nodes.setdefault(node, len(self._nodes))

    def _add_tasks(self, tasks: Iterable[list[Any]]) -> None:
        for task, node, labels in tasks:
            # One that was made before waits once more, for results that are made again.
            if task not in self._tasks:
                if node not in self._nodes:
                    self._add_nodes([[node, "", "", None, None, {}, []]])
                number = self._tasks[task] = len(self._tasks)
                self._add("tasks", (number, task, self._nodes[node], _json(labels) if labels else None))

    def _add_standings(self, content: tuple[Iterable[list[Any]], list[Any]]) -> None:
        standings, told = content
        causes = [self._causes.number(*(cause[name] for name in _CAUSE)) for cause in told]
        for task, state, scheme, reason, worker, host, pid, attempts, *rest in standings:
            *numbers, cause, missing, previews = rest
            row = (
                self._tasks[task],
                self._last,
                state,
                self._places.number(scheme, reason, worker, host, pid) if scheme else None,
                attempts,
                *numbers,
                None if cause is None else causes[cause],
                _json([_described(labels, told[number]) for labels, number in missing]) if missing else None,
                _json(previews) if previews else None,
            )
            self._add("standings", row)
            if state == TaskState.READY.value and attempts:
                # What comes back to ready had an attempt that gave nothing, or whose result was lost.
                ended = TaskState.SUCCEEDED if cause is None else TaskState.FAILED
                self._add("attempts", (*row[:2], ended.value, *row[3:]))


def _described(labels: Any, cause: dict[str, str]) -> dict[str, Any]:
    return {"labels": labels, **{name: cause[name] for name in ("kind", "message", "task", "type")}}


def _json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError):
        return json.dumps(value, default=str, skipkeys=True)
