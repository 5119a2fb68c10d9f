"""What is handed on from one item of a loop to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..planning.plan import FedBack, Plan
    from .projections import Project
    from .tasks import Index, Task


class Loops:
    """The states of loops, place by place. ``task`` returns the task of a node at a place."""

    def __init__(self, plan: Plan, task: Callable[[int, Index], Task], project: Project) -> None:
        self._plan, self._task, self._project = plan, task, project
        self._carried: dict[Task, Task | None] = {}

    def state_before(self, entry: FedBack, axes: tuple[int, ...], index: Index) -> Task | None:
        """Return what makes the value that is fed back at a place; None if it is still that of the start."""
        before = self.place_before(entry.axis, axes, index)
        if before is None:
            return None
        made = self._task(entry.source.node, self._project(axes, entry.source.axes)(before))
        return self.carried(made, entry.source.output, entry.axis)

    def carried(self, made: Task, output: str, axis: int) -> Task | None:
        """Return what makes the state of a loop after ``made``: itself, or what an item that was left out hands on.

        None if that is what the loop started with.
        """
        walked: list[Task] = []
        found: Task | None = made
        while found is not None and self.hands_on(found, output, axis):
            if found in self._carried:
                found = self._carried[found]
                break
            walked.append(found)
            before = self.place_before(axis, self._plan.nodes[found.node].axes, found.index)
            found = None if before is None else self._task(found.node, before)
        self._carried.update(dict.fromkeys(walked, found))
        return found

    def hands_on(self, task: Task, output: str, axis: int) -> bool:
        """Say whether a task of a loop was left out for this item alone: then the state stays what it was."""
        lacking = task.lacks(output)
        return lacking is not None and lacking[1] >= 0 and axis in self._plan.nodes[lacking[1]].axes

    def place_before(self, axis: int, axes: tuple[int, ...], index: Index) -> Index | None:
        """Return the place one step back along the axis of a loop; None at its first item."""
        position = axes.index(axis)
        place = index[position]
        return (*index[:position], place - 1, *index[position + 1 :]) if place else None
