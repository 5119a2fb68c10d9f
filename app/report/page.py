"""Writes the report of a run: one HTML file with drawing, timeline, tables, errors, options and versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...core.document import write_atomically
from ...core.errors import UsageError
from ...core.run.states import TaskState
from .graph import drawing
from .markup import Html, element, section
from .sections import MAX_ERRORS, MAX_ROWS, asked, errors, head, node_table, task_table
from .style import SCRIPT, STYLE, policy
from .timeline import concurrency, spans_of, timeline

if TYPE_CHECKING:
    from ...core.journal.reader import RunReader
    from ...core.run.records import TaskRecord


def write_report(run: RunReader, path: str | Path) -> Path:
    """Write the report of a run to a file, all of it or nothing; UsageError if the disk refuses."""
    target = Path(path)
    data = report(run).encode("utf-8", "backslashreplace")
    try:
        write_atomically(target, data)
    except OSError as error:
        raise UsageError(f"the report cannot be written: {error.strerror or error}", where=str(target)) from None
    return target


def report(run: RunReader) -> str:
    """Return the report as text: it needs nothing else, and nothing in it can run but its own few lines."""
    summary, nodes = run.summary(), run.nodes()
    spans = spans_of(run.tasks())
    shown = _shown_tasks(run)
    failures = [task for task in shown if task.state is TaskState.FAILED]
    failed = summary.counts.get(TaskState.FAILED.value, 0)
    body = [
        head(summary, nodes),
        errors(run, failures[:MAX_ERRORS], failed, summary.warnings),
        section("Pipeline", drawing(nodes)),
        section("Timeline", timeline(spans), concurrency(spans)),
        node_table(nodes),
        task_table(shown, summary.tasks),
        *asked(summary, run.pipeline()),
    ]
    return _page(summary.name or summary.id, [part for part in body if part is not None])


def _shown_tasks(run: RunReader) -> list[TaskRecord]:
    """Return the tasks of the table: all, or of many those that failed and the longest; in the order they were made."""
    failed = run.tasks(states=[TaskState.FAILED], limit=MAX_ROWS, previews=True)
    known = {task.id for task in failed}
    longest = [task for task in run.tasks(order="longest", limit=MAX_ROWS, previews=True) if task.id not in known]
    return failed + longest[: MAX_ROWS - len(failed)]


def _page(title: str, parts: list[Html]) -> str:
    first = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy()),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} – Treadle"),
        element("style", Html(STYLE)),
    )
    last = element("script", Html(SCRIPT))
    return f'<!DOCTYPE html>\n<html lang="en">{first}\n{element("body", element("main", *parts), last)}</html>\n'
