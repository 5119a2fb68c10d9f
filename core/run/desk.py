"""What the parts of an executor share: the tasks, what is written of them, and the events still to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..worker.failures import Cause
from . import events as e
from .states import HANDED_OUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from .bookkeeping import Books
    from .deadlines import Deadlines
    from .earlier import Earlier
    from .layout import Layout
    from .records import RunEvent
    from .states import TaskState
    from .tasks import Task

End = e.TaskSucceeded | e.TaskFailed | e.TaskRefused | e.TaskStopped | e.TaskHeld


class Desk:
    """One for each run, used in the executor's thread only. ``listener`` hears of the run."""

    def __init__(
        self,
        layout: Layout,
        books: Books,
        deadlines: Deadlines,
        earlier: Earlier | None,
        listener: Callable[[RunEvent], None],
    ) -> None:
        self.layout = layout
        self.tasks: dict[e.TaskId, Task] = layout.tasks
        self.books = books
        self.deadlines = deadlines
        self.earlier = earlier
        self.listener = listener
        self._events: list[e.Event] = []
        # The tasks with an end among those events: an attempt has one end, whatever else is reported of it.
        self._over: set[e.TaskId] = set()

    def put(self, event: e.Event) -> None:
        """Have the scheduler told of an event that is not the end of an attempt."""
        self._events.append(event)

    def end(self, event: End) -> None:
        """Have the scheduler told that an attempt is over, if it is not to be told already."""
        if event.task not in self._over:
            self._over.add(event.task)
            self._events.append(event)

    def awaited(self, task: e.TaskId, attempt: int) -> bool:
        """Say whether a report is about an attempt that still counts: one may come late after a cancel or a loss."""
        known = self.tasks.get(task)
        if known is None or known.attempt != attempt or known.state not in HANDED_OUT:
            return False
        return task not in self._over

    def take(self) -> list[e.Event]:
        """Return what the scheduler is to be told, in its order, and begin anew."""
        events, self._events = self._events, []
        self._over.clear()
        return events

    def settle(self, name: e.TaskId, state: TaskState, cause: Cause | None) -> None:
        """Write down that a task ended without a result; nobody needs to wait for one."""
        self.books.settle(name, state, cause)
        if self.earlier is not None:
            self.earlier.ended(name)


def short(cause: Cause) -> Cause:
    """Leave out the traceback, which the scheduler does not need and would keep for every task."""
    return Cause(cause.kind, cause.message, cause.task, cause.type)
