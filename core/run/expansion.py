"""Finds the tasks of a node: goes along its axes as the lengths of their lists become known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..worker.failures import Cause
from .tasks import Index, Prerequisite, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..planning.plan import Axis


class Branch(Protocol):
    """What wants to know the items of an extent."""

    def enter(self, prefix: Index) -> None:
        """There is an item at ``prefix``."""

    def close(self, prefix: Index, extent: Extent) -> None:
        """There are no more items under ``prefix``."""


class Extent:
    """The items of one axis for one item of the axes it depends on; grows until it is closed.

    ``labels`` is None where the places themselves are the labels. A ``cause`` says why the items can never be
    known, ``absent`` that the list belongs to a branch that was not taken.
    """

    __slots__ = ("_branches", "absent", "absent_from", "cause", "closed", "count", "labels")

    def __init__(self) -> None:
        self.count = 0
        self.labels: Sequence[str] | None = None
        self.closed = False
        self.cause: Cause | None = None
        self.absent = ""
        self.absent_from = -1
        self._branches: list[tuple[Branch, Index]] = []

    def label(self, place: int) -> str:
        """Return the label of an item."""
        return self.labels[place] if self.labels is not None else str(place)

    def follow(self, branch: Branch, prefix: Index) -> None:
        """Tell ``branch`` of each item there is and will be, and of the end."""
        for place in range(self.count):
            branch.enter((*prefix, place))
        if self.closed:
            branch.close(prefix, self)
        else:
            self._branches.append((branch, prefix))

    def grow(self, count: int) -> None:
        """Add items."""
        first, self.count = self.count, self.count + count
        # Who begins to follow because of an item is told of all of them there and then.
        branches = tuple(self._branches)
        for place in range(first, self.count):
            for branch, prefix in branches:
                branch.enter((*prefix, place))

    def close(self, cause: Cause | None = None) -> None:
        """Say that no more items come."""
        self.closed, self.cause = True, cause
        branches, self._branches = self._branches, []
        for branch, prefix in branches:
            branch.close(prefix, self)


class ListExtent(Extent):
    """The items of one or more lists that outputs make; several lists step together and must be equally long."""

    __slots__ = ("_axis", "_left", "_lists", "_names")

    def __init__(self, axis: Axis, lists: Sequence[Prerequisite], names: Sequence[str]) -> None:
        super().__init__()
        self._axis = axis
        self._lists = lists
        self._names = names
        self._left = 0

    def watch(self) -> None:
        """Begin to wait for the lists."""
        self._left = sum(not source.done for source in self._lists)
        for source in self._lists:
            if not source.done:
                source.tell(self)
        if not self._left:
            self._decide()

    def settled(self, source: Prerequisite) -> None:  # noqa: ARG002 - all of them are looked at in the end
        """One of the lists is known."""
        self._left -= 1
        if not self._left and not self.closed:
            self._decide()

    def _decide(self) -> None:
        cause = next((source.cause for source in self._lists if source.cause is not None), None)
        if cause is not None:
            self.close(cause)
            return
        lengths: list[tuple[str, Sequence[str]]] = []
        for source, output, name in zip(self._lists, self._axis.lists, self._names, strict=True):
            lacking = source.lacks(output.output)
            if lacking is not None:
                self.absent, self.absent_from = lacking
                self.close()
                return
            lengths.append((name, source.labels(output.output)))
        self._grow_to(lengths)

    def _grow_to(self, lists: list[tuple[str, Sequence[str]]]) -> None:
        sizes = [(name, len(items)) for name, items in lists] + list(self._axis.sizes)
        odd = next((entry for entry in sizes if entry[1] != sizes[0][1]), None)
        if odd is not None:
            (first, count), (second, other) = sizes[0], odd
            text = f"{self._axis.label!r}: {first} has {count} items, but {second} has {other}"
            self.close(Cause("mapping", text))
            return
        self.labels = lists[0][1]
        self.grow(len(lists[0][1]))
        self.close()


class RoundsExtent(Extent):
    """The rounds of a loop: one, and another as long as the answer of the last is yes.

    ``cut`` says that the bound ended them though the last answer was yes.
    """

    __slots__ = ("_answer_of", "_axis", "cut")

    def __init__(self, axis: Axis, answer_of: Callable[[int], Task]) -> None:
        super().__init__()
        self._axis = axis
        self._answer_of = answer_of
        self.cut = False

    def watch(self) -> None:
        """Begin with the first round."""
        self._await_round()

    def _await_round(self) -> None:
        self.grow(1)
        task = self._answer_of(self.count - 1)
        if task.done:
            self.settled(task)
        else:
            task.tell(self)

    def settled(self, source: Prerequisite) -> None:
        """A round has given its answer."""
        if source.cause is not None:
            # This round is the last, and whoever reads it learns of its failure.
            self.close()
            return
        again = self._axis.again
        assert again is not None
        assert isinstance(source, Task)
        more = not source.lacks(again.output) and source.outcome.flags.get(again.output, False)
        if more and self.count < self._axis.bound:
            self._await_round()
        else:
            self.cut = more
            self.close()


def written_extent(axis: Axis) -> Extent:
    """Return the items of a list that is written in the pipeline, labelled by their values."""
    extent = Extent()
    sizes = {size for _, size in axis.sizes}
    if len(sizes) > 1:
        text = ", ".join(f"{name} has {size} items" for name, size in axis.sizes)
        extent.close(Cause("mapping", f"{axis.label!r}: {text}"))
        return extent
    extent.labels = tuple(map(value_label, axis.values))
    extent.grow(len(axis.values))
    extent.close()
    return extent


def value_label(value: object) -> str:
    """Return the label of a value that is written in the pipeline."""
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


class Expansion:
    """Walks along axes from a prefix and reports each item at their end.

    ``on_item`` gets the whole index; ``on_unknown`` a prefix under which items can never be known, with the
    extent that says why; ``on_end`` is called once, when no more items can come.
    """

    __slots__ = ("_axes", "_extent_of", "_on_end", "_on_item", "_on_unknown", "open")

    def __init__(
        self,
        axes: Sequence[int],
        extent_of: Callable[[Sequence[int], int, Index], Extent],
        on_item: Callable[[Index], None],
        on_unknown: Callable[[Index, Extent], None],
        on_end: Callable[[], None],
    ) -> None:
        self._axes = axes
        self._extent_of = extent_of
        self._on_item = on_item
        self._on_unknown = on_unknown
        self._on_end = on_end
        self.open = 0

    def begin(self, prefix: Index = ()) -> None:
        """Start to walk; the axes before the end of ``prefix`` are fixed."""
        self.open = 1
        self.enter(prefix)
        self._leave()

    def enter(self, prefix: Index) -> None:
        """Go on from an item of the axes walked so far."""
        level = len(prefix)
        if level == len(self._axes):
            self._on_item(prefix)
            return
        self.open += 1
        self._extent_of(self._axes, level, prefix).follow(self, prefix)

    def close(self, prefix: Index, extent: Extent) -> None:
        """Take note that there are no more items under ``prefix``."""
        if extent.cause is not None or extent.absent:
            self._on_unknown(prefix, extent)
        self._leave()

    def _leave(self) -> None:
        self.open -= 1
        if not self.open:
            self._on_end()
