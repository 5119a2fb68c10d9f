"""What a journal tells of a run as a whole, of its nodes, and of what its tasks wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ..run.states import RunState, TaskState
from ..worker.cut import mark_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .owners import Owner

_UNDER_WAY = (TaskState.DISPATCHED.value, TaskState.RUNNING.value)
"""Of these it is not known yet how long they take; in a run that was killed it never will be."""


@dataclass(frozen=True)
class RunSummary:
    """A run: how it was asked for, and how it stands. Times in seconds, ``started`` since 1970.

    ``state`` is that of a RunState, or ``interrupted`` if its process ended before it did. ``counts`` say how many
    tasks are in which state; ``socket`` is where a live run listens.
    """

    path: Path
    id: str
    name: str
    state: str
    started: float
    seconds: float
    counts: Mapping[str, int]
    file: str
    scheme: str
    options: Mapping[str, Any]
    versions: Mapping[str, str]
    owner: Owner
    socket: str
    warnings: Sequence[str]

    @property
    def live(self) -> bool:
        """Whether it still goes on."""
        return self.state == RunState.RUNNING.value

    @property
    def tasks(self) -> int:
        """How many tasks it has, as far as they are known."""
        return sum(self.counts.values())


@dataclass
class NodeSummary:
    """A node of a run: what it was told, and its tasks, counted and added up."""

    id: str
    title: str
    module: str
    n_procs: int | None
    mem_gb: float | None
    inputs: Mapping[str, Any]
    sources: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    schemes: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    longest: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    attempts: int = 0

    @property
    def tasks(self) -> int:
        """How many tasks it has, as far as they are known."""
        return sum(self.counts.values())

    @property
    def mean(self) -> float:
        """The seconds of a task that ran to its end, on average; 0 if none did."""
        ran = sum(self.schemes.values()) - sum(self.counts.get(state, 0) for state in _UNDER_WAY)
        return self.seconds / ran if ran > 0 else 0.0

    def add(self, state: str, count: int, seconds: float | None, longest: float | None, *rest: float | None) -> None:
        """Add the tasks in one state; sums that nothing is known of are None."""
        cpu_seconds, peak_memory, bytes_in, bytes_out, attempts = (number or 0 for number in rest)
        self.counts[state] = count
        self.seconds += seconds or 0.0
        self.longest = max(self.longest, longest or 0.0)
        self.cpu_seconds += cpu_seconds
        self.peak_memory = max(self.peak_memory, int(peak_memory))
        self.bytes_in += int(bytes_in)
        self.bytes_out += int(bytes_out)
        self.attempts += int(attempts)


class Log(NamedTuple):
    """Lines that a task wrote, the newest at the end; ``gaps`` says how many were cut before which of them."""

    lines: tuple[str, ...]
    gaps: Mapping[int, int]

    @property
    def cut(self) -> int:
        """How many lines were cut."""
        return sum(self.gaps.values())

    def marked(self) -> list[str]:
        """Return the lines with a line for each gap."""
        shown: list[str] = []
        for place, line in enumerate(self.lines):
            if place in self.gaps:
                shown.append(mark_of(self.gaps[place]))
            shown.append(line)
        return shown if len(self.lines) not in self.gaps else [*shown, mark_of(self.gaps[len(self.lines)])]
