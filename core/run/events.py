"""What is told to the scheduler, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from ..worker.failures import Cause
from .states import RunState

TaskId = str
"""The node's id, with its item's places where it is mapped: ``smooth``, ``smooth[3]``, ``fit[3,0]``."""


NOTHING: Mapping[str, Any] = MappingProxyType({})

# What is told and answered for each task is a Struct: a frozen dataclass takes five times as long to make.


class Outcome(Struct, frozen=True, gc=False):
    """What the scheduler must know of a result: not the values, but their shape.

    ``items`` are the labels of the outputs that are handed over item by item, ``flags`` the truth of outputs
    that decide a loop, ``absent`` the outputs that carry nothing, with the reason. ``size`` is that of all values in
    bytes.
    """

    items: Mapping[str, tuple[str, ...]] = NOTHING
    flags: Mapping[str, bool] = NOTHING
    absent: Mapping[str, str] = NOTHING
    size: int = 0


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run begins: all that can be known of its tasks is laid out."""


@dataclass(frozen=True, slots=True)
class SchemeChanged:
    """A scheme now takes up to ``slots`` tasks at a time, of which ``workers`` run (0: all of them).

    Without slots it cannot work any more; ``why`` says why. With ``elsewhere`` it takes nothing from this machine.
    """

    scheme: str
    slots: int
    workers: int = 0
    why: str = ""
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class CoresOccupied:
    """So many cores of this machine are taken by attempts that are over for the run, but that a scheme cannot end."""

    scheme: str
    n_procs: int


class TaskStarted(Struct, frozen=True, gc=False):
    """A worker began to execute the task."""

    task: TaskId


class TaskSucceeded(Struct, frozen=True, gc=False):
    """The task has its results."""

    task: TaskId
    outcome: Outcome = Outcome()


class TaskCached(Struct, frozen=True, gc=False):
    """The results of a task that was to be looked up are there already."""

    task: TaskId
    outcome: Outcome = Outcome()


class TaskMissed(Struct, frozen=True, gc=False):
    """The results of a task that was to be looked up are not there: it has to run."""

    task: TaskId


class TaskFailed(Struct, frozen=True, gc=False):
    """An attempt ended without results; ``lost`` if the worker is to blame and not the module.

    ``shared`` if other tasks ran in that worker, which may be to blame; ``outside`` if somebody else killed it.
    """

    task: TaskId
    cause: Cause
    lost: bool = False
    shared: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class WorkerKilled:
    """Somebody killed a worker that executed no task."""


class TaskRefused(Struct, frozen=True, gc=False):
    """The scheme could not begin the task, for a reason of its own: another scheme may try."""

    task: TaskId
    cause: Cause


class TaskHeld(Struct, frozen=True, gc=False):
    """The attempt could not begin, because results that it reads are gone: ``missing``, of all that it ``reads``.

    Told also, with nothing missing, of a task that is made again: what it reads must be kept for it once more.
    """

    task: TaskId
    reads: tuple[TaskId, ...]
    missing: tuple[TaskId, ...]


@dataclass(frozen=True, slots=True)
class ResultsLost:
    """The results of these tasks are gone, though the run is to keep them: they are made again."""

    tasks: tuple[TaskId, ...]


class TaskStopped(Struct, frozen=True, gc=False):
    """The task ended because it was told to."""

    task: TaskId


@dataclass(frozen=True, slots=True)
class TaskTimedOut:
    """The task takes longer than its node allows."""

    task: TaskId
    seconds: float


@dataclass(frozen=True, slots=True)
class CancelRun:
    """A person asked to end the run."""


@dataclass(frozen=True, slots=True)
class CancelTasks:
    """A person asked to end these tasks only."""

    tasks: tuple[TaskId, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Start nothing new until Resume."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after Pause."""


@dataclass(frozen=True, slots=True)
class PassBreakpoints:
    """A person lets the tasks go on that wait at these breakpoints, and what comes there later; none named: at all."""

    places: tuple[str, ...] = ()


Event = (
    RunStarted | SchemeChanged | CoresOccupied | TaskStarted | TaskSucceeded | TaskCached | TaskMissed
    | TaskFailed | WorkerKilled | TaskRefused
    | TaskHeld | ResultsLost | TaskStopped | TaskTimedOut | CancelRun | CancelTasks | Pause | Resume
    | PassBreakpoints
)  # fmt: skip


class LookUp(Struct, frozen=True, gc=False):
    """Find out whether the results of the task are there already; answer with TaskCached or TaskMissed."""

    task: TaskId


class Start(Struct, frozen=True, gc=False):
    """Hand the task to a scheme; ``reason`` says why to this one."""

    task: TaskId
    scheme: str
    attempt: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """End a task that a scheme was given."""

    task: TaskId
    scheme: str


@dataclass(frozen=True, slots=True)
class Skip:
    """The task will not run; the cause says why."""

    task: TaskId
    cause: Cause = field(default=Cause("upstream", ""), compare=False)


@dataclass(frozen=True, slots=True)
class Fail:
    """The task failed for good."""

    task: TaskId
    cause: Cause = field(compare=False)


@dataclass(frozen=True, slots=True)
class Retry:
    """An attempt failed, and the task is tried again."""

    task: TaskId
    cause: Cause = field(compare=False)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The task was cancelled."""

    task: TaskId


class Release(Struct, frozen=True, gc=False):
    """No task will read the results of this one again."""

    task: TaskId


@dataclass(frozen=True, slots=True)
class AtBreakpoints:
    """Tasks wait at these breakpoints now, and at no others, for a person to let them go on."""

    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FinishRun:
    """All tasks have ended."""

    state: RunState = field(default=RunState.SUCCEEDED, compare=False)
    failed: int = 0


Command = LookUp | Start | Stop | Skip | Fail | Retry | Cancelled | Release | AtBreakpoints | FinishRun
