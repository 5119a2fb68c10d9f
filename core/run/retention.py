"""Knows when the results of a task will not be read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .layout import Layout
from .tasks import Prerequisite, Task


class Retention:
    """Counts the readers of results; those of nodes that nothing reads are the run's own, and stay.

    A collected list, or the last item of a loop, reads its members for as long as somebody reads it.
    """

    def __init__(self, layout: Layout, release: Callable[[Task], None]) -> None:
        self._layout = layout
        self._release = release
        readers = layout.plan.consumers()
        self._incomplete = [{reader for reader, _ in entries} for entries in readers]
        self._is_read = [any(reader != number for reader, _ in entries) for number, entries in enumerate(readers)]
        self._reads: list[set[int]] = [set() for _ in readers]
        for source, entries in enumerate(readers):
            for reader, _ in entries:
                self._reads[reader].add(source)
        self._complete = [False] * len(readers)
        self._composites: list[dict[int, Prerequisite]] = [{} for _ in readers]
        self._candidates: list[Task] = []

    def hold(self, reader: int, sources: Iterable[Prerequisite]) -> None:
        """Take note of a task of node ``reader`` that will read these."""
        for source in sources:
            source.readers += 1
            if not isinstance(source, Task):
                self._composites[reader][id(source)] = source

    def settled(self, task: Task) -> None:
        """Take note that a task has read what it needs, or never will."""
        if len(task.index) == len(self._layout.plan.nodes[task.node].axes):
            for source in self._layout.waits_for(task):
                self._drop(source, complete=self._complete[task.node])
        self._candidates.append(task)

    def node_complete(self, node: int) -> None:
        """Take note that no further task of a node will come."""
        self._complete[node] = True
        for composite in self._composites[node].values():
            if composite.readers == 0:
                self._dissolve(composite)
        self._composites[node].clear()
        for source in self._reads[node]:
            self._incomplete[source].discard(node)
            if not self._incomplete[source]:
                self._candidates.extend(self._layout.by_node[source].values())

    def flush(self) -> None:
        """Release what turned out to be unread, once all that an event caused is known."""
        candidates, self._candidates = self._candidates, []
        for task in candidates:
            unread = task.readers == 0 and not self._incomplete[task.node]
            if unread and self._is_read[task.node] and task.state.good:
                task.readers = -1
                self._release(task)

    def _drop(self, source: Prerequisite, *, complete: bool) -> None:
        source.readers -= 1
        if source.readers:
            return
        if isinstance(source, Task):
            self._candidates.append(source)
        elif complete:
            self._dissolve(source)

    def _dissolve(self, composite: Prerequisite) -> None:
        for member in composite.parts():
            self._drop(member, complete=True)
