"""The tasks of a run and what each waits for, made from the plan as the lengths of lists become known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ..planning.plan import Constant, FedBack, Input, Plan, PlanNode, Source, Swept, Wired
from .collecting import Collection, LastItem
from .expansion import Expansion, Extent
from .extents import Extents
from .loops import Loops
from .projections import Projections
from .tasks import Index, Prerequisite, Task, task_id

if TYPE_CHECKING:
    from ..worker.failures import Cause
    from .events import TaskId

Provider = Callable[[Index], Prerequisite | None]


_NO_PROVIDERS: list[Provider] = []


class Steward(Protocol):
    """What decides about the tasks that the layout makes."""

    def task_made(self, task: Task) -> None:
        """There is a new task."""

    def task_linked(self, task: Task, waits_for: Sequence[Prerequisite]) -> None:
        """All that a task waits for is known."""

    def task_unknown(self, task: Task, extent: Extent) -> None:
        """A task stands for items that can never be known; the extent says why."""

    def node_laid_out(self, node: int) -> None:
        """All tasks of a mapped node are made."""

    def source_settled(self, task: Task, source: Prerequisite) -> None:
        """``source``, which ``task`` waits for, has its final state."""


class Layout:
    """Tasks by id and by place; ``steward`` hears of each new one.

    ``singles`` has the only task of each node that is not mapped, by its number, once it is made. ``extents`` are the
    items of axes, ``loops`` what loops hand on.
    """

    def __init__(self, plan: Plan, steward: Steward) -> None:
        self.plan = plan
        self.steward = steward
        self.tasks: dict[TaskId, Task] = {}
        self.singles: list[Task | None] = [None] * len(plan.nodes)
        self._items: list[dict[Index, Task] | None] = [None] * len(plan.nodes)
        for node in plan.mapped:
            self._items[node.number] = {}
        # Without axes there are no lists, and nothing that could be read of them but the whole.
        self._plain = [_is_plain(node) for node in plan.nodes] if plan.axes else [True] * len(plan.nodes)
        self.open_nodes = len(plan.mapped)
        self._collections: dict[tuple[int, Index], Collection] = {}
        self._lasts: dict[tuple[int, Index], LastItem] = {}
        self._providers: list[list[Provider] | None] = [None] * len(plan.nodes)
        self._outputs: list[Sequence[str]] = [()] * len(plan.nodes)
        self._in_loop = [False] * len(plan.nodes)
        self._tolerant = {node.number for node in plan.nodes if plan.axes and any(map(_is_tolerant, node.inputs))}
        self._projection = Projections().between
        self.loops = Loops(plan, self.task, self._projection)
        self.extents = Extents(plan, self.task, self.origin, self._projection)

    def begin(self) -> None:
        """Lay out all that can be known before anything has run."""
        for node in self.plan.nodes:
            if node.axes:
                self._expand(node.number, node.axes)
            else:
                self._link(self.singles[node.number] or self._make(node.number, ()))

    def _laid_out(self, number: int) -> None:
        self.open_nodes -= 1
        self.steward.node_laid_out(number)

    def _expand(self, number: int, axes: tuple[int, ...]) -> None:
        def link(index: Index) -> None:
            self._link(self.task(number, index))

        def unknown(prefix: Index, extent: Extent) -> None:
            task = self._make(number, prefix, unknown=True)
            task.linked = True
            self.steward.task_unknown(task, extent)

        Expansion(axes, self.extents.of, link, unknown, partial(self._laid_out, number)).begin()

    def task(self, number: int, index: Index) -> Task:
        """Return the task of a node at a place, made at its first mention."""
        items = self._items[number]
        found = self.singles[number] if items is None else items.get(index)
        return self._make(number, index) if found is None else found

    def of_node(self, number: int) -> Mapping[Index, Task]:
        """Return the tasks of a node that have been made, by their places."""
        items, single = self._items[number], self.singles[number]
        if items is not None:
            return items
        return {} if single is None else {(): single}

    def _make(self, number: int, index: Index, *, unknown: bool = False) -> Task:
        task = Task(self.steward, number, index, task_id(self.plan.nodes[number].id, index, unknown=unknown))
        items = self._items[number]
        if items is None:
            self.singles[number] = task
        elif not unknown:
            items[index] = task
        self.tasks[task.id] = task
        self.steward.task_made(task)
        return task

    def _link(self, task: Task) -> None:
        task.linked = True
        task.sources = sources = self._sources_of(task)
        for source in sources:
            if not source.done:
                task.missing += 1
                source.tell(task)
        self.steward.task_linked(task, sources)

    def _sources_of(self, task: Task) -> Sequence[Prerequisite]:
        index = task.index
        if not self._plain[task.node]:
            return [found for provide in self._providers_of(task.node) if (found := provide(index)) is not None]
        entries = self.plan.nodes[task.node].inputs
        if not entries:
            return ()
        singles = self.singles
        return [
            singles[entry.source.node] or self.task(entry.source.node, index)
            for entry in entries
            if type(entry) is Wired
        ]

    def is_whole(self, task: Task) -> bool:
        """Say whether it is clear at a glance that all which a task reads carries a value; ``reads`` tells of each."""
        if self._in_loop[task.node]:
            return False
        return not [source for source in task.sources if not source.whole]

    def _providers_of(self, number: int) -> list[Provider]:
        """Return for each input of a node that can be fed how to find what makes its value at a place."""
        providers = self._providers[number]
        if providers is None:
            node = self.plan.nodes[number]
            if not node.inputs:
                return _NO_PROVIDERS
            fed = [entry for entry in node.inputs if isinstance(entry, Wired | FedBack)]
            self._in_loop[number] = any(isinstance(entry, FedBack) for entry in fed)
            self._outputs[number] = [entry.source.output for entry in fed]
            providers = self._providers[number] = [self._provider_of(entry, node.axes) for entry in fed]
        return providers

    def _provider_of(self, entry: Wired | FedBack, axes: tuple[int, ...]) -> Provider:
        if isinstance(entry, FedBack) or entry.join is not None or entry.source.last:
            return lambda index: self.provider(entry, axes, index)
        number = entry.source.node
        if axes == entry.source.axes:
            return partial(self.task, number)
        project = self._projection(axes, entry.source.axes)
        return lambda index: self.task(number, project(index))

    def reads(self, task: Task) -> Sequence[tuple[Prerequisite, str]]:
        """Return what a task whose prerequisites have settled is given: what makes it, and the output."""
        if self._in_loop[task.node]:
            return list(self._reads_in_loop(task))
        if self._plain[task.node]:
            entries = self.plan.nodes[task.node].inputs
            outputs: Sequence[str] = [entry.source.output for entry in entries if isinstance(entry, Wired)]
        else:
            outputs = self._outputs[task.node]
        return list(zip(task.sources, outputs, strict=True))

    def _reads_in_loop(self, task: Task) -> Iterator[tuple[Prerequisite, str]]:
        node = self.plan.nodes[task.node]
        for entry in node.inputs:
            if isinstance(entry, FedBack):
                made = self.loops.state_before(entry, node.axes, task.index)
                if made is not None:
                    yield made, entry.source.output
                    continue
                entry = entry.start  # noqa: PLW2901 - the loop begins here
            if isinstance(entry, Wired):
                made_by = self.provider(entry, node.axes, task.index)
                assert made_by is not None
                yield made_by, entry.source.output

    def provider(self, entry: Input, axes: tuple[int, ...], index: Index) -> Prerequisite | None:
        """Return what makes the value of an input at a place; None if it is written in the pipeline."""
        if isinstance(entry, FedBack):
            return self._fed_back(entry, axes, index)
        if not isinstance(entry, Wired):
            return None
        if entry.join is not None:
            return self._collection(entry, self._projection(axes, entry.axes)(index))
        return self.origin(entry.source, self._projection(axes, entry.source.axes)(index))

    def _fed_back(self, entry: FedBack, axes: tuple[int, ...], index: Index) -> Prerequisite | None:
        before = self.loops.place_before(entry.axis, axes, index)
        if before is None:
            return self.provider(entry.start, axes, index)
        return self.task(entry.source.node, self._projection(axes, entry.source.axes)(before))

    def origin(self, source: Source, index: Index) -> Prerequisite:
        """Return what makes an output at a place along the axes that are seen of it."""
        if not source.last:
            return self.task(source.node, index)
        key = (id(source), index)
        if key not in self._lasts:
            self._lasts[key] = self._last_item(source, index)
            self._lasts[key].begin(index)
        return self._lasts[key]

    def _last_item(self, source: Source, index: Index) -> LastItem:
        walked = (*source.axes, *source.last)
        home = self._projection(walked, self.plan.nodes[source.node].axes)
        start = None if source.start is None else self.provider(source.start, source.axes, index)

        def carried(seen: Source, last: Task) -> Task | None:
            return last if seen.start is None else self.loops.carried(last, seen.output, seen.last[0])

        return LastItem(source, walked, lambda s, i: self.task(s.node, home(i)), carried, start, self.extents.of)

    def _collection(self, wired: Wired, start: Index) -> Collection:
        key = (id(wired), start)
        if key not in self._collections:
            assert wired.join is not None
            walked = (*wired.axes, *wired.join.axes)
            home = self._projection(walked, wired.source.axes)
            joined = frozenset(wired.join.axes)
            collection = Collection(
                wired.source,
                wired.join,
                start,
                lambda s, i: self.origin(s, home(i)),
                lambda node: bool(joined.intersection(self.plan.nodes[node].axes)),
            )
            self._collections[key] = collection
            collection.walk(walked, self.extents.of)
        return self._collections[key]

    def labels(self, task: Task) -> dict[str, str]:
        """Return the labels of a task's item: axis label to item label, outer to inner."""
        return self.extents.labels(self.plan.nodes[task.node].axes, task.index)

    def tolerant(self, number: int) -> bool:
        """Say whether a node has joins that leave failed items out."""
        return number in self._tolerant

    def passed_over(self, task: Task) -> Iterator[tuple[dict[str, str], Cause]]:
        """Go through the failed items that the joins of a task leave out: their labels, and why they failed."""
        node = self.plan.nodes[task.node]
        for entry in node.inputs:
            if _is_tolerant(entry):
                assert isinstance(entry, Wired)
                assert entry.join is not None
                collection = self.provider(entry, node.axes, task.index)
                assert isinstance(collection, Collection)
                for index, cause in sorted(collection.missing, key=lambda one: one[0]):
                    yield self.extents.labels((*entry.axes, *entry.join.axes), index), cause


def _is_plain(node: PlanNode) -> bool:
    """Say whether each task of a node reads whole outputs of the tasks that have its own place."""
    return all(
        isinstance(entry, Constant | Swept)
        or (
            isinstance(entry, Wired) and entry.join is None and not entry.source.last and entry.source.axes == node.axes
        )
        for entry in node.inputs
    )


def _is_tolerant(entry: Input) -> bool:
    return isinstance(entry, Wired) and entry.join is not None and entry.join.tolerant
