"""What a task may wait for besides other tasks: all items of an axis, or the last one of a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ..planning.plan import Constant, Joining, Source, Swept, Wired
from ..worker.labels import item_labels
from .expansion import Expansion, Extent
from .tasks import Index, Prerequisite, Task

if TYPE_CHECKING:
    from ..worker.failures import Cause

Found = Callable[[Source, Index], Prerequisite]
"""Given a source and the places along its axes, what makes its value there."""


class Collection(Prerequisite):
    """The items that one join collects for one item of the axes that are left.

    ``members`` are in item order at the end; ``missing`` those that failed and are passed over, with the cause.
    """

    __slots__ = (
        "_find",
        "_left",
        "_not_taken",
        "_source",
        "_varies",
        "joining",
        "members",
        "missing",
        "start",
    )

    def __init__(
        self, source: Source, joining: Joining, start: Index, find: Found, varies: Callable[[int], bool]
    ) -> None:
        super().__init__()
        self.joining = joining
        self.start = start
        self.members: dict[Index, Prerequisite] = {}
        self.missing: list[tuple[Index, Cause]] = []
        self._source = source
        self._find = find
        self._varies = varies
        self._left = 1
        self._not_taken: list[tuple[str, int]] = []

    @property
    def made_by(self) -> int:
        """The number of the node whose output this is."""
        return self._source.node

    def walk(self, axes: Sequence[int], extent_of: Callable[[Sequence[int], int, Index], Extent]) -> None:
        """Begin to gather: ``axes`` are those that are left, then the joined ones."""
        Expansion(axes, extent_of, self._add, self._lost, self._ended).begin(self.start)

    def _add(self, index: Index) -> None:
        member = self._find(self._source, index)
        self.members[index] = member
        self.read(member)
        if member.done:
            self._look_at(index, member)
        else:
            self._left += 1
            member.tell(self)

    def _lost(self, prefix: Index, extent: Extent) -> None:
        if extent.cause is not None:
            self._note(prefix, extent.cause)
        else:
            # The list itself belongs to a branch that was not taken, and so does all that is made of it.
            self._not_taken.append((extent.absent, extent.absent_from))

    def _note(self, index: Index, cause: Cause) -> None:
        self.missing.append((index, cause))
        if not self.joining.tolerant and not self.done:
            self.cause = cause
            self.settle()

    def _look_at(self, index: Index, member: Prerequisite) -> None:
        if member.cause is not None:
            self._note(index, member.cause)

    def settled(self, source: Prerequisite) -> None:
        """One member has its final state."""
        if self.done:
            return
        if source.cause is not None and not self.joining.tolerant:
            self.cause = source.cause
            self.settle()
            return
        self._left -= 1
        self._settle_if_complete()

    def _ended(self) -> None:
        self._left -= 1
        self._settle_if_complete()

    def _settle_if_complete(self) -> None:
        if self._left or self.done:
            return
        self.missing = [entry for entry in self.missing if entry[0] not in self.members]
        for index, member in self.members.items():
            self._look_at(index, member)
        self._decide_absence()
        self.settle()

    def _decide_absence(self) -> None:
        """Nothing is collected because a whole branch was not taken: then the list is not taken either."""
        found = [member.lacks(self._source.output) for member in self.members.values()]
        lacking = [*self._not_taken, *(one for one in found if one is not None)]
        complete = len(lacking) == len(self._not_taken) + len(found)
        if lacking and complete and not self.missing and not any(self._varies(origin) for _, origin in lacking):
            self.absent, self.absent_from = lacking[0]

    def parts(self) -> Iterable[Prerequisite]:
        """Return the members."""
        return self.members.values()

    def present(self) -> list[Index]:
        """Return the places whose value is in the list, in item order."""
        return sorted(
            index
            for index, member in self.members.items()
            if member.cause is None and member.lacks(self._source.output) is None
        )


class LastItem(Prerequisite):
    """The value of the last item of a loop, once it is known which that is.

    ``prefix`` are the places along the axes that are left. ``chosen`` makes the value: the last task that was
    not passed over; None where the loop gives what it started with. ``start`` makes that, None if it is written
    in the pipeline.
    """

    __slots__ = ("_axes", "_carried", "_extent_of", "_find", "_last", "chosen", "prefix", "source", "start")

    def __init__(
        self,
        source: Source,
        axes: Sequence[int],
        find: Callable[[Source, Index], Task],
        carried: Callable[[Source, Task], Task | None],
        start: Prerequisite | None,
        extent_of: Callable[[Sequence[int], int, Index], Extent],
    ) -> None:
        super().__init__()
        self.source = source
        self.start = start
        self.chosen: Task | None = None
        self.prefix: Index = ()
        self._axes = axes
        self._find = find
        self._carried = carried
        self._extent_of = extent_of
        self._last: Prerequisite | None = None

    @property
    def made_by(self) -> int:
        """The number of the node whose output this is."""
        return self.source.node

    def begin(self, prefix: Index) -> None:
        """Begin to look for the last item under ``prefix``."""
        self.prefix = prefix
        self._walk(prefix)

    def _walk(self, prefix: Index) -> None:
        if len(prefix) == len(self._axes):
            self._await(self._find(self.source, prefix))
        else:
            self._extent_of(self._axes, len(prefix), prefix).follow(self, prefix)

    def enter(self, prefix: Index) -> None:
        """Take no note of an item that may not be the last."""

    def close(self, prefix: Index, extent: Extent) -> None:
        """Go on with the last of the items under ``prefix``."""
        if extent.cause is not None:
            self.cause = extent.cause
            self.settle()
        elif extent.absent:
            self.absent, self.absent_from = extent.absent, extent.absent_from
            self.settle()
        elif extent.count:
            self._walk((*prefix, extent.count - 1))
        elif self.start is not None:
            self._await(self.start)
        else:
            if self.source.start is None:
                self.absent, self.absent_from = "there was no item", self.source.node
            self.settle()

    def _await(self, last: Prerequisite) -> None:
        self._last = last
        self.read(last)
        if last.done:
            self.settled(last)
        else:
            last.tell(self)

    def settled(self, source: Prerequisite) -> None:
        """Take note that the last item, or what there was at the start, has its final state."""
        self.cause = source.cause
        if isinstance(source, Task) and source is not self.start:
            self.chosen = self._carried(self.source, source)
        self.settle()

    @property
    def whole(self) -> bool:
        """Never, at a glance: it may have what the loop started with."""
        return False

    def parts(self) -> Iterable[Prerequisite]:
        """Return what makes the last item; it keeps what was handed on to it."""
        return () if self._last is None else (self._last,)

    def lacks(self, output: str) -> tuple[str, int] | None:
        """Return why the last item carries nothing at ``output``."""
        if self.absent:
            return super().lacks(output)
        if self.chosen is not None:
            return self.chosen.lacks(output)
        start = self.source.start
        return self.start.lacks(start.source.output) if self.start is not None and isinstance(start, Wired) else None

    def labels(self, output: str) -> Sequence[str]:
        """Return the labels of the items of the last item's list."""
        if self.chosen is not None:
            return self.chosen.labels(output)
        match self.source.start:
            case Wired(source=source) if self.start is not None:
                return self.start.labels(source.output)
            case Constant(value=value):
                return item_labels(value)
            case Swept(axis=axis, values=values):
                return item_labels(values[self.prefix[self.source.axes.index(axis)]])
        return ()
