"""The breakpoints of a run, and the tasks that wait at them until a person lets them go on."""

from __future__ import annotations

from collections import deque
from itertools import accumulate
from typing import TYPE_CHECKING

from .states import TaskState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ..pipeline import Pipeline
    from ..planning.plan import PlanNode
    from .tasks import Task


def breakpoints_of(pipeline: Pipeline) -> tuple[str, ...]:
    """Return the paths of the nodes and groups that have a breakpoint."""
    return tuple(
        "/".join((*where, node_id))
        for where, body in pipeline.walk()
        for node_id, node in body.nodes.items()
        if node.breakpoint
    )


class Breakpoints:
    """Keeps the tasks of some nodes that could start now. ``places`` are paths of nodes, or of groups: all inside.

    A place that was passed holds nothing any more, whatever else becomes ready there. One that holds only tasks
    that were cancelled meanwhile holds nothing.
    """

    def __init__(self, nodes: Iterable[PlanNode], places: Collection[str]) -> None:
        self._places: dict[int, list[str]] = {}
        self._kept: dict[str, deque[Task]] = {}
        self._told: tuple[str, ...] = ()
        for node in nodes if places else ():
            paths = accumulate(node.id.split("/"), "{}/{}".format)
            if own := [path for path in paths if path in places]:
                self._places[node.number] = own

    def keep(self, task: Task) -> bool:
        """Keep a task that is ready if its node has a breakpoint that was not passed, the outermost first."""
        places = self._places.get(task.node)
        if not places:
            return False
        self._kept.setdefault(places[0], deque()).append(task)
        return True

    def let_pass(self, places: Collection[str]) -> list[Task]:
        """Hold nothing at these places any more, at none at all if they are none; return the tasks to look at again."""
        let_go = [task for place in list(self._kept) if place in places or not places for task in self._kept.pop(place)]
        self._places = {
            node: left
            for node, own in self._places.items()
            if places and (left := [place for place in own if place not in places])
        }
        return [task for task in let_go if task.state is TaskState.READY]

    def news(self) -> Sequence[str] | None:
        """Return where tasks wait now, the place first that was reached first; None if that was told already."""
        if not self._kept and not self._told:
            return None
        for place, tasks in list(self._kept.items()):
            while tasks and tasks[0].state is not TaskState.READY:
                tasks.popleft()
            if not tasks:
                del self._kept[place]
        here = tuple(self._kept)
        if here == self._told:
            return None
        self._told = here
        return here
