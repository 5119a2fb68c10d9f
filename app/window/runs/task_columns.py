"""The columns of the table of tasks: what each shows of a task, and by what it is sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from PyQt6.QtCore import QCoreApplication

from ....core.run.states import CACHE
from .. import amounts
from ..looks import ENDED
from ..scheme_words import scheme_word
from ..theme.tokens import STATES
from .problems import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....core.protocol import TaskRow


class Column(NamedTuple):
    """A column: its title, what it shows, by what it is sorted, whether it holds numbers, and its first width."""

    title: str
    text: Callable[[TaskRow], str]
    key: Callable[[TaskRow], Any]
    numbers: bool
    width: int


def seconds_of(row: TaskRow) -> float:
    """Return how long a task took; 0 if it has not ended, or did not run."""
    return max(0.0, row.ended - (row.began or row.dispatched)) if row.ended and row.scheme else 0.0


def item_of(row: TaskRow) -> str:
    """Return the labels of a task's item, outer to inner."""
    return one_line(" · ".join(row.labels.values()))


def word_of(state: str) -> str:
    """Return the word for a state."""
    look = STATES.get(state)
    return QCoreApplication.translate("states", look.word) if look else state


def columns(title: Callable[[str], str] = str) -> tuple[Column, ...]:
    """Return all columns, in the language of the window; ``title`` tells what a node is called."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("tasks", text)

    return (
        Column(tr("State"), lambda row: word_of(row.state), lambda row: _ORDER.get(row.state, 99), False, 112),
        Column(tr("Node"), lambda row: title(row.node), lambda row: title(row.node).casefold(), False, 180),
        Column(tr("Item"), item_of, lambda row: tuple(row.labels.values()), False, 120),
        Column(tr("Scheme"), scheme_of, scheme_of, False, 90),
        Column(tr("Worker"), _worker, _worker, False, 110),
        Column(tr("Duration"), _duration, seconds_of, True, 84),
        Column(tr("CPU"), _cpu, lambda row: row.cpu_seconds, True, 72),
        Column(tr("Memory"), _memory, lambda row: row.peak_memory, True, 84),
        Column(tr("Read"), lambda row: _size(row.bytes_in), lambda row: row.bytes_in, True, 72),
        Column(tr("Made"), lambda row: _size(row.bytes_out), lambda row: row.bytes_out, True, 72),
        Column(tr("Attempts"), _attempts, lambda row: row.attempts, True, 72),
        Column(tr("Cause"), lambda row: one_line(row.cause), lambda row: row.cause, False, 300),
    )


STATE, NODE, ITEM, SCHEME, CAUSE = 0, 1, 2, 3, 11

_WORST_FIRST = (
    "failed", "lost contact", "running", "dispatched", "ready", "waiting", "cancelled", "skipped", "succeeded", "cached"
)  # fmt: skip
_ORDER = {state: place for place, state in enumerate(_WORST_FIRST)}
"""What needs a look comes first when tasks are sorted by their state."""


def scheme_of(row: TaskRow) -> str:
    """Return what the scheme that took a task is called; empty if none had to."""
    # That a result was there already is said by the state.
    return "" if row.scheme == CACHE else scheme_word(row.scheme)


def _worker(row: TaskRow) -> str:
    return f"{row.worker} · {row.host}" if row.host else row.worker


def _duration(row: TaskRow) -> str:
    return amounts.duration(seconds_of(row)) if row.ended and row.scheme and row.state in ENDED else ""


def _cpu(row: TaskRow) -> str:
    return amounts.duration(row.cpu_seconds) if row.cpu_seconds else ""


def _memory(row: TaskRow) -> str:
    return _size(row.peak_memory)


def _size(count: int) -> str:
    return amounts.size(count) if count else ""


def _attempts(row: TaskRow) -> str:
    return str(row.attempts) if row.attempts else ""
