"""What was told of one run: its nodes, its tasks, and how long they took; knows no Qt."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ....core.run.states import CACHE, TaskState
from ..looks import ENDED, UNKNOWN_TOTAL
from .titles import Titles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....core import protocol as p
    from ....core.pipeline import Pipeline

LOST = "lost contact"
_CANCELLED = TaskState.CANCELLED.value

MOST_TOLD_APART = 1_000
"""Of more nodes than these it is not looked at each how long its tasks take."""


class NodeStory:
    """How the tasks of one node stand."""

    __slots__ = ("axes", "counts", "progress", "ran", "reason", "scheme", "seconds", "text")

    def __init__(self, axes: tuple[str, ...]) -> None:
        self.axes = axes
        self.counts: Mapping[str, int] = {}
        self.progress = 0.0
        self.text = ""
        self.scheme = ""
        self.reason = ""
        self.seconds = 0.0
        self.ran = 0

    @property
    def total(self) -> int:
        """The number of its tasks; UNKNOWN_TOTAL before that is known."""
        made = sum(self.counts.values())
        return made if made or self.axes else 1

    @property
    def shown_total(self) -> int:
        """The number of its tasks, as looks tell it."""
        return self.total or UNKNOWN_TOTAL

    @property
    def left(self) -> int:
        """How many of its tasks have not ended, as far as they are known."""
        return max(self.total, 1) - sum(count for state, count in self.counts.items() if state in ENDED)


class RunRecord:
    """One run: ``ran`` is the pipeline as it was when the run began, ``until`` the nodes it runs to.

    ``state`` is ``running`` until the end is told, then what was told, or ``lost contact``.
    """

    def __init__(self, started: p.RunStarted, ran: Pipeline, until: tuple[str, ...] = ()) -> None:
        self.id, self.journal, self.ran, self.until = started.run, started.journal, ran, until
        self.title = Titles(ran)
        self.nodes = {node.node: NodeStory(node.axes) for node in started.nodes}
        self.tasks: dict[str, p.TaskRow] = {}
        self._counts: Counter[str] = Counter()
        self._total = sum(story.total for story in self.nodes.values())
        self.busy: Counter[str] = Counter()
        self.schemes: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.errors: dict[str, p.TaskRow] = {}
        self.failed: dict[str, p.TaskRow] = {}
        self.warnings: list[str] = []
        self.state = "running"
        self.message = ""
        self.seconds = 0.0
        self.worked = 0.0
        self.ran_tasks = 0

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state != "running"

    def counts(self) -> Counter[str]:
        """Return how many tasks are in each state."""
        return Counter({state: count for state, count in self._counts.items() if count})

    @property
    def total(self) -> int:
        """How many tasks there are, as far as that is known."""
        return self._total

    def _set_counts(self, story: NodeStory, counts: Mapping[str, int]) -> None:
        """Take note of how the tasks of a node stand; what all together come to is kept, for it is asked for often."""
        self._total -= story.total
        self._counts.subtract(story.counts)
        story.counts = counts
        self._counts.update(counts)
        self._total += story.total

    def take(self, news: p.RunNews) -> set[str]:
        """Take note of news; return the nodes that they are about."""
        self.seconds = news.seconds
        for row in news.tasks:
            self._take_task(row)
        for told in news.nodes:
            story = self._story(told.node)
            self._set_counts(story, told.states)
            story.progress, story.text = told.progress, told.text
        return {told.node for told in news.nodes} | {row.node for row in news.tasks}

    def _take_task(self, row: p.TaskRow) -> None:
        before = self.tasks.get(row.task)
        self.tasks[row.task] = row
        if before is not None:
            if before.state == "running":
                self.busy[before.scheme] -= 1
            if before.scheme and before.scheme != CACHE:
                self.schemes[before.scheme] -= 1
        if row.state == "running":
            self.busy[row.scheme] += 1
        if row.state == "failed":
            self.failed[row.task] = row
            self.errors[row.scheme] = row
        elif self.failed:
            self.failed.pop(row.task, None)
        if row.scheme and row.scheme != CACHE:
            self.schemes[row.scheme] += 1
            story = self._story(row.node)
            story.scheme, story.reason = row.scheme, row.reason
            # How long a task took that was cancelled says nothing of the others.
            took_all = row.state in ENDED and row.state != _CANCELLED
            if row.ended and took_all and (before is None or before.state not in ENDED):
                self._learn(story, row)

    def _story(self, node: str) -> NodeStory:
        found = self.nodes.get(node)
        if found is None:
            found = self.nodes[node] = NodeStory(())
            self._total += found.total
        return found

    def _learn(self, story: NodeStory, row: p.TaskRow) -> None:
        took = max(0.0, row.ended - (row.began or row.dispatched))
        story.seconds += took
        story.ran += 1
        self.done[row.scheme] += 1
        self.worked += took
        self.ran_tasks += 1

    def end(self, over: p.RunOver) -> None:
        """Take note of the end."""
        self.state, self.seconds, self.message = over.state, over.seconds, over.message
        self.warnings.extend(over.warnings)
        self.busy.clear()

    def lose(self, why: str) -> tuple[list[p.TaskRow], set[str]]:
        """Take note that nothing more will be told; return the tasks that are lost, and their nodes."""
        self.state, self.message = LOST, why
        self.busy.clear()
        rows = [replace(row, state=LOST, cause=why) for row in self.tasks.values() if row.state not in ENDED]
        self.tasks.update((row.task, row) for row in rows)
        changed = {name for name, story in self.nodes.items() if story.left}
        for name in changed:
            story = self.nodes[name]
            ended = {state: count for state, count in story.counts.items() if state in ENDED}
            self._set_counts(story, {**ended, LOST: story.left})
            story.progress, story.text = 0.0, ""
        return rows, changed

    def seconds_left(self) -> float | None:
        """Return in how many seconds it will be over, going by what its tasks took so far; None if nobody can say."""
        if not self.ran_tasks or self.over or self.worked <= 0 or self.seconds <= 0:
            return None
        usual = self.worked / self.ran_tasks
        if len(self.nodes) <= MOST_TOLD_APART:
            left = sum(_work_left(story, usual) for story in self.nodes.values())
        else:
            left = usual * (self.total - sum(count for state, count in self._counts.items() if state in ENDED))
        at_once = max(self.worked / self.seconds, min(1, sum(self.busy.values())))
        return left / at_once if at_once else None


def _work_left(story: NodeStory, usual: float) -> float:
    each = story.seconds / story.ran if story.ran else usual
    running = story.counts.get("running", 0)
    return each * max(0.0, story.left - running * max(story.progress, 0.0))
