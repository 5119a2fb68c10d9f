"""Turns a ready task into a call: where each argument comes from, and how it is passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..planning.calls import CallForms, target_of
from ..planning.plan import Constant, FedBack, Function, Input, Plan, PlanNode, Source, Swept, Wired
from ..worker.call import Applied, Argument, Call, Form, Given, Items, Labelled, Ref
from ..worker.files import placed
from ..worker.unit import Program
from .collecting import Collection, LastItem
from .tasks import Index, Prerequisite, Task

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .layout import Layout


class CallMaker:
    """Makes the calls of one run; relative paths among the parameters count from ``folder``.

    ``declared_only`` are the nodes whose function must be a declared module, ``digested`` the numbers of those whose
    results are to be digested.
    """

    def __init__(
        self, layout: Layout, folder: Path, declared_only: Iterable[str] = (), digested: Iterable[int] = ()
    ) -> None:
        self._layout = layout
        self._plan: Plan = layout.plan
        self._folder = folder
        self._forms = CallForms(self._plan, declared_only, digested)
        # A byte a node: of ten thousand nodes a set would take a hundred times as much.
        nodes = self._plan.nodes
        self._is_plain = bytes(map(_is_plain, nodes)) if self._plan.axes else b"\1" * len(nodes)

    def call(self, task: Task) -> Call:
        """Return the call of a task whose inputs are all there."""
        form = self._forms[task.node]
        arguments = self._plain(task, form) if self._is_plain[task.node] else self._arguments(task, form)
        return Call(task.id, form, arguments, task.attempt)

    def _arguments(self, task: Task, form: Form) -> dict[str, Argument]:
        node = self._plan.nodes[task.node]
        return {
            entry.port: argument
            for entry in node.inputs
            if (argument := self._argument(entry, node.axes, task.index, form.coerce.get(entry.port, ""))) is not None
        }

    def _plain(self, task: Task, form: Form) -> dict[str, Argument]:
        """Do as ``_arguments`` for a node that reads whole outputs of tasks at its own place, or what is written."""
        arguments: dict[str, Argument] = {}
        singles, node = self._layout.singles, self._plan.nodes[task.node]
        # Only a module that merges gets here without all its inputs.
        merges = node.module.merges
        for entry in node.inputs:
            if type(entry) is Wired:
                source = entry.source
                made_by = singles[source.node] or self._layout.task(source.node, task.index)
                if not merges or made_by.lacks(source.output) is None:
                    value = self.value(made_by, source.output)
                    arguments[entry.port] = value if entry.apply is None else _applied(entry.apply, value)
            else:
                assert isinstance(entry, Constant)
                arguments[entry.port] = self._given(entry.value, form.coerce.get(entry.port, ""))
        return arguments

    def value(self, task: Task, output: str) -> Argument:
        """Return an output of a finished task, put together again where it is kept item by item."""
        items = task.outcome.items
        if items and output in self._plan.nodes[task.node].split:
            return Items(tuple(_ref(task, output, place) for place in range(len(items[output]))))
        return _ref(task, output, -1)

    def _argument(self, entry: Input, axes: tuple[int, ...], index: Index, coerce: str) -> Argument | None:
        match entry:
            case Constant(value=value):
                return self._given(value, coerce)
            case Swept(axis=axis, values=values):
                return self._given(values[index[axes.index(axis)]], coerce)
            case FedBack():
                made_by = self._layout.loops.state_before(entry, axes, index)
                if made_by is None:
                    return self._argument(entry.start, axes, index, coerce)
                return self.value(made_by, entry.source.output)
            case Wired():
                return self._wired(entry, axes, index)

    def _given(self, value: Any, coerce: str) -> Given:
        if isinstance(value, Program):
            return Given(value.placed_in(self._folder))
        return Given(placed(value, coerce, self._folder) if coerce else value)

    def _wired(self, entry: Wired, axes: tuple[int, ...], index: Index) -> Argument | None:
        provider = self._layout.provider(entry, axes, index)
        if provider is None or provider.lacks(entry.source.output) is not None:
            # Only a module that merges gets here without all its inputs.
            return None
        if isinstance(provider, Collection):
            return self._collected(provider, entry)
        place = None if entry.item is None else index[axes.index(entry.item)]
        return _applied(entry.apply, self._output(provider, entry.source, place))

    def _output(self, provider: Prerequisite | None, source: Source, place: int | None) -> Argument:
        if isinstance(provider, LastItem):
            if provider.chosen is None:
                return self._started(provider, place)
            provider = provider.chosen
        assert isinstance(provider, Task)
        if place is None:
            return self.value(provider, source.output)
        return _ref(provider, source.output, place)

    def _started(self, last: LastItem, place: int | None) -> Argument:
        """Return what a loop that changed nothing started with, or one item of it."""
        start, axes = last.source.start, last.source.axes
        assert start is not None
        whole = self._argument(start, axes, last.prefix, "")
        assert whole is not None
        if place is None:
            return whole
        return Given(whole.value[place]) if isinstance(whole, Given) else _item(whole, place)

    # Collected lists

    def _collected(self, collection: Collection, entry: Wired) -> Argument:
        axes = (*entry.axes, *collection.joining.axes)
        present = {index: self._member(collection, entry, axes, index) for index in collection.present()}
        depth = len(collection.joining.axes)
        if not collection.joining.nested or depth == 1:
            return Items(tuple(present.values()))
        return self._nested(collection, axes, collection.start, present)

    def _member(self, collection: Collection, entry: Wired, axes: tuple[int, ...], index: Index) -> Argument:
        argument = _applied(entry.apply, self._output(collection.members[index], entry.source, None))
        if not collection.joining.with_labels:
            return argument
        return Labelled(self._layout.extents.labels(axes, index), argument)

    def _nested(
        self, collection: Collection, axes: tuple[int, ...], prefix: Index, present: dict[Index, Argument]
    ) -> Argument:
        """Build lists of lists with an inner list for each outer item, an empty one where there is nothing."""
        extent = self._layout.extents.of(axes, len(prefix), prefix)
        inner = [(*prefix, place) for place in range(extent.count)]
        if len(prefix) + 1 == len(axes):
            return Items(tuple(present[index] for index in inner if index in present))
        return Items(tuple(self._nested(collection, axes, index, present) for index in inner))


def _ref(task: Task, output: str, place: int) -> Ref:
    return Ref((task.id, output, place))


def _is_plain(node: PlanNode) -> bool:
    return all(isinstance(entry, Constant) or _is_aligned(entry, node.axes) for entry in node.inputs)


def _is_aligned(entry: Input, axes: tuple[int, ...]) -> bool:
    """Say whether each task reads a whole output of the task that has its own place."""
    if not isinstance(entry, Wired) or entry.join is not None or entry.item is not None:
        return False
    return not entry.source.last and entry.source.axes == axes


def _item(whole: Argument, place: int) -> Argument:
    assert isinstance(whole, Items), "an output that is mapped is kept item by item"
    return whole.items[place]


def _applied(function: Function | None, argument: Argument) -> Argument:
    return argument if function is None else Applied(target_of(function), argument)
