"""What every way of executing tasks promises, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .worker.call import Call, ValueId
    from .worker.execute import Result
    from .worker.failures import Cause


@dataclass(frozen=True, slots=True)
class Capacity:
    """The scheme now takes up to ``slots`` calls at a time."""

    scheme: str
    slots: int


@dataclass(frozen=True, slots=True)
class Began:
    """A worker began to execute a call."""

    task: str
    worker: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """A module told how far it is."""

    task: str
    fraction: float
    text: str


@dataclass(frozen=True, slots=True)
class Logged:
    """A module, or what it printed, wrote a line."""

    task: str
    line: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A call is over: ``result`` says what it gave, or why it gave nothing.

    ``lost`` marks a failure of the worker and not of the module. Times are in seconds, memory in bytes.
    """

    task: str
    result: Result | Cause
    lost: bool = False
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """A call that was to be stopped is over."""

    task: str


Report = Capacity | Began | Progressed | Logged | Ended | Stopped


class Scheme(Protocol):
    """A way to execute calls.

    The executor calls all methods from one thread. ``report`` may be called from any thread and never blocks.
    Each call that was submitted is answered by exactly one Ended or Stopped, also when its worker dies, unless
    the scheme is closed before.
    """

    name: str

    def open(self, report: Callable[[Report], None]) -> None:
        """Begin to work; announce the capacity. Called once, before all others."""

    def submit(self, calls: Sequence[Call]) -> None:
        """Take calls, no more at a time than the capacity announced. Does not wait for them, except in serial."""

    def stop(self, tasks: Iterable[str]) -> None:
        """End these calls as soon as can be: within 2 s where a worker can be killed."""

    def fetch(self, value: ValueId, deadline: float) -> Any:
        """Return a value made here; KeyError if there is none, TimeoutError after ``deadline`` seconds."""

    def release(self, tasks: Iterable[str]) -> None:
        """Forget the values of these tasks: nobody will ask for them again."""

    def close(self, deadline: float) -> None:
        """End all calls and workers within ``deadline`` seconds and leave nothing behind. May be called twice."""
