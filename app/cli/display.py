"""What a person sees of a run in the terminal: progress while it goes, and a summary at the end."""

from __future__ import annotations

import contextlib
from typing import Any, Protocol, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from ...core.run.records import RunEvent, TaskChanged, TaskLogged, TaskProgress, TaskRecord
from ...core.run.states import TaskState
from ..result import RunResult
from .results import is_table

SHOWN_FAILURES = 10
SHOWN_ROWS = 12

_STATE_STYLE = {"succeeded": "green", "succeeded with failures": "yellow", "failed": "red", "cancelled": "yellow"}


class Watching(contextlib.AbstractContextManager["Watching"], Protocol):
    """Something that hears what happens in a run."""

    def hear(self, event: RunEvent) -> None:
        """Take note of one event."""


class Quiet(contextlib.nullcontext[None]):
    """Shows nothing."""

    def hear(self, event: RunEvent) -> None:
        """Take no note."""


class Lines(contextlib.nullcontext[None]):
    """Writes a line for each step of each task to standard error, with the scheme and why it was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(stderr=True, soft_wrap=True, highlight=False)

    def hear(self, event: RunEvent) -> None:
        """Write a line, for what a person would want to know."""
        match event:
            case TaskChanged(record) if record.state is not TaskState.WAITING:
                self._console.print(escape(_line(record)))
            case TaskProgress(task, fraction, text):
                self._console.print(escape(f"{task}: {fraction:.0%} {text}"))
            case TaskLogged(task, line):
                self._console.print(escape(f"{task}: {line}"))


def _line(record: TaskRecord) -> str:
    text = f"{record.title}: {record.state.value}"
    if record.state is TaskState.DISPATCHED:
        return f"{text} to {record.reason}"
    if record.state.good:
        return f"{text} in {duration(record.seconds)}"
    if record.cause is not None and not record.state.good:
        return f"{text}: {record.cause.message.splitlines()[0]}"
    return text


class Display:
    """A live bar for each node, on standard error; nothing where that is no terminal."""

    def __init__(self, title: str) -> None:
        self._console = Console(stderr=True)
        self._title = title
        self._bars: dict[str, TaskID] = {}
        self._totals: dict[str, int] = {}
        self._failed: dict[str, int] = {}
        self._progress = Progress(
            TextColumn("{task.description}", markup=True),
            BarColumn(bar_width=32),
            TextColumn("{task.completed:.0f}/{task.total:.0f}", justify="right"),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )

    def __enter__(self) -> Self:
        if self._title and self._console.is_terminal:
            self._console.print(f"[bold]{escape(self._title)}[/]")
        self._progress.__enter__()
        return self

    def __exit__(self, *reason: Any) -> None:
        self._progress.__exit__(*reason)

    def hear(self, event: RunEvent) -> None:
        """Move the bar of the node that an event is about."""
        if isinstance(event, TaskChanged):
            self._count(event.record)

    def _count(self, record: TaskRecord) -> None:
        node = record.node
        if node not in self._bars:
            self._bars[node] = self._progress.add_task(escape(node), total=0, note="")
        if record.state is TaskState.WAITING:
            self._totals[node] = self._totals.get(node, 0) + 1
            self._progress.update(self._bars[node], total=self._totals[node])
        elif record.state.terminal:
            self._failed[node] = self._failed.get(node, 0) + (record.state is TaskState.FAILED)
            note = f"[red]{self._failed[node]} failed[/]" if self._failed[node] else ""
            self._progress.update(self._bars[node], advance=1, note=note)


def summary(result: RunResult, found: dict[str, Any], output: str | None) -> None:
    """Print how the run ended, the results of its last nodes, and what failed and why."""
    console = Console(soft_wrap=True, highlight=False)
    counts = ", ".join(f"{count} {state}" for state, count in found["tasks"].items())
    style = _STATE_STYLE.get(result.state, "")
    console.print(f"[{style}]{result.state.capitalize()}[/] in {duration(found['makespan_s'])}: {counts} tasks")
    for node, ports in found["outputs"].items():
        for port, value in ports.items():
            _show(console, node if port == "out" else f"{node}.{port}", value)
    for failure in found["failures"][:SHOWN_FAILURES]:
        console.print(f"[red]✗[/] {escape(failure['title'])}: {escape(failure['message'])}")
        if failure["traceback"] and not result.ok:
            console.print(escape(failure["traceback"].rstrip()), style="dim")
    if len(found["failures"]) > SHOWN_FAILURES:
        console.print(f"… and {len(found['failures']) - SHOWN_FAILURES} more failures")
    if output:
        console.print(f"Results are in {escape(output)}")


def _show(console: Console, name: str, value: Any) -> None:
    if is_table(value):
        table = Table(title=escape(name), title_justify="left", box=None, pad_edge=False)
        columns = list(dict.fromkeys(key for row in value for key in row))
        for column in columns:
            numeric = all(isinstance(row.get(column), int | float) for row in value)
            table.add_column(escape(column), justify="right" if numeric else "left")
        for row in value[:SHOWN_ROWS]:
            table.add_row(*(escape(_cell(row.get(column))) for column in columns))
        console.print(table)
        if len(value) > SHOWN_ROWS:
            console.print(f"… and {len(value) - SHOWN_ROWS} more rows")
        return
    text = value if isinstance(value, str) else repr(value)
    console.print(f"[bold]{escape(name)}[/]: {escape(text if len(text) <= 300 else text[:299] + '…')}")


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)[:60]


def duration(seconds: float) -> str:
    """Return a duration as a person writes it: ``0.8 s``, ``41 s``, ``3 min 20 s``."""
    if seconds < 10:
        return f"{seconds:.2g} s" if seconds < 1 else f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
