"""The result of a run: the values of its nodes, its tasks and failures."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..core.authoring import NodeHandle
from ..core.errors import TreadleError, UsageError, suggestion
from ..core.planning.plan import FedBack, PlanNode
from ..core.run.states import RunState, TaskState
from ..core.run.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..core.run.executor import Executor
    from ..core.run.records import TaskRecord
    from ..core.run.tasks import Index


class TaskFailedError(TreadleError):
    """A result was asked for that a failed task did not give."""


@dataclass(frozen=True)
class _Unknown:
    """Stands for items that nobody knows."""

    why: str


_named_tuple: Callable[..., Any] = namedtuple
_Leaf: TypeAlias = "Task | _Unknown"
_Tree: TypeAlias = "_Leaf | list[_Tree] | None"


class RunResult:
    """A run that has ended.

    Indexing with a node gives its value; several outputs are a named tuple, with None for one that
    carries nothing. For a mapped node it is a list nested by axis, outer to inner; of a loop it is the value
    of the last item or round.
    """

    def __init__(self, executor: Executor, close: Callable[[], None]) -> None:
        self._executor = executor
        self._close = close

    @property
    def state(self) -> str:
        """``succeeded``, ``succeeded with failures``, ``failed`` or ``cancelled``."""
        return self._executor.scheduler.state.value

    @property
    def ok(self) -> bool:
        """Whether nothing failed but what a join was told to pass over."""
        return self._executor.scheduler.state in {RunState.SUCCEEDED, RunState.SUCCEEDED_WITH_FAILURES}

    @property
    def tasks(self) -> list[TaskRecord]:
        """All tasks, in the order they were made."""
        return list(self._executor.records.values())

    @property
    def failures(self) -> list[TaskRecord]:
        """The tasks that failed, each with its cause."""
        return [record for record in self.tasks if record.state is TaskState.FAILED]

    def __getitem__(self, node: NodeHandle | str) -> Any:
        """Return the value of a node; TaskFailedError if it, or an item of it, failed."""
        planned = self._node(node)
        found = self._tree(planned, 0, ())
        if found is None:
            raise TaskFailedError("it has no value: its branch was not taken", where=planned.id)
        return _mapped(found, lambda leaf: self._value(planned, leaf))

    def port(self, node: NodeHandle | str, port: str) -> Any:
        """Return the value of one output, None in the place of each item that failed or carries nothing."""

        def value(leaf: _Leaf) -> Any:
            if not isinstance(leaf, Task) or not leaf.state.good or leaf.lacks(port):
                return None
            return self._executor.value(leaf.id, port)

        return _mapped(self._tree(self._node(node), 0, ()), value)

    def items(self, node: NodeHandle | str) -> Iterator[tuple[dict[str, str], Any]]:
        """Go through the items of a mapped node: labels and value. A failed item raises its failure."""
        planned = self._node(node)
        for leaf in _leaves(self._tree(planned, 0, ())):
            value = self._value(planned, leaf)
            yield dict(self._executor.records[leaf.id].labels) if isinstance(leaf, Task) else {}, value

    def close(self) -> None:
        """Forget the values and remove the files of the run; so does the result when it is dropped."""
        self._close()

    def _node(self, node: NodeHandle | str) -> PlanNode:
        name = node.id if isinstance(node, NodeHandle) else node
        found = self._executor.plan.node(name)
        if found is None:
            known = [planned.id for planned in self._executor.plan.nodes]
            raise UsageError(f"this run had no node {name!r}", remedy=suggestion(name, known))
        return found

    def _tree(self, node: PlanNode, level: int, place: Index) -> _Tree:
        """Return what stands for the items under a place: lists nested by axis, of a loop the last item.

        What a branch did not take, or a filter left out, is not missing: it is not there, and None here.
        """
        layout = self._executor.scheduler.layout
        if level == len(node.axes):
            task = layout.by_node[node.number].get(place)
            if task is None or task.id not in self._executor.records:
                return _Unknown("it did not run")
            return None if task.absent else task
        extent = layout.extent_of(node.axes, level, place)
        if extent.cause is not None:
            return _Unknown(f"its items are not known: {extent.cause.message}")
        if extent.absent:
            return None
        if not extent.closed:
            return _Unknown("its items are not known: the run ended before")
        if not self._is_loop(node, node.axes[level]):
            inner = [self._tree(node, level + 1, (*place, at)) for at in range(extent.count)]
            return [one for one in inner if one is not None]
        rounds = (self._tree(node, level + 1, (*place, at)) for at in reversed(range(extent.count)))
        return next((one for one in rounds if one is not None), None)

    def _is_loop(self, node: PlanNode, axis: int) -> bool:
        fed_back = any(isinstance(entry, FedBack) and entry.axis == axis for entry in node.inputs)
        return fed_back or self._executor.plan.axes[axis].kind == "rounds"

    def _value(self, node: PlanNode, leaf: _Leaf) -> Any:
        if not isinstance(leaf, Task):
            raise TaskFailedError(leaf.why, where=node.id)
        task = leaf
        if not task.state.good:
            raise self._failure(task)
        ports = [port.name for port in node.module.outputs]
        values = [None if task.lacks(port) else self._executor.value(task.id, port) for port in ports]
        if node.module.returns == "value" and ports == ["out"]:
            return values[0]
        # A port may be called what Python cannot: its field is then named by its place, `_2`.
        return _named_tuple("Outputs", ports, rename=True)(*values)

    def _failure(self, task: Task) -> TaskFailedError:
        record = self._executor.records[task.id]
        cause = record.cause
        text = cause.message if cause is not None else f"it is {record.state.value}"
        if cause is not None and cause.traceback:
            text = f"{text}\n\n{cause.traceback}"
        return TaskFailedError(text, where=record.title)


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
