"""What a person sees of a run in the terminal: progress while it goes, and a summary at the end."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from ...core.run.progress import CANCELLED
from ...core.run.records import RunEvent, TaskChanged, TaskLogged, TaskProgress, TaskRecord
from ...core.run.states import TaskState
from .results import Preview, is_table
from .text import counted, duration, forget, harmless, line_width, one_line, styled, wrapped
from .values import SHOWN_ROWS, show_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..result import RunResult

SHOWN_FAILURES = 10

_STATE_STYLE = {
    "succeeded": "green",
    "succeeded with failures": "yellow",
    "failed": "red",
    "cancelled": "yellow",
}


class Watching(contextlib.AbstractContextManager["Watching | None"], Protocol):
    """Something that hears what happens in a run."""

    def expect(self, title: str, nodes: Iterable[str]) -> None:
        """Take note of what will run, in order."""

    def hear(self, event: RunEvent) -> None:
        """Take note of one event."""


class Quiet(contextlib.nullcontext[None]):
    """Shows nothing."""

    def expect(self, title: str, nodes: Iterable[str]) -> None:
        """Take no note."""

    def hear(self, event: RunEvent) -> None:
        """Take no note."""


class Lines(Quiet):
    """Writes a line for each step of each task to standard error, with the scheme and why it was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._titles: dict[str, str] = {}

    def hear(self, event: RunEvent) -> None:
        """Write a line, for what a person would want to know."""
        match event:
            case TaskChanged(record) if record.state is TaskState.WAITING:
                self._titles[record.id] = record.title
            case TaskChanged(record):
                self._write(_line(record))
            case TaskProgress(task, fraction, text):
                self._write(f"{self._titles.get(task, task)}: {fraction:.0%} {text}")
            case TaskLogged(task, line):
                self._write(f"{self._titles.get(task, task)}: {line}")

    def _write(self, text: str) -> None:
        # What cannot be told, because nobody reads it any more, is no reason to break off the run.
        try:
            sys.stderr.write(f"{one_line(text)}\n")
            sys.stderr.flush()
        except OSError:
            forget(sys.stderr)


def _line(record: TaskRecord) -> str:
    text = f"{record.title}: {record.state.value}"
    if record.state is TaskState.DISPATCHED:
        return f"{text} to {record.reason}"
    if record.state.good:
        return f"{text} in {duration(record.seconds)}"
    if record.state is TaskState.RUNNING or record.cause is None or record.cause.message == CANCELLED:
        return text
    why = record.cause.message.partition("\n")[0]
    # It is ready a second time only because an attempt has failed.
    return f"{record.title}: to be tried again: {why}" if record.state is TaskState.READY else f"{text}: {why}"


def summary(result: RunResult, found: dict[str, Any], hint: str = "") -> None:
    """Print how the run ended, what its last nodes gave, what failed; a hint where something is cut."""
    width = line_width()
    lines = [*([] if width is None else [""]), _ending(result.state, found)]
    present = {
        node if port == "out" else f"{node}.{port}": value
        for node, ports in found["outputs"].items()
        for port, value in ports.items()
        if value is not None
    }
    if present:
        lines += ["", *show_values(present, width)]
    if found["failures"]:
        lines += ["", *_failures(found["failures"], width, traced=not result.ok)]
    for warning in found.get("warnings", ()):
        told = wrapped(f"! {one_line(warning)}", width)
        lines += ["", told.replace("!", styled("!", "yellow"), 1)]
    if hint and any(map(_is_cut, present.values())):
        lines += ["", wrapped(hint, width, "")]
    sys.stdout.write("\n".join(lines) + "\n")


def _ending(state: str, found: dict[str, Any]) -> str:
    counts = Counter(found["tasks"])
    told = counted(counts.total(), "task")
    if set(counts) - {"succeeded"}:
        told = f"{told}: {', '.join(f'{count:,} {name}' for name, count in counts.items())}"
    ended = styled(state.capitalize(), _STATE_STYLE.get(state, ""))
    return f"{ended} in {duration(found['makespan_s'])}, {told}"


def _failures(failures: list[dict[str, str]], width: int | None, *, traced: bool) -> Iterator[str]:
    for failure in failures[:SHOWN_FAILURES]:
        told = f"✗ {one_line(failure['title'])}: {harmless(failure['message'].strip())}"
        yield wrapped(told, width).replace("✗", styled("✗", "red"), 1)
        if failure["traceback"] and traced:
            lines = harmless(failure["traceback"].rstrip()).split("\n")
            yield from (styled(f"  {line}", "dim") for line in lines)
    if len(failures) > SHOWN_FAILURES:
        yield f"… and {counted(len(failures) - SHOWN_FAILURES, 'more failure')}"


def _is_cut(value: Any) -> bool:
    """Say whether there is more to a value than the summary shows."""
    if isinstance(value, Preview) or (is_table(value) and len(value) > SHOWN_ROWS):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_is_cut, inner))
