"""A live bar for each node of a run, on a terminal."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID
from rich.table import Column
from rich.text import Text

from ...core.run.records import RunEvent, TaskChanged, TaskRecord
from ...core.run.states import TaskState
from .text import clip, duration, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_LABEL = 36
_TROUBLE = {TaskState.FAILED: "red", TaskState.CANCELLED: "yellow", TaskState.SKIPPED: "dim"}


class Bars(contextlib.AbstractContextManager["Bars"]):
    """Shows on standard error how far each node is: its tasks done and made, and what went wrong."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._progress = _Progress(
            _Field("node"),
            BarColumn(bar_width=24),
            _Field("count", right=True),
            _Field("time", right=True),
            _Field("trouble"),
            console=self._console,
        )
        self._bars: dict[str, TaskID] = {}
        self._made: Counter[str] = Counter()
        self._seconds: Counter[str] = Counter()
        self._ended: dict[str, Counter[TaskState]] = {}

    def expect(self, title: str, nodes: Iterable[str]) -> None:
        """Make the bars, in the order in which the nodes can run."""
        if title:
            self._console.print(Text(one_line(title), style="bold"))
        for node in nodes:
            label = clip(one_line(node), _LABEL)
            self._bars[node] = self._progress.add_task("", total=1, node=label, count="", time="", trouble="")
            self._ended[node] = Counter()

    def __enter__(self) -> Self:
        self._progress.over = False
        self._progress.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        """Show all bars as they are now, and no more."""
        self._progress.over = True
        self._progress.stop()

    def hear(self, event: RunEvent) -> None:
        """Move the bar of the node that an event is about."""
        if isinstance(event, TaskChanged) and event.record.node in self._bars:
            self._count(event.record)

    def _count(self, record: TaskRecord) -> None:
        node, ended = record.node, self._ended[record.node]
        if record.state is TaskState.WAITING:
            self._made[node] += 1
        elif record.state.terminal:
            ended[record.state] += 1
            self._seconds[node] += record.seconds  # type: ignore[assignment]
        else:
            return
        done, made = ended.total(), self._made[node]
        trouble = Text(", ").join(
            Text(f"{ended[state]} {state.value}", style) for state, style in _TROUBLE.items() if ended[state]
        )
        self._progress.update(
            self._bars[node],
            total=made,
            completed=done,
            count=f"{done}/{made}",
            time=duration(self._seconds[node]) if any(state.good for state in ended) else "",
            trouble=trouble,
        )


class _Field(ProgressColumn):
    """A field of a bar's task, as it is."""

    def __init__(self, name: str, *, right: bool = False) -> None:
        super().__init__(Column(no_wrap=True, justify="right" if right else "left"))
        self._name = name

    def render(self, task: Task) -> Text:
        """Return the text of the field."""
        text = task.fields[self._name]
        return text if isinstance(text, Text) else Text(text)


class _Progress(Progress):
    """Bars of which, while the run goes, those are left out that are done and for which there is no room."""

    over = True

    def get_renderables(self) -> Iterable[Any]:
        """Return the table of bars."""
        yield self.make_tasks_table(self.tasks if self.over else self._fitting())

    def _fitting(self) -> list[Task]:
        tasks, room = self.tasks, max(1, self.console.size.height - 2)
        return tasks if len(tasks) <= room else [task for task in tasks if not task.finished][:room]
