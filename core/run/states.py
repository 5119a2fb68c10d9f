"""The states of a task and of a run, and the steps between them that are allowed."""

from __future__ import annotations

from enum import Enum


class TaskState(Enum):
    """Where a task stands; it ends in exactly one of the terminal states."""

    WAITING = "waiting"
    READY = "ready"
    DISPATCHED = "dispatched"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CACHED = "cached"
    SKIPPED = "skipped"

    # Members are compared by identity; the hash that Enum gives them is slow.
    __hash__ = object.__hash__

    @property
    def terminal(self) -> bool:
        """Whether nothing more happens to a task in this state."""
        return self in TERMINAL

    @property
    def good(self) -> bool:
        """Whether a task in this state has results."""
        return self in GOOD


GOOD = frozenset({TaskState.SUCCEEDED, TaskState.CACHED})
TERMINAL = GOOD | {TaskState.FAILED, TaskState.CANCELLED, TaskState.SKIPPED}

W, R, D, X = TaskState.WAITING, TaskState.READY, TaskState.DISPATCHED, TaskState.RUNNING
STEPS: dict[TaskState, frozenset[TaskState]] = {
    # A task fails while waiting when its items cannot be matched: lists of unequal length, say.
    W: frozenset({R, TaskState.SKIPPED, TaskState.CANCELLED, TaskState.FAILED}),
    R: frozenset({D, TaskState.CACHED, TaskState.CANCELLED, TaskState.SKIPPED, TaskState.FAILED}),
    # Back to ready: the attempt was lost, or failed and is tried again. Back to waiting: what it reads was lost.
    D: frozenset({X, R, W, TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED}),
    X: frozenset({R, W, TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED}),
    # A result may be lost with the worker that held it, and is then made again.
    TaskState.SUCCEEDED: frozenset({R}),
    TaskState.CACHED: frozenset({R}),
    TaskState.FAILED: frozenset(),
    TaskState.CANCELLED: frozenset(),
    TaskState.SKIPPED: frozenset(),
}


HANDED_OUT = frozenset({TaskState.DISPATCHED, TaskState.RUNNING})
"""The states of a task that a scheme has been given."""

CACHE = "cache"
"""Where the results of a task are that did not have to run: what stands there for its scheme."""


class RunState(Enum):
    """How a run stands; *succeeded with failures* means that only joins which allow it missed items."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    SUCCEEDED_WITH_FAILURES = "succeeded with failures"
    FAILED = "failed"
    CANCELLED = "cancelled"
