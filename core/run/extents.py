"""The items of axes, place by place, as they become known."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .expansion import Extent, ListExtent, RoundsExtent, written_extent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..planning.plan import Axis, Plan, Source
    from .projections import Project
    from .tasks import Index, Prerequisite, Task


class Extents:
    """The extent of each axis under each place of those that it depends on, made at its first mention.

    ``task`` returns the task of a node at a place, ``origin`` what makes an output there.
    """

    def __init__(
        self,
        plan: Plan,
        task: Callable[[int, Index], Task],
        origin: Callable[[Source, Index], Prerequisite],
        project: Project,
    ) -> None:
        self._plan, self._task, self._origin, self._project = plan, task, origin, project
        self._found: dict[tuple[int, Index], Extent] = {}

    def of(self, axes: Sequence[int], level: int, prefix: Index) -> Extent:
        """Return the items of ``axes[level]`` under the places ``prefix`` of the axes before it."""
        axis = self._plan.axes[axes[level]]
        outer = self._project(tuple(axes[:level]), axis.depends)(prefix) if axis.depends else ()
        key = (axis.number, outer)
        found = self._found.get(key)
        if found is None:
            self._make(axis, outer)
            found = self._found[key]
        return found

    def _make(self, axis: Axis, outer: Index) -> None:
        key = (axis.number, outer)
        if axis.kind == "rounds":
            self._make_rounds(axis, outer)
        elif axis.lists:
            lists = [self._origin(s, self._project(axis.depends, s.axes)(outer)) for s in axis.lists]
            names = [f"{self._plan.nodes[s.node].id}.{s.output}" for s in axis.lists]
            extent = ListExtent(axis, lists, names)
            self._found[key] = extent
            extent.watch()
        else:
            self._found[key] = written_extent(axis)

    def _make_rounds(self, axis: Axis, outer: Index) -> None:
        again = axis.again
        assert again is not None
        home = self._project((*axis.depends, axis.number), again.axes)
        extent = RoundsExtent(axis, lambda place: self._task(again.node, home((*outer, place))))
        self._found[axis.number, outer] = extent
        extent.watch()

    def labels(self, axes: Sequence[int], index: Index) -> dict[str, str]:
        """Return the labels of the places along the first of these axes: axis label to item label."""
        return {
            self._plan.axes[axes[level]].label: self.of(axes, level, index[:level]).label(place)
            for level, place in enumerate(index)
        }

    def cut_loops(self) -> Iterator[tuple[Axis, int]]:
        """Go through the axes of loops that their bound ended, and how many times it did."""
        counts = Counter(
            number for (number, _), one in self._found.items() if isinstance(one, RoundsExtent) and one.cut
        )
        for number, count in sorted(counts.items()):
            yield self._plan.axes[number], count
