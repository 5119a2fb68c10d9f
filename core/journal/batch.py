"""Turns what was heard of tasks into rows: what many rows share is told once."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from ..run.states import TaskState
from .bulk import Row, insert

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from ..run.records import TaskRecord
    from ..worker.failures import Cause

Copied = tuple[Any, ...]
"""The fields of a record at one moment, in the order of ``copied``."""

copied: Callable[[TaskRecord], Copied] = attrgetter(
    "id", "state", "scheme", "reason", "worker", "host", "pid", "attempts", "dispatched", "began", "ended", "seconds",
    "cpu_seconds", "peak_memory", "bytes_in", "bytes_out", "cause", "missing", "previews",
)  # fmt: skip

_PLACES = 4096
_CAUSES = 64  # a traceback may have 64 kB
_MAX_MISSING = 10_000


class _Shared:
    """Rows that others refer to by number. Not all are remembered: then one is told again."""

    def __init__(self, remembered: int) -> None:
        self.rows: list[Row] = []
        self._remembered = remembered
        self._numbers: dict[Row, int] = {}
        self._count = 0

    def number(self, row: Row) -> int:
        """Return the number of a row, which is kept if it is new."""
        found = self._numbers.get(row)
        if found is not None:
            return found
        if len(self._numbers) >= self._remembered:
            self._numbers.clear()
        self._count += 1
        self._numbers[row] = self._count
        self.rows.append((self._count, *row))
        return self._count

    def take(self) -> list[Row]:
        rows, self.rows = self.rows, []
        return rows


class Batches:
    """Makes the rows of one write after the other, and numbers tasks, places and causes as they come."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self._nodes = {node: number for number, node in enumerate(nodes)}
        self._unknown: list[Row] = []
        self._tasks: dict[str, int] = {}
        self._places, self._causes = _Shared(_PLACES), _Shared(_CAUSES)
        self._made: list[Row] = []
        self._standings: list[Row] = []
        self._attempts: list[Row] = []
        self.number = 0

    def task(self, task_id: str) -> int | None:
        """Return the number of a task, None if it was never heard of."""
        return self._tasks.get(task_id)

    def make(self, records: Iterable[TaskRecord]) -> None:
        """Take in tasks that were made."""
        for record in records:
            self._make(record)

    def stand(self, standings: Iterable[Copied]) -> None:
        """Take in how tasks stand, or stood, one after the other."""
        for fields in standings:
            self._stand(fields)

    def _make(self, record: TaskRecord) -> None:
        if record.id in self._tasks:
            # It waits once more, for results that are made again.
            return
        number = self._tasks[record.id] = len(self._tasks)
        labels = _json(dict(record.labels)) if record.labels else None
        self._made.append((number, record.id, self._node(record.node), labels))

    def _node(self, node: str) -> int:
        found = self._nodes.get(node)
        if found is None:
            found = self._nodes[node] = len(self._nodes)
            self._unknown.append((found, node, "", "", None, None, "{}", "[]"))
        return found

    def _stand(self, fields: Copied) -> None:
        task, state, scheme, reason, worker, host, pid, attempts = fields[:8]
        cause, missing, previews = fields[16:]
        row = (
            self._tasks[task],
            self.number,
            state.value,
            self._places.number((scheme, reason, worker, host, pid)) if scheme else None,
            attempts,
            *fields[8:16],
            self._cause(cause) if cause is not None else None,
            _missing(missing) if missing else None,
            _json(previews) if previews else None,
        )
        self._standings.append(row)
        if state is TaskState.READY and attempts:
            # What comes back to ready had an attempt that gave nothing, or whose result was lost.
            ended = TaskState.FAILED if cause is not None else TaskState.SUCCEEDED
            self._attempts.append((*row[:2], ended.value, *row[3:]))

    def _cause(self, cause: Cause) -> int:
        return self._causes.number((cause.kind, cause.message, cause.task, cause.type, cause.traceback))

    def write(self, connection: sqlite3.Connection) -> None:
        """Write the rows and forget them."""
        rows: dict[str, Sequence[Row]] = {
            "nodes": self._unknown,
            "places": self._places.take(),
            "causes": self._causes.take(),
            "tasks": self._made,
            "standings": self._standings,
            "attempts": self._attempts,
        }
        self._unknown, self._made, self._standings, self._attempts = [], [], [], []
        for table, found in rows.items():
            insert(connection, table, found)
        self.number += 1


def _missing(missing: Iterable[Any]) -> str:
    listed = [
        {"labels": dict(item.labels), "kind": item.cause.kind, "message": item.cause.message, "task": item.cause.task,
         "type": item.cause.type}
        for item in list(missing)[:_MAX_MISSING]
    ]  # fmt: skip
    return _json(listed)


def _shown(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a strange object must not end the journal
        return type(value).__name__


_encode = msgspec.json.Encoder(enc_hook=_shown).encode


def _json(value: Any) -> str:
    try:
        return _encode(value).decode()
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError, OverflowError):
        return json.dumps(value, default=_shown, skipkeys=True)
