"""Tells the inspector of the newest run: how a node does, what came out of its first tasks, and what it wrote."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from ....core.protocol import TaskDetails
from ..explain.together import schemes_of
from ..explain.words import next_run
from .sources import OutputPreview

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PyQt6.QtCore import pyqtBoundSignal

    from ....core.protocol import LogLine, TaskRow
    from ..looks import NodeLook
    from ..runs.runs import Runs

MOST_TASKS = 6
MOST_LINES = 5_000
WAIT_MS = 300
"""So long is waited after something happened, so that a node with many tasks is asked of a few times a second."""

_HAVE_RESULTS = frozenset({"succeeded", "cached"})


class RunDetails(QObject):
    """The details of one node at a time: that which ``want_details`` named last."""

    details_changed = pyqtSignal(str)

    def __init__(self, runs: Runs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._node = ""
        self._asked: set[str] = set()
        self._previews: dict[str, list[OutputPreview]] = {}
        self._lines: list[str] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(WAIT_MS)
        self._soon.timeout.connect(self._ask)
        runs.looks_changed.connect(self._stir)
        runs.lines_told.connect(self._hear)
        runs.run_begun.connect(self._begin)

    @property
    def looks_changed(self) -> pyqtBoundSignal:
        """Tells a set of nodes that look different."""
        return self._runs.looks_changed

    def look(self, node: str) -> NodeLook:
        """Return how a node does."""
        return self._runs.look(node)

    def why(self, node: str) -> str:
        """Return why the newest run chose its scheme for a node."""
        record = self._runs.record
        story = record.nodes.get(node) if record is not None else None
        return story.reason if story is not None else ""

    def foreseen(self, node: str) -> str:
        """Return on which scheme the next run would have a node, and why, as a sentence; empty if nobody knows."""
        return next_run(schemes_of(self._runs.checking.schemes, node))

    def want_details(self, node: str) -> None:
        """Tell of this node from now on."""
        self._node = node
        self._begin()

    def previews(self, node: str) -> Sequence[OutputPreview]:
        """Return what is known of its outputs."""
        return [preview for found in self._previews.values() for preview in found] if node == self._node else ()

    def log(self, node: str) -> Sequence[str]:
        """Return the lines it wrote."""
        return self._lines if node == self._node else ()

    def _begin(self) -> None:
        self._asked, self._previews = set(), {}
        self._lines = self._written(self._runs.lines)
        self._ask()
        self.details_changed.emit(self._node)

    def _stir(self, nodes: Any) -> None:
        if self._node in nodes and len(self._asked) < MOST_TASKS and not self._soon.isActive():
            self._soon.start()

    def _tasks(self) -> list[TaskRow]:
        record = self._runs.record
        rows = record.tasks.values() if record is not None else ()
        done = (row for row in rows if row.node == self._node and row.state in _HAVE_RESULTS)
        return list(islice(done, MOST_TASKS))

    def _ask(self) -> None:
        for row in self._tasks():
            if row.task not in self._asked and len(self._asked) < MOST_TASKS:
                self._asked.add(row.task)
                self._previews[row.task] = []
                self._runs.ask_task(row.task, lambda answer, row=row: self._take(row, answer))  # type: ignore[misc]

    def _take(self, row: TaskRow, answer: Any) -> None:
        # The person may have gone on to another node meanwhile.
        if isinstance(answer, TaskDetails) and row.task in self._previews:
            item = " · ".join(row.labels.values())
            self._previews[row.task] = [OutputPreview(port, facts, item) for port, facts in answer.previews.items()]
            self.details_changed.emit(self._node)

    def _hear(self, lines: Sequence[LogLine], _cut: int) -> None:
        new = self._written(lines)
        if new:
            self._lines = [*self._lines, *new][-MOST_LINES:]
            self.details_changed.emit(self._node)

    def _written(self, lines: Iterable[LogLine]) -> list[str]:
        record = self._runs.record
        tasks = record.tasks if record is not None else {}
        return [line.text for line in lines if (row := tasks.get(line.task)) is not None and row.node == self._node]
