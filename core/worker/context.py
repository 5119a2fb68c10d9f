"""What a module may ask of the task it runs in: progress, log, cancelled and scratch."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path

from .secrets import Secrets

ProgressSink = Callable[[float, str], None]
LogSink = Callable[[str], None]


class TaskContext:
    """The surroundings of one task: where its progress and log lines go, and its private directory.

    ``scratch`` is that directory where there is one that somebody else sweeps; else one is made when it is asked for.
    """

    def __init__(
        self,
        on_progress: ProgressSink = lambda _fraction, _text: None,
        on_log: LogSink = lambda _line: None,
        is_cancelled: Callable[[], bool] = lambda: False,
        scratch: Path | None = None,
    ) -> None:
        self.on_progress = on_progress
        self.on_log = on_log
        self.is_cancelled = is_cancelled
        self.secrets = Secrets()
        self._ready_made = scratch is not None
        self._scratch = scratch

    def discreet(self) -> TaskContext:
        """Return a context for one call that covers the secrets of its parameters in all that is told."""
        return _Discreet(self)

    @property
    def scratch_used(self) -> Path | None:
        """The private directory, if there is one by now."""
        return self._scratch

    def scratch(self) -> Path:
        """Make the private directory at the first call; return it at every call."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="treadle-task-")).resolve()
        return self._scratch

    def sweep(self) -> None:
        """Remove the private directory with all that was left in it, if it was made for this task."""
        if self._scratch is not None and not self._ready_made:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None


class _Discreet(TaskContext):
    """Passes on what is told, with the secrets covered."""

    def __init__(self, outer: TaskContext) -> None:
        self._outer = outer
        self.is_cancelled = outer.is_cancelled
        self.secrets = Secrets()
        self._ready_made = outer._ready_made
        self._scratch = outer._scratch if outer._ready_made else None

    def on_progress(self, fraction: float, text: str) -> None:
        self._outer.on_progress(fraction, self.secrets.hide(text))

    def on_log(self, line: str) -> None:
        self._outer.on_log(self.secrets.hide(line))


_current: ContextVar[TaskContext | None] = ContextVar("treadle_task", default=None)


class entered:  # noqa: N801 - it is used like a function; a generator would cost more than a short task
    """Make ``context`` the one that this thread's calls of progress(), log() and the others reach."""

    def __init__(self, context: TaskContext) -> None:
        self._context = context

    def __enter__(self) -> TaskContext:
        self._token = _current.set(self._context)
        return self._context

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
        self._context.sweep()


def current_secrets() -> Secrets:
    """Return what is to be kept secret of the task that runs in this thread."""
    context = _current.get()
    return Secrets() if context is None else context.secrets


def progress(fraction: float, text: str = "") -> None:
    """Tell how far the module is: 0.0 at the start, 1.0 when done. Outside a task it does nothing."""
    context = _current.get()
    if context is not None:
        context.on_progress(min(1.0, max(0.0, float(fraction))), str(text))


def log(*values: object) -> None:
    """Write a line to the task's log; outside a task it does nothing."""
    context = _current.get()
    if context is not None:
        context.on_log(" ".join(map(str, values)))


def cancelled() -> bool:
    """Say whether the task was cancelled, so that a long module can stop early."""
    context = _current.get()
    return context is not None and context.is_cancelled()


def scratch() -> Path:
    """Return the task's private directory, removed when the task ends.

    A path inside it that the module returns is kept with the results of the run.
    Outside a task it is a new temporary directory, which the caller owns.
    """
    context = _current.get()
    return Path(tempfile.mkdtemp(prefix="treadle-")) if context is None else context.scratch()
