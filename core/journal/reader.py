"""Reads the journal of one run, while it goes or long after."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal, Self

from ..errors import UsageError, suggestion
from ..run.records import Missing, TaskRecord
from ..run.states import RunState, TaskState
from ..worker.failures import Cause
from .owners import Owner
from .replay import UNPACKED, Replay
from .summaries import Log, NodeSummary, RunSummary
from .tables import open_to_read, unreadable
from .writer import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Order = Literal["made", "longest", "largest", "latest"]

_ORDERS: dict[Order, str] = {
    "made": "t.number",
    "longest": "s.seconds DESC, t.number",
    "largest": "s.peak_memory DESC, t.number",
    "latest": "s.ended DESC, t.number",
}
_TASKS = """
SELECT t.id, n.id, t.labels, s.state, s.place, s.attempts, s.dispatched, s.began, s.ended, s.seconds, s.cpu_seconds,
    s.peak_memory, s.bytes_in, s.bytes_out, s.cause, s.missing, {previews}
FROM tasks t JOIN nodes n ON n.number = t.node LEFT JOIN {table} s ON s.task = t.number"""
_PER_NODE = """
SELECT t.node, coalesce(s.state, 'waiting'), count(*), sum(s.seconds), max(s.seconds), sum(s.cpu_seconds),
    max(s.peak_memory), sum(s.bytes_in), sum(s.bytes_out), sum(s.attempts)
