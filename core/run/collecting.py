"""What a task may wait for besides other tasks: all items of an axis, or the last one of a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..plan import Constant, Joining, Source, Swept, Wired
from ..worker.failures import Cause
from .expansion import Expansion, Extent
from .tasks import Index, Prerequisite

Found = Callable[[Source, Index], Prerequisite]
"""Given a source and the places along its axes, what makes its value there."""


class Collection(Prerequisite):
    """The items that one join collects for one item of the axes that are left.

    ``members`` are in item order at the end; ``missing`` those that failed and are passed over, with the cause.
    """

    __slots__ = (
        "_find", "_left", "_origins", "_source", "_varies", "joining", "members", "missing", "start",
    )

    def __init__(self, source: Source, joining: Joining, start: Index, find: Found, varies: Callable[[int], bool]) -> None:
        super().__init__()
        self.joining = joining
        self.start = start
        self.members: dict[Index, Prerequisite] = {}
        self.missing: list[tuple[Index, Cause]] = []
        self._source = source
        self._find = find
        self._varies = varies
        self._left = 1
        self._origins: set[int] = set()

    def walk(self, axes: Sequence[int], extent_of: Callable[[Sequence[int], int, Index], Extent]) -> None:
        """Begin to gather: ``axes`` are those that are left, then the joined ones."""
        Expansion(axes, extent_of, self._add, self._lost, self._ended).begin(self.start)

    def _add(self, index: Index) -> None:
        member = self._find(self._source, index)
        self.members[index] = member
        member.readers += 1
        if member.done:
            self._look_at(index, member)
        else:
            self._left += 1
            member.dependents.append(self)

    def _lost(self, prefix: Index, extent: Extent) -> None:
        if extent.cause is not None:
            self._note(prefix, extent.cause)
        else:
            # The list itself belongs to a branch that was not taken, and so does all that is made of it.
            self.absent, self.absent_from = extent.absent, extent.absent_from

    def _note(self, index: Index, cause: Cause) -> None:
        self.missing.append((index, cause))
        if not self.joining.tolerant and not self.done:
            self.cause = cause
            self._settle()

    def _look_at(self, index: Index, member: Prerequisite) -> None:
        if member.cause is not None:
            self._note(index, member.cause)
        lacking = member.lacks(self._source.output)
        if lacking is not None:
            self._origins.add(lacking[1])

    def settled(self, source: Prerequisite) -> None:
        """One member has its final state."""
        if self.done:
            return
        if source.cause is not None and not self.joining.tolerant:
            self.cause = source.cause
            self._settle()
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
        self._settle()

    def _decide_absence(self) -> None:
        """Nothing is collected because a whole branch was not taken: then the list is not taken either."""
        lacking = [member.lacks(self._source.output) for member in self.members.values()]
        if lacking and all(lacking) and not any(self._varies(origin) for origin in self._origins):
            self.absent, self.absent_from = lacking[0] or ("", -1)

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

    def _settle(self) -> None:
        self.done = True
        dependents, self.dependents = self.dependents, []
        for dependent in dependents:
            dependent.settled(self)


class LastItem(Prerequisite):
    """The value of the last item of a loop, once it is known which that is.

    ``chosen`` makes it: a task, or what makes the start where there was no item, or None where the start is a
    constant.
    """

    __slots__ = ("_axes", "_extent_of", "_find", "_source", "_start", "chosen", "started")

    def __init__(
        self,
        source: Source,
        axes: Sequence[int],
        find: Found,
        start: Prerequisite | None,
        extent_of: Callable[[Sequence[int], int, Index], Extent],
    ) -> None:
        super().__init__()
        self.chosen: Prerequisite | None = None
        self.started = False
        self._source = source
        self._axes = axes
        self._find = find
        self._start = start
        self._extent_of = extent_of

    def walk(self, prefix: Index) -> None:
        """Begin to look for the last item under ``prefix``."""
        if len(prefix) == len(self._axes):
            self._choose(self._find(self._source, prefix))
        else:
            self._extent_of(self._axes, len(prefix), prefix).follow(self, prefix)

    def enter(self, prefix: Index) -> None:
        """Take no note of an item that may not be the last."""

    def close(self, prefix: Index, extent: Extent) -> None:
        """Go on with the last of the items under ``prefix``."""
        if extent.cause is not None:
            self.cause = extent.cause
            self._settle()
        elif extent.absent:
            self.absent, self.absent_from = extent.absent, extent.absent_from
            self._settle()
        elif extent.count:
            self.walk((*prefix, extent.count - 1))
        else:
            self.started = True
            self._choose(self._start)

    def _choose(self, member: Prerequisite | None) -> None:
        self.chosen = member
        if member is not None:
            member.readers += 1
        if member is None and not isinstance(self._source.start, Constant | Swept):
            self.absent = "there was no item"
        if member is None or member.done:
            self._finish(member)
        else:
            member.dependents.append(self)

    def settled(self, source: Prerequisite) -> None:
        """Take note that the last item has its final state."""
        self._finish(source)

    def _finish(self, member: Prerequisite | None) -> None:
        self.cause = member.cause if member is not None else None
        self._settle()

    def parts(self) -> Iterable[Prerequisite]:
        """Return what makes the last item."""
        return () if self.chosen is None else (self.chosen,)

    def lacks(self, output: str) -> tuple[str, int] | None:
        """Return why the last item carries nothing at ``output``."""
        if self.absent or self.chosen is None:
            return super().lacks(output)
        start = self._source.start
        own = start.source.output if self.started and isinstance(start, Wired) else output
        return self.chosen.lacks(own)

    def _settle(self) -> None:
        self.done = True
        dependents, self.dependents = self.dependents, []
        for dependent in dependents:
            dependent.settled(self)
