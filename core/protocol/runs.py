"""Messages about runs: begun, steered, and what is told while they go on."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from .documents import Document
from .message import Message, Request
from .schemes import SchemeSettings


class RunOptions(Message):
    """The options of a run, as ``treadle run`` has them; 0 cores or GB: what the machine has.

    ``preference`` are the schemes that ``auto`` may use, the dearest first; empty: all, in the usual order.
    With ``breakpoints`` the run stops before nodes that have one, until ResumeRun names them; else it passes them.
    """

    scheme: str = "auto"
    n_procs: int = 0
    memory_gb: float = 0.0
    on_error: str = "continue"
    order: str = "critical-path"
    retries: int = 0
    until: tuple[str, ...] = ()
    cache: bool = True
    cache_folder: str = ""
    resume: bool = False
    preference: tuple[str, ...] = ()
    settings: dict[str, SchemeSettings] = field(default_factory=dict)
    breakpoints: bool = False


class StartRun(Request, tag="start-run"):
    """Begin a run of the pipeline as it is now; answered by RunStarted, before any news of the run.

    ``trust`` lets its code run this time; without it, code that is not trusted is refused with ``UntrustedError``.
    """

    document: Document
    options: RunOptions = field(default_factory=RunOptions)
    trust: bool = False


class PauseRun(Request, tag="pause-run"):
    """Start nothing new in a run; answered by Done."""

    run: str


class ResumeRun(Request, tag="resume-run"):
    """Go on after a pause, or with ``breakpoints`` at these, by the paths of nodes and groups; answered by Done."""

    run: str
    breakpoints: tuple[str, ...] = ()


class CancelRun(Request, tag="cancel-run"):
    """End a run, or only these nodes or tasks of it; answered by Done when it is asked for, not when it is over."""

    run: str
    nodes: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


class AskTask(Request, tag="ask-task"):
    """Tell all that is known of a task; answered by TaskDetails."""

    run: str
    task: str


class AskAttempts(Request, tag="ask-attempts"):
    """Tell of the earlier attempts of tasks, those that gave nothing; answered by AttemptList."""

    run: str
    tasks: tuple[str, ...]


class ForgetRun(Request, tag="forget-run"):
    """Let go of a run that is over, and of its workers, or of one that goes on ``when_over``; answered by Done."""

    run: str
    when_over: bool = False


class PlannedNode(Message):
    """A node of a run, and the labels of the axes that its tasks have."""

    node: str
    axes: tuple[str, ...] = ()


class RunStarted(Message):
    """A run has begun: its id, its journal, and its nodes in order."""

    run: str
    journal: str
    nodes: tuple[PlannedNode, ...]


class TaskDetails(Message):
    """A task: its full cause, and what its outputs look like."""

    task: str
    cause: str = ""
    traceback: str = ""
    previews: dict[str, dict[str, Any]] = field(default_factory=dict)


class AttemptRow(Struct, frozen=True, array_like=True, gc=False):
    """An attempt of a task that gave nothing: the scheme, why that one, where it ran, and the cause of its end."""

    task: str
    attempt: int
    scheme: str
    reason: str
    worker: str = ""
    host: str = ""
    cause: str = ""


class AttemptList(Message):
    """The earlier attempts of each task that was asked for, in their order."""

    attempts: tuple[AttemptRow, ...]


class TaskRow(Struct, frozen=True, array_like=True, gc=False):
    """A task as it stands. Times in seconds from the start of the run, sizes in bytes."""

    task: str
    node: str
    labels: dict[str, str]
    state: str
    scheme: str = ""
    reason: str = ""
    worker: str = ""
    host: str = ""
    attempts: int = 0
    dispatched: float = 0.0
    began: float = 0.0
    ended: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    cause: str = ""


class NodeRow(Struct, frozen=True, array_like=True, gc=False):
    """How many tasks of a node are in each state, and how far those that run have got together (0 to 1)."""

    node: str
    states: dict[str, int]
    progress: float = 0.0
    text: str = ""


class LogLine(Struct, frozen=True, array_like=True, gc=False):
    """A line that a module wrote."""

    task: str
    text: str


class RunNews(Message, tag_field="sent", tag="run-news"):
    """What happened in a run since the last time: the newest of each task and node. ``cut`` lines were left out.

    ``waits_at`` are the breakpoints where tasks wait now, those reached first before the others; None: as told before.
    """

    run: str
    seconds: float
    tasks: tuple[TaskRow, ...] = ()
    nodes: tuple[NodeRow, ...] = ()
    lines: tuple[LogLine, ...] = ()
    cut: int = 0
    waits_at: tuple[str, ...] | None = None


class RunOver(Message, tag_field="sent", tag="run-over"):
    """A run has ended; ``message`` says why if it broke off."""

    run: str
    state: str
    seconds: float
    states: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    message: str = ""