FROM tasks t LEFT JOIN standings s ON s.task = t.number GROUP BY 1, 2"""
_SCHEMES = """
SELECT t.node, p.scheme, count(*)
FROM standings s JOIN tasks t ON t.number = s.task JOIN places p ON p.number = s.place
WHERE s.attempts > 0 AND s.state != 'cached' GROUP BY 1, 2"""

Place = tuple[str, str, str, str, int]


class RunReader:
    """The journal at ``path``; each question is answered as things stand when it is asked.

    All methods raise JournalError if the file cannot be read. To be used by one thread.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection, self._version = open_to_read(path)
        self._replay: Replay | None = None
        self._places: dict[int, Place] = {}
        self._causes: dict[int, Cause] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def summary(self) -> RunSummary:
        """Return what is known of the run as a whole."""
        rows = self._plain_rows("SELECT * FROM run")
        if not rows:
            raise unreadable(self.path, "it holds no run")
        row = rows[0]
        owner = Owner(row["host"], row["pid"], row["process_started"])
        state = row["state"]
        if state == RunState.RUNNING.value and not owner.lives(row["alive"]):
            state = INTERRUPTED
        return RunSummary(
            path=self.path, id=row["id"], name=row["name"], state=state, started=row["started"],
            seconds=row["seconds"] if row["seconds"] is not None else max(0.0, row["alive"] - row["started"]),
            counts=self._counts() if row["counts"] is None else json.loads(row["counts"]),
            file=row["file"], scheme=row["scheme"], options=json.loads(row["options"]),
            versions=json.loads(row["versions"]), owner=owner, socket=row["socket"],
            warnings=json.loads(row["warnings"] or "[]"),
        )  # fmt: skip

    def pipeline(self) -> str:
        """Return the pipeline as the text of its file; empty if no file could hold it."""
        return str(self._plain_rows("SELECT pipeline FROM run")[0][0])

    def nodes(self) -> list[NodeSummary]:
        """Return the nodes in the order in which they can run, each with its tasks counted and added up."""
        found = {
            row["number"]: NodeSummary(
                row["id"], row["title"], row["module"], row["n_procs"], row["mem_gb"],
                json.loads(row["inputs"]), tuple(json.loads(row["sources"])),
            )
            for row in self._rows("SELECT * FROM nodes ORDER BY number")
        }  # fmt: skip
        for row in self._rows(_PER_NODE):
            found[row[0]].add(*tuple(row)[1:])
        for node, scheme, count in self._rows(_SCHEMES):
            found[node].schemes[scheme] = count
        return list(found.values())

    def tasks(
        self,
        *,
        node: str = "",
        states: Sequence[TaskState] = (),
        order: Order = "made",
        limit: int = -1,
        offset: int = 0,
        previews: bool = False,
    ) -> list[TaskRecord]:
        """Return tasks, all or those of a node, in some states; their previews only if asked for."""
        wanted: list[str] = ["n.id = ?"] if node else []
        values: list[Any] = [node] if node else []
        if states:
            wanted.append(f"coalesce(s.state, 'waiting') IN ({','.join('?' * len(states))})")
            values += [state.value for state in states]
        where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
        tail = f"{where} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?"
        return list(self._records(_tasks_query(previews=previews) + tail, (*values, limit, offset)))

    def made(self, after: int = 0) -> list[TaskRecord]:
        """Return the tasks in the order in which they were made, but for the first ``after``."""
        return list(self._records(f"{_tasks_query()} WHERE t.number >= ? ORDER BY t.number", (after,)))

    def changed(self, after: int = -1) -> tuple[int, list[TaskRecord]]:
        """Return the number of the last write, and the tasks that changed since the write ``after``."""
        (last,) = self._rows("SELECT coalesce(max(batch), -1) FROM standings")[0]
        query = f"{_tasks_query()} WHERE s.batch > ? AND s.batch <= ? ORDER BY s.batch, t.number"
        return last, list(self._records(query, (after, last)))

    def task(self, task_id: str) -> TaskRecord:
        """Return one task with its previews; UsageError, with a suggestion, if the run had none such."""
        found = list(self._records(f"{_tasks_query(previews=True)} WHERE t.id = ?", (task_id,)))
        if not found:
            known = [row[0] for row in self._rows("SELECT id FROM tasks LIMIT 20000")]
            raise UsageError(f"this run had no task {task_id!r}", remedy=suggestion(task_id, known))
        return found[0]

    def attempts(self, task_id: str) -> list[TaskRecord]:
        """Return the earlier attempts of a task, those that gave nothing or whose result was lost."""
        query = f"{_tasks_query('attempts', previews=True)} WHERE t.id = ? AND s.task IS NOT NULL ORDER BY s.attempts"
        return list(self._records(query, (task_id,)))

    def log(self, task_id: str) -> Log:
        """Return the lines that a task wrote, the newest at the end, and where others were cut."""
        lines: list[str] = []
        gaps: dict[int, int] = {}
        query = "SELECT text, lines, cut FROM logs WHERE task = (SELECT number FROM tasks WHERE id = ?) ORDER BY number"
        for text, count, cut in self._rows(query, (task_id,)):
            if cut:
                gaps[len(lines)] = gaps.get(len(lines), 0) + cut
            lines.extend(text.split("\n") if count else ())
        return Log(tuple(lines), gaps)

    def logged(self) -> list[str]:
        """Return the ids of the tasks that wrote lines."""
        query = "SELECT id FROM tasks WHERE number IN (SELECT DISTINCT task FROM logs) ORDER BY number"
        return [row[0] for row in self._rows(query)]

    def progress(self) -> dict[str, tuple[float, str]]:
        """Return how far the running tasks say they are: a fraction, and a text."""
        query = "SELECT t.id, p.fraction, p.text FROM progress p JOIN tasks t ON t.number = p.task"
        return {task: (fraction, text) for task, fraction, text in self._rows(query)}

    def _counts(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for _, state, count, *_sums in self._rows(_PER_NODE):
            counts[state] += count
        return dict(counts)

    def _records(self, query: str, values: Sequence[Any]) -> Iterator[TaskRecord]:
        for row in self._rows(query, values):
            yield self._record(*row)

    def _record(
        self, task: str, node: str, labels: str, state: str | None, place: int, attempts: int, *rest: Any
    ) -> TaskRecord:
        record = TaskRecord(task, node, json.loads(labels) if labels else {})
        if state is None:
            return record
        *numbers, cause, missing, previews = rest
        record.state, record.attempts = TaskState(state), attempts
        if place is not None:
            record.scheme, record.reason, record.worker, record.host, record.pid = self._place(place)
        (record.dispatched, record.began, record.ended, record.seconds, record.cpu_seconds, record.peak_memory,
         record.bytes_in, record.bytes_out) = numbers  # fmt: skip
        record.cause = None if cause is None else self._cause(cause)
        record.missing = _missing(missing)
        record.previews = json.loads(previews) if previews else {}
        return record

    def _place(self, number: int) -> Place:
        if number not in self._places:
            self._places = {row[0]: tuple(row[1:]) for row in self._rows("SELECT * FROM places")}
        return self._places.get(number, ("", "", "", "", 0))

    def _cause(self, number: int) -> Cause:
        if number not in self._causes:
            self._causes = {row[0]: Cause(*row[1:]) for row in self._rows("SELECT * FROM causes")}
        return self._causes.get(number, Cause("lost contact", "why it ended is not in the journal"))

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Answer a query about nodes and tasks."""
        if self._version > UNPACKED:
            self._catch_up()
        return self._plain_rows(query, values)

    def _catch_up(self) -> None:
        try:
            if self._replay is None:
                self._replay = Replay(self._connection)
            self._replay.catch_up()
        except (sqlite3.Error, ValueError, TypeError, LookupError) as error:
            raise unreadable(self.path, error) from None

    def _plain_rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Answer a query about the run as a whole."""
        try:
            with contextlib.closing(self._connection.cursor()) as cursor:
                cursor.row_factory = sqlite3.Row
                return cursor.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise unreadable(self.path, error) from None


def _tasks_query(table: str = "standings", *, previews: bool = False) -> str:
    return _TASKS.format(table=table, previews="s.previews" if previews else "NULL")


def _missing(text: str | None) -> tuple[Missing, ...]:
    if not text:
        return ()
    return tuple(
        Missing(item["labels"], Cause(item["kind"], item["message"], item["task"], item["type"]))
        for item in json.loads(text)
    )
