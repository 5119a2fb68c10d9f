"""Gathers what happens in a run and tells it at most thirty times a second, however much it is."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from typing import TYPE_CHECKING

from ...core.background import BackgroundThread
from ...core.protocol import LogLine, NodeRow, RunNews, TaskRow
from ...core.run.events import AtBreakpoints
from ...core.run.records import TaskChanged, TaskLogged, TaskProgress
from ...core.run.states import HANDED_OUT, TaskState
from ...core.worker.cut import cut_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.run.records import RunEvent, TaskRecord

INTERVAL = 1 / 30
"""Seconds between two messages."""

MOST_TASKS = 2_000
MOST_LINES = 1_000
"""How much one message tells; of more lines the newest are kept, of more tasks the others come with the next one."""

_MOST_TEXT = 2_000


class _NodeCount:
    """How the tasks of one node stand."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.states = dict.fromkeys(TaskState, 0)
        self.progress: dict[str, float] = {}
        self.text = ""

    def row(self) -> NodeRow:
        states = {state.value: count for state, count in self.states.items() if count}
        running = sum(self.progress.values()) / max(1, self.states[TaskState.RUNNING])
        return NodeRow(self.node, states, min(1.0, running), self.text)


class RunFeed:
    """Hears a run in its thread, and tells ``send`` in its own; ``clock`` gives seconds."""

    def __init__(
        self, run: str, send: Callable[[RunNews], None], clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._run, self._send, self._clock = run, send, clock
        self._began = clock()
        self._lock = threading.Lock()
        self._something = threading.Event()
        self._closing = threading.Event()
        self._changed: dict[str, TaskRecord] = {}
        self._nodes: dict[str, _NodeCount] = {}
        self._told: dict[str, tuple[_NodeCount, TaskState]] = {}
        self._stale: dict[str, _NodeCount] = {}
        self._lines: deque[LogLine] = deque(maxlen=MOST_LINES)
        self._cut = 0
        self._waits_at: tuple[str, ...] | None = None
        self._thread = BackgroundThread(target=self._tell_on, name="treadle-feed", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """The seconds since the run began."""
        return self._clock() - self._began

    def states(self) -> dict[str, int]:
        """Return how many tasks of the run are in each state."""
        with self._lock:
            total: Counter[str] = Counter()
            for count in self._nodes.values():
                total.update({state.value: number for state, number in count.states.items() if number})
            return dict(total)

    def nodes(self) -> set[str]:
        """Return the nodes of which tasks are known."""
        with self._lock:
            return set(self._nodes)

    def hear(self, event: RunEvent) -> None:
        """Take note of an event; never waits for the window."""
        with self._lock:
            # Of each task several of the first kind come, in the thread that hands out tasks: they must cost little.
            if isinstance(event, TaskChanged):
                self._take(event.record)
            elif isinstance(event, TaskProgress):
                self._progressed(event.task, event.fraction, event.text)
            elif isinstance(event, TaskLogged):
                if len(self._lines) == MOST_LINES:
                    self._cut += cut_by(self._lines[0].text) or 1
                self._lines.append(LogLine(event.task, event.line[:_MOST_TEXT]))
            elif isinstance(event, AtBreakpoints):
                self._waits_at = event.places
            else:
                return
        if not self._something.is_set():
            self._something.set()

    def _take(self, record: TaskRecord) -> None:
        name, state = record.id, record.state
        before = self._told.get(name)
        if before is None:
            count = self._nodes.get(record.node)
            if count is None:
                count = self._nodes[record.node] = _NodeCount(record.node)
        else:
            count, old = before
            count.states[old] -= 1
        self._told[name] = count, state
        count.states[state] += 1
        if count.progress and state is not TaskState.RUNNING:
            count.progress.pop(name, None)
        self._changed[name] = record
        self._stale[record.node] = count

    def _progressed(self, task: str, fraction: float, text: str) -> None:
        count, state = self._told.get(task, (None, TaskState.WAITING))
        if count is not None and state in HANDED_OUT:
            count.progress[task] = fraction
            count.text = text[:_MOST_TEXT]
            self._stale[count.node] = count

    # In its own thread

    def _tell_on(self) -> None:
        while not self._closing.is_set():
            self._something.wait()
            self._something.clear()
            if self._tell():
                self._something.set()
            self._closing.wait(INTERVAL)

    def _tell(self) -> bool:
        """Send what is new; say whether there is more."""
        with self._lock:
            names = list(self._changed)[:MOST_TASKS]
            records = [self._changed.pop(name) for name in names]
            nodes = [count.row() for count in self._stale.values()]
            lines, cut, waits_at = tuple(self._lines), self._cut, self._waits_at
            self._stale.clear()
            self._lines.clear()
            self._cut, self._waits_at = 0, None
            more = bool(self._changed)
            rows = tuple(map(_row, records))
        if rows or nodes or lines or waits_at is not None:
            self._send(
                RunNews(
                    run=self._run,
                    seconds=self.seconds,
                    tasks=rows,
                    nodes=tuple(nodes),
                    lines=lines,
                    cut=cut,
                    waits_at=waits_at,
                )
            )
        return more

    def close(self, deadline: float = 5.0) -> None:
        """Tell all that is left; what a window that does not read could not be told in time is dropped."""
        self._closing.set()
        self._something.set()
        self._thread.join(deadline)
        if not self._thread.is_alive():
            while self._tell():
                pass


def _row(record: TaskRecord) -> TaskRow:
    return TaskRow(
        record.id,
        record.node,
        record.labels if type(record.labels) is dict else dict(record.labels),
        record.state.value,
        record.scheme,
        record.reason,
        record.worker,
        record.host,
        record.attempts,
        record.dispatched,
        record.began,
        record.ended,
        record.cpu_seconds,
        record.peak_memory,
        record.bytes_in,
        record.bytes_out,
        "" if record.cause is None else record.cause.message[:_MOST_TEXT],
    )
