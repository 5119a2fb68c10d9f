"""The result of a run: the values of its nodes, its tasks and failures."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

from ..core.authoring import NodeHandle
from ..core.errors import TreadleError, UsageError, suggestion
from ..core.plan import FedBack, PlanNode
from ..core.run.states import RunState, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..core.run.executor import Executor
    from ..core.run.records import TaskRecord
    from ..core.run.tasks import Index, Task


class TaskFailedError(TreadleError):
    """A result was asked for that a failed task did not give."""


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
        return self._nested(planned, lambda task: self._value(planned, task))

    def port(self, node: NodeHandle | str, port: str) -> Any:
        """Return the value of one output, None in the place of each item that failed or carries nothing."""

        def value(task: Task) -> Any:
            return self._executor.value(task.id, port) if task.state.good and not task.lacks(port) else None

        return self._nested(self._node(node), value)

    def items(self, node: NodeHandle | str) -> Iterator[tuple[dict[str, str], Any]]:
        """Go through the items of a mapped node: labels and value. A failed item raises its failure."""
        planned = self._node(node)
        for _, task in self._tasks(planned):
            yield dict(self._executor.records[task.id].labels), self._value(planned, task)

    def close(self) -> None:
        """Forget the values and remove the files of the run; it happens by itself when the result is dropped."""
        self._close()

    def _node(self, node: NodeHandle | str) -> PlanNode:
        name = node.id if isinstance(node, NodeHandle) else node
        found = self._executor.plan.node(name)
        if found is None:
            known = [planned.id for planned in self._executor.plan.nodes]
            raise UsageError(f"this run had no node {name!r}", remedy=suggestion(name, known))
        return found

    def _tasks(self, node: PlanNode) -> list[tuple[Index, Task]]:
        """Return the tasks of a node by place; of a loop only the last, its place without the loop's axes."""
        tasks = self._executor.scheduler.layout.by_node[node.number]
        loops = [level for level, axis in enumerate(node.axes) if self._is_loop(node, axis)]
        found: dict[Index, Task] = {}
        for place in sorted(tasks):
            # What a branch did not take, or a filter left out, is not missing: it is simply not there.
            if not tasks[place].absent:
                found[tuple(at for level, at in enumerate(place) if level not in loops)] = tasks[place]
        return list(found.items())

    def _is_loop(self, node: PlanNode, axis: int) -> bool:
        fed_back = any(isinstance(entry, FedBack) and entry.axis == axis for entry in node.inputs)
        return fed_back or self._executor.plan.axes[axis].kind == "rounds"

    def _nested(self, node: PlanNode, value: Callable[[Task], Any]) -> Any:
        tasks = self._tasks(node)
        depth = sum(not self._is_loop(node, axis) for axis in node.axes)
        if depth:
            return _nested({place: value(task) for place, task in tasks}, depth)
        if not tasks:
            raise TaskFailedError(
                "it has no value: its branch was not taken, or it did not run", where=node.id
            )
        return value(tasks[0][1])

    def _value(self, node: PlanNode, task: Task) -> Any:
        if not task.state.good:
            raise self._failure(task)
        ports = [port.name for port in node.module.outputs]
        values = [None if task.lacks(port) else self._executor.value(task.id, port) for port in ports]
        if node.module.returns == "value" and ports == ["out"]:
            return values[0]
        # A port may be called what Python cannot: its field is then named by its place, `_2`.
        return namedtuple("Outputs", ports, rename=True)(*values)

    def _failure(self, task: Task) -> TaskFailedError:
        record = self._executor.records[task.id]
        cause = record.cause
        text = cause.message if cause is not None else f"it is {record.state.value}"
        if cause is not None and cause.traceback:
            text = f"{text}\n\n{cause.traceback}"
        return TaskFailedError(text, where=record.title)


def _nested(values: Mapping[Index, Any], depth: int) -> list[Any]:
    """Nest values by their places, outer to inner."""
    if depth == 1:
        return list(values.values())
    inner: dict[int, dict[Index, Any]] = {}
    for place, value in values.items():
        inner.setdefault(place[0], {})[place[1:]] = value
    return [_nested(below, depth - 1) for below in inner.values()]
