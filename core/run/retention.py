"""Knows when the results of a task will not be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..planning.plan import FedBack, sources_of
from .tasks import FORGOTTEN, Prerequisite, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .layout import Layout


class Keeper(Protocol):
    """What knows which results are still to be read."""

    def hold(self, task: Task, sources: Iterable[Prerequisite]) -> None:
        """Take note of a task that will read these."""

    def hold_again(self, task: Task, sources: Iterable[Prerequisite]) -> None:
        """Take note of what a task reads that is made again."""

    def settled(self, task: Task) -> None:
        """Take note that a task has read what it needs, or never will."""

    def node_complete(self, node: int) -> None:
        """Take note that no further task of a mapped node will come."""

    def flush(self) -> None:
        """Release what turned out to be unread, once all that an event caused is known."""


class KeepsAll:
    """Releases nothing: all results are to be there when the run ends."""

    def hold(self, task: Task, sources: Iterable[Prerequisite]) -> None:
        """Need not know who reads what."""

    def hold_again(self, task: Task, sources: Iterable[Prerequisite]) -> None:
        """Take note of what a task reads that is made again."""
        task.sources = list(sources)

    def settled(self, task: Task) -> None:
        """Let go of what a task has read."""
        task.sources = ()

    def node_complete(self, node: int) -> None:
        """Need not know that no further task comes."""

    def flush(self) -> None:
        """Have nothing to release."""


class Retention:
    """Counts the readers of results; those of nodes that nothing reads are the run's own, and stay.

    A collected list, or the last item of a loop, reads its members for as long as somebody reads it. So does an
    item that was left out of a loop: it hands on the state before it.
    """

    def __init__(self, layout: Layout, release: Callable[[Task], None]) -> None:
        self._layout = layout
        self._release = release
        self._is_read = layout.plan.is_read
        # How many nodes read each one, of those that may get tasks while the run goes; and which ones these read.
        self._incomplete = [0] * len(self._is_read)
        self._reads: dict[int, list[int]] = {}
        self._loops: dict[int, list[FedBack]] = {}
        for node in layout.plan.mapped:
            read = {source.node for entry in node.inputs for source in sources_of(entry)}
            self._reads[node.number] = list(read)
            for source in read:
                self._incomplete[source] += 1
            for entry in node.inputs:
                if isinstance(entry, FedBack):
                    self._loops.setdefault(entry.source.node, []).append(entry)
        self._unread: list[Prerequisite] = []
        # What nobody reads now, but a task that is not made yet may: by the node it comes from.
        self._kept: dict[int, list[Prerequisite]] = {}

    def hold(self, task: Task, sources: Iterable[Prerequisite]) -> None:
        """Take note of a task that will read these."""
        for source in sources:
            source.readers += 1
        if task.node in self._loops:
            for state in self._states_before(task):
                state.readers += 1

    def hold_again(self, task: Task, sources: Iterable[Prerequisite]) -> None:
        """Take note of what a task reads that is made again."""
        task.sources = list(sources)
        for source in task.sources:
            source.readers = max(source.readers, 0) + 1

    def _states_before(self, task: Task) -> Iterator[Prerequisite]:
        """Go through what a task of a loop hands on, should its item be left out."""
        axes = self._layout.plan.nodes[task.node].axes
        for entry in self._loops.get(task.node, ()):
            if entry.axis in axes:
                yield from self._state_before(entry, axes, task)

    def _state_before(self, entry: FedBack, axes: tuple[int, ...], task: Task) -> Iterator[Prerequisite]:
        before = self._layout.loops.place_before(entry.axis, axes, task.index)
        if before is not None:
            yield self._layout.task(task.node, before)
        elif set(getattr(entry.start, "axes", ())) <= set(axes):
            start = self._layout.provider(entry.start, axes, task.index)
            if start is not None:
                yield start

    def settled(self, task: Task) -> None:
        """Take note that a task has read what it needs, or never will."""
        sources, task.sources = task.sources, ()
        for source in sources:
            self._drop(source)
        if task.node in self._loops and self._known(task) and not task.made_again and not self._hands_on(task):
            for state in self._states_before(task):
                self._drop(state)
        if not task.readers and self._is_read[task.node]:
            self._unread.append(task)

    def _known(self, task: Task) -> bool:
        """Say whether a task stands for an item, and not for items that can never be known."""
        return len(task.index) == len(self._layout.plan.nodes[task.node].axes)

    def _hands_on(self, task: Task) -> bool:
        return any(
            self._layout.loops.hands_on(task, entry.source.output, entry.axis)
            for entry in self._loops.get(task.node, ())
        )

    def node_complete(self, node: int) -> None:
        """Take note that no further task of a mapped node will come."""
        for source in self._reads.pop(node, ()):
            self._incomplete[source] -= 1
            if not self._incomplete[source]:
                self._unread.extend(self._kept.pop(source, ()))

    def flush(self) -> None:
        """Release what turned out to be unread, once all that an event caused is known."""
        while self._unread:
            unread, self._unread = self._unread, []
            for source in unread:
                if source.readers == 0:
                    self._forget(source)

    def _forget(self, source: Prerequisite) -> None:
        node = source.made_by
        if self._incomplete[node]:
            self._kept.setdefault(node, []).append(source)
        elif not isinstance(source, Task):
            source.readers = FORGOTTEN
            for part in source.parts():
                self._drop(part)
        elif source.done and self._is_read[node]:
            source.readers = FORGOTTEN
            if source.state.good:
                self._release(source)
            if source.node in self._loops and not source.made_again and self._hands_on(source):
                for state in self._states_before(source):
                    self._drop(state)

    def _drop(self, source: Prerequisite) -> None:
        source.readers -= 1
        if not source.readers:
            self._unread.append(source)
