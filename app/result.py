"""The result of a run: the values of its nodes, its tasks and failures."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from ..core.authoring import NodeHandle
from ..core.errors import TreadleError, UsageError, suggestion
from ..core.planning.plan import Constant, FedBack, PlanNode, Start, Swept, Wired
from ..core.run.collecting import Collection, LastItem
from ..core.run.results import UnavailableError
from ..core.run.states import RunState, TaskState
from ..core.run.tasks import Task
from ..core.worker.files import placed
from .groups import folded_axes, group_at, output_of_group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..core.pipeline import Pipeline
    from ..core.run.executor import Executor
    from ..core.run.records import TaskRecord
    from ..core.run.tasks import Index, Prerequisite


class TaskFailedError(TreadleError):
    """A result was asked for that a failed task did not give."""


@dataclass(frozen=True)
class _Unknown:
    """Stands for items that nobody knows."""

    why: str


@dataclass(frozen=True)
class _Started:
    """Stands for what a loop along ``axis`` started with, where it had no item; ``place`` has -1 there."""

    axis: int
    place: Index


_NO_ITEM = -1
_named_tuple: Callable[..., Any] = namedtuple
_Leaf: TypeAlias = "Task | _Unknown | _Started"
_Tree: TypeAlias = "_Leaf | list[_Tree] | None"


class RunResult:
    """A run that has ended. As a context manager it is closed at the end.

    Indexing with a node gives its value; several outputs are a named tuple, with None for one that
    carries nothing. For a mapped node it is a list nested by axis, outer to inner; of a loop it is the value
    of the last item or round, and what it started with where there was no item. What a filter left out is not
    in the list. A group gives the value of its output, or a named tuple of several.

    Large values that nothing needed any more were let go of, unless the run was told to keep all: they are computed
    again when they are asked for, or found in the cache. ``again`` does so for a node.
    """

    def __init__(
        self,
        executor: Executor,
        close: Callable[[], None],
        pipeline: Pipeline,
        journal: Path,
        again: Callable[[str], RunResult],
    ) -> None:
        self.journal = journal
        self._executor = executor
        self._close = close
        self._pipeline = pipeline
        self._again = again
        self._made_again: dict[str, RunResult] = {}

    def __repr__(self) -> str:
        count = len(self._executor.records)
        return f"<RunResult: {self.state}, {count} task{'' if count == 1 else 's'}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    @property
    def state(self) -> str:
        """``succeeded``, ``succeeded with failures``, ``failed`` or ``cancelled``."""
        return self._executor.scheduler.state.value

    @property
    def ok(self) -> bool:
        """Whether nothing failed but what a join was told to pass over."""
        return self._executor.scheduler.state in {RunState.SUCCEEDED, RunState.SUCCEEDED_WITH_FAILURES}

    def report(self, path: Path | str) -> Path:
        """Write a report of the run, one HTML file that needs no other, and return where it is."""
        from ..core.journal.reader import RunReader
        from .report.page import write_report

        with RunReader(self.journal) as reader:
            write_report(reader, Path(path))
        return Path(path)

    @property
    def tasks(self) -> list[TaskRecord]:
        """All tasks, in the order they were made."""
        return list(self._executor.records.values())

    @property
    def failures(self) -> list[TaskRecord]:
        """The tasks that failed, each with its cause."""
        return [record for record in self.tasks if record.state is TaskState.FAILED]

    @property
    def warnings(self) -> list[str]:
        """What went well, but perhaps not as it was meant: a sentence for each loop that its bound ended."""
        return self._executor.warnings()

    def __getitem__(self, node: NodeHandle | str) -> Any:
        """Return the value of a node or group; TaskFailedError if it, or an item of it, failed."""
        name = node.id if isinstance(node, NodeHandle) else node
        planned = self._executor.plan.node(name)
        group = None if planned is not None else group_at(self._pipeline, name)
        if group is None:
            return self._output(planned or self._node(name))
        found = [self._output(*self._node_of(name, port)) for port in group.outputs]
        return found[0] if len(found) == 1 else _record(list(group.outputs), found)

    def port(self, node: NodeHandle | str, port: str) -> Any:
        """Return the value of one output, None in the place of each item that failed.

        Items that carry nothing are left out; what is no item and carries nothing is None.
        """
        planned, output = self._node_of(node.id if isinstance(node, NodeHandle) else node, port)

        def value(leaf: _Leaf) -> Any:
            if isinstance(leaf, _Started):
                return self._start(planned, leaf, output)
            if isinstance(leaf, _Unknown) or not leaf.state.good:
                return None
            return self._fetched(leaf, output)

        return _mapped(self._tree(planned, output), value)

    def items(self, node: NodeHandle | str) -> Iterator[tuple[dict[str, str], Any]]:
        """Go through the items of a mapped node: labels and value. A failed item raises its failure."""
        planned = self._node(node.id if isinstance(node, NodeHandle) else node)
        for leaf in _leaves(self._tree(planned, _only_output(planned))):
            value = self._value(planned, leaf)
            yield self._labels(planned, leaf), value

    def close(self) -> None:
        """Forget the values and remove the files of the run; so does the result when it is dropped."""
        for other in self._made_again.values():
            other.close()
        self._close()

    def _node(self, name: str) -> PlanNode:
        found = self._executor.plan.node(name)
        if found is None:
            known = [planned.id for planned in self._executor.plan.nodes]
            raise UsageError(f"this run had no node {name!r}", remedy=suggestion(name, known))
        return found

    def _node_of(self, name: str, port: str) -> tuple[PlanNode, str]:
        """Return the node that makes an output of a node or group, and which of its outputs that is."""
        group = group_at(self._pipeline, name)
        if group is not None and port not in group.outputs:
            raise UsageError(f"the group {name!r} has no output {port!r}", remedy=suggestion(port, group.outputs))
        path, output = output_of_group(self._pipeline, name, port)
        found = self._node(path)
        known = [made.name for made in found.module.outputs]
        if output not in known:
            raise UsageError(f"{name!r} has no output {port!r}", remedy=suggestion(port, known))
        return found, output

    def _output(self, node: PlanNode, port: str = "") -> Any:
        """Return the value of one output, or of all."""
        found = self._tree(node, port or _only_output(node))
        if found is None:
            raise TaskFailedError("it has no value: its branch was not taken", where=node.id)
        if isinstance(found, list):
            return _mapped(found, lambda leaf: self._value(node, leaf, port))
        return self._value(node, found, port)

    def _labels(self, node: PlanNode, leaf: _Leaf) -> dict[str, str]:
        if isinstance(leaf, _Unknown):
            return {}
        if isinstance(leaf, Task):
            return dict(self._executor.records[leaf.id].labels)
        known = leaf.place[: leaf.place.index(_NO_ITEM)]
        return self._executor.scheduler.layout.extents.labels(node.axes, known)

    def _tree(self, node: PlanNode, output: str) -> _Tree:
        if not node.axes:
            return _task_at(self._executor, node, output, ())
        return _Tracer(self._executor, self._pipeline, node, output).tree(0, ())

    def _value(self, node: PlanNode, leaf: _Leaf, port: str = "") -> Any:
        if isinstance(leaf, _Unknown):
            raise TaskFailedError(leaf.why, where=node.id)
        if isinstance(leaf, Task) and not leaf.state.good:
            raise self._failure(leaf)
        ports = node.module.output_names
        if port or (node.module.returns == "value" and ports == ("out",)):
            return self._value_at(node, leaf, port or "out")
        values = [self._value_at(node, leaf, port) for port in ports]
        return _record(ports, values)

    def _value_at(self, node: PlanNode, leaf: Task | _Started, port: str) -> Any:
        if isinstance(leaf, _Started):
            return self._start(node, leaf, port)
        return None if leaf.lacks(port) else self._fetched(leaf, port)

    def _fetched(self, task: Task, output: str) -> Any:
        """Return the value of a task that succeeded, computed again if it was let go of."""
        if not task.gone:
            return self._executor.results.value(task.id, output)
        node = self._executor.plan.nodes[task.node].id
        if node not in self._made_again:
            self._made_again[node] = self._again(node)
        other = self._made_again[node]._executor
        if task.id not in other.records or not other.records[task.id].state.good:
            raise UnavailableError(
                "its value was let go of when nothing needed it any more, and computing it again failed",
                where=f"{task.id}.{output}",
                remedy="Run the pipeline with keep_all=True",
            )
        return other.results.value(task.id, output)

    def _start(self, node: PlanNode, leaf: _Started, port: str) -> Any:
        """Return what the loop started with at an output; None if that is not fed back."""
        for reader, entry in _feedback(self._executor, node, leaf.axis, port):
            return self._start_value(reader, entry.start, node.axes, leaf.place)
        return None

    def _start_value(self, reader: PlanNode, start: Start, axes: tuple[int, ...], place: Index) -> Any:
        match start:
            case Constant(port=port, value=value):
                kind = reader.module.coercions.get(port, "")
                file = self._pipeline.file
                return placed(value, kind, file.parent if file else Path.cwd()) if kind else value
            case Swept(axis=axis, values=values) if axis in axes:
                return values[place[axes.index(axis)]]
            case Wired(apply=None) if set(start.axes) <= set(axes):
                made = self._executor.scheduler.layout.provider(start, axes, place)
                assert made is not None
                value = self._made(reader, made, start, start.source.output)
                return value if start.item is None else value[place[axes.index(start.item)]]
        raise TaskFailedError("it had no item, and what it started with cannot be read here", where=reader.id)

    def _made(self, reader: PlanNode, made: Prerequisite, start: Wired, output: str) -> Any:
        """Return what an output that a loop started with gave."""
        if made.cause is not None:
            raise TaskFailedError(f"it has nothing to start with: {made.cause.message}", where=reader.id)
        if made.lacks(output) is not None:
            return None
        if isinstance(made, LastItem):
            if made.chosen is None and start.source.start is not None:
                return self._start_value(reader, start.source.start, start.source.axes, made.prefix)
            made = made.chosen or made
        if isinstance(made, Collection) and not made.joining.nested and not made.joining.with_labels:
            return [self._made(reader, made.members[index], start, output) for index in made.present()]
        try:
            if isinstance(made, Task):
                return self._fetched(made, output)
        except (KeyError, TreadleError):
            pass  # forgotten when its last reader had it
        raise TaskFailedError("it had no item, and what it started with cannot be read here", where=reader.id)

    def _failure(self, task: Task) -> TaskFailedError:
        record = self._executor.records[task.id]
        cause = record.cause
        text = cause.message if cause is not None else f"it is {record.state.value}"
        if cause is not None and cause.traceback:
            text = f"{text}\n\n{cause.traceback}"
        return TaskFailedError(text, where=record.title)


def _task_at(executor: Executor, node: PlanNode, output: str, place: Index) -> Task | _Unknown | None:
    """Return the task at a place; None if it was left out, or has nothing at ``output``, where one is named."""
    task = executor.scheduler.layout.of_node(node.number).get(place)
    if task is None or task.id not in executor.records:
        return _Unknown("it did not run")
    left_out = task.absent or (task.state.good and output and task.lacks(output))
    return None if left_out else task


class _Tracer:
    """Finds what stands for the items of a mapped node; with ``output``, of those that carry something there."""

    def __init__(self, executor: Executor, pipeline: Pipeline, node: PlanNode, output: str) -> None:
        self._executor = executor
        self._layout = executor.scheduler.layout
        self._node = node
        self._output = output
        rounds = {axis for axis in node.axes if executor.plan.axes[axis].kind == "rounds"}
        self._loops = rounds | folded_axes(pipeline, executor.plan, node.id)

    def tree(self, level: int, place: Index) -> _Tree:
        """Return what stands for the items under a place: lists nested by axis, of a loop the last item.

        What a branch did not take, or a filter left out, is not missing: it is not there, and None here.
        """
        node = self._node
        if level == len(node.axes):
            return self._leaf(place)
        extent = self._layout.extents.of(node.axes, level, place)
        if extent.cause is not None:
            return _Unknown(f"its items are not known: {extent.cause.message}")
        if extent.absent:
            return None
        if not extent.closed:
            return _Unknown("its items are not known: the run ended before")
        if node.axes[level] not in self._loops:
            inner = [self.tree(level + 1, (*place, at)) for at in range(extent.count)]
            return [one for one in inner if one is not None]
        rounds = (self.tree(level + 1, (*place, at)) for at in reversed(range(extent.count)))
        found = next((one for one in rounds if one is not None), None)
        if found is None and (not extent.count or self._left_out((*place, extent.count - 1), node.axes[level])):
            return self._without_items(level, place)
        return found

    def _leaf(self, place: Index) -> _Tree:
        if _NO_ITEM in place:
            return _Started(self._node.axes[place.index(_NO_ITEM)], place)
        return _task_at(self._executor, self._node, self._output, place)

    def _left_out(self, place: Index, axis: int) -> bool:
        """Say whether the last item of a loop was left out for itself, not with all of them."""
        last = self._layout.of_node(self._node.number).get(place)
        return last is not None and self._layout.loops.hands_on(last, self._output, axis)

    def _without_items(self, level: int, place: Index) -> _Tree:
        """Return what stands for a loop that had no item: what it started with, if that is known outside it."""
        axis = self._node.axes[level]
        inner = [self._executor.plan.axes[other] for other in self._node.axes[level + 1 :]]
        if any(axis in one.depends or one.kind == "rounds" for one in inner) or _NO_ITEM in place:
            return None
        fed = any(True for _ in _feedback(self._executor, self._node, axis, self._output))
        return self.tree(level + 1, (*place, _NO_ITEM)) if fed else None


def _feedback(executor: Executor, node: PlanNode, axis: int, output: str) -> Iterator[tuple[PlanNode, FedBack]]:
    """Go through the inputs that an output of a node, or any if it is empty, feeds along the axis of a loop."""
    for reader in executor.plan.nodes:
        for entry in reader.inputs:
            fed_back = isinstance(entry, FedBack) and entry.axis == axis and entry.source.node == node.number
            if isinstance(entry, FedBack) and fed_back and output in {"", entry.source.output}:
                yield reader, entry


def _only_output(node: PlanNode) -> str:
    """Return the output of a node that has one; of several each item has them all, or None in their place."""
    names = node.module.output_names
    return names[0] if len(names) == 1 else ""


def _record(names: Sequence[str], values: list[Any]) -> Any:
    # A port may be called what Python cannot: its field is then named by its place, `_2`.
    return _named_tuple("Outputs", names, rename=True)(*values)


def _mapped(tree: _Tree, value: Callable[[_Leaf], Any]) -> Any:
    if isinstance(tree, list):
        return [_mapped(one, value) for one in tree]
    return None if tree is None else value(tree)


def _leaves(tree: _Tree) -> Iterator[_Leaf]:
    if isinstance(tree, list):
        for one in tree:
            yield from _leaves(one)
    elif tree is not None:
        yield tree
