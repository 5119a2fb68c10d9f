"""What is told of a run while it goes, and what is kept of each task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from ..worker.failures import Cause
from .events import NOTHING, AtBreakpoints, TaskId
from .states import RunState, TaskState


@dataclass(frozen=True, slots=True)
class Missing:
    """An item that a join passed over because it failed: its labels, as far as they are known, and why."""

    labels: Mapping[str, str]
    cause: Cause


class TaskRecord(Struct, gc=False):
    """All that is known of one task: of its last attempt, where there were several. Times in seconds, sizes in bytes.

    ``reason`` says why it ran on ``scheme``. ``dispatched``, ``began`` and ``ended`` count from the start of the run;
    ``worker``, ``host`` and ``pid`` say where it ran, ``host`` only if that is another machine. ``missing`` are the
    items that its joins passed over.
    """

    id: TaskId
    node: str
    labels: Mapping[str, str]
    state: TaskState = TaskState.WAITING
    scheme: str = ""
    reason: str = ""
    worker: str = ""
    host: str = ""
    pid: int = 0
    attempts: int = 0
    dispatched: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    cause: Cause | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    previews: Mapping[str, Mapping[str, Any]] = NOTHING
    missing: tuple[Missing, ...] = ()

    @property
    def title(self) -> str:
        """The node and the labels of its item: ``smooth (subject sub-07)``."""
        if not self.labels:
            return self.node
        return f"{self.node} ({', '.join(f'{axis} {label}' for axis, label in self.labels.items())})"


class TaskChanged(Struct, frozen=True, gc=False):
    """A task was made, or has another state; back to ready after an attempt that failed.

    The record goes on changing: who wants to keep it takes what it needs at once.
    """

    record: TaskRecord


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """A module told how far it is, from 0 to 1."""

    task: TaskId
    fraction: float
    text: str


@dataclass(frozen=True, slots=True)
class TaskLogged:
    """A module wrote a line."""

    task: TaskId
    line: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """All is over."""

    state: RunState


RunEvent = TaskChanged | TaskProgress | TaskLogged | AtBreakpoints | RunEnded
Listener = Callable[[RunEvent], None]
