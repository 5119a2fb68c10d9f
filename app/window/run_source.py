"""What the inspector shows of the newest run of a node: previews of its outputs and what it wrote."""

from __future__ import annotations

from collections import defaultdict, deque
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ...core.protocol import TaskDetails
from .inspector.sources import OutputPreview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...core.protocol import LogLine, TaskRow
    from .looks import NodeLook
    from .runs.runs import Runs

MOST_TASKS = 4
"""Of so many tasks of a node previews are asked for."""

MOST_LINES = 200
PAUSE_MS = 300
_DONE = frozenset(("succeeded", "cached"))


class RunDetails(QObject):
    """The runs of one document, node by node, as the inspector asks for them.

    Details are asked of the runner for the node that was wanted last, and again when more of its tasks are done.
    """

    looks_changed = pyqtSignal(object)
    details_changed = pyqtSignal(str)

    def __init__(self, runs: Runs) -> None:
        super().__init__(runs)
        self._runs = runs
        self._wanted = ""
        self._previews: dict[str, tuple[OutputPreview, ...]] = {}
        self._lines: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=MOST_LINES))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE_MS)
        self._soon.timeout.connect(self._ask)
        runs.looks_changed.connect(self.looks_changed)
        runs.run_begun.connect(self._begin)
        runs.tasks_changed.connect(self._take_tasks)
        runs.lines_told.connect(self._take_lines)

    def look(self, node: str) -> NodeLook:
        """Return how a node does."""
        return self._runs.look(node)

    def want_details(self, node: str) -> None:
        """Get what there is to tell of a node."""
        self._wanted = node
        self._soon.start()

    def previews(self, node: str) -> Sequence[OutputPreview]:
        """Return what is known of the outputs of a node."""
        return tuple(preview for task in self._tasks(node) for preview in self._previews.get(task.task, ()))

    def log(self, node: str) -> Sequence[str]:
        """Return the newest lines that a node wrote."""
        return tuple(self._lines[node]) if node in self._lines else ()

    def _begin(self) -> None:
        self._previews.clear()
        self._lines.clear()
        self.details_changed.emit(self._wanted)

    def _take_tasks(self, rows: Sequence[TaskRow]) -> None:
        if any(row.node == self._wanted and row.state in _DONE for row in rows) and not self._soon.isActive():
            self._soon.start()

    def _take_lines(self, lines: Sequence[LogLine], _cut: int) -> None:
        record = self._runs.record
        for line in lines:
            row = record.tasks.get(line.task) if record is not None else None
            if row is not None:
                self._lines[row.node].append(line.text)
        if self._wanted in self._lines and not self._soon.isActive():
            self._soon.start()

    def _tasks(self, node: str) -> list[TaskRow]:
        record = self._runs.record
        if record is None or node not in record.nodes:
            return []
        done = (row for row in record.tasks.values() if row.node == node and row.state in _DONE)
        return [row for row, _ in zip(done, range(MOST_TASKS), strict=False)]

    def _ask(self) -> None:
        self.details_changed.emit(self._wanted)
        for row in self._tasks(self._wanted):
            if row.task not in self._previews:
                self._previews[row.task] = ()
                self._runs.ask_task(row.task, partial(self._told, row))

    def _told(self, row: TaskRow, answer: Any) -> None:
        if not isinstance(answer, TaskDetails) or row.task not in self._previews:
            return
        item = " · ".join(row.labels.values())
        self._previews[row.task] = tuple(OutputPreview(port, facts, item) for port, facts in answer.previews.items())
        self.details_changed.emit(row.node)
