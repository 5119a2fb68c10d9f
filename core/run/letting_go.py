"""Which results a run lets go of when no task needs them any more, though somebody may ask for them afterwards.

What is small stays. What is large goes if it can be had again without much ado: from the cache, or by computing it
again; a pipeline of large arrays would otherwise fill the memory with values that nobody asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..planning.plan import sources_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..planning.plan import Plan
    from .events import TaskId
    from .layout import Layout
    from .records import TaskRecord
    from .tasks import Task

SMALL = 2**20
SMALL_IN_ALL = 256 * 2**20
"""Results up to the first stay, as long as all of them together are no more than the second. In bytes."""

QUICK = 75e6
"""What gives so many bytes for each second that it takes, with all that it depends on, is quickly made again."""

_MOST_BEHIND = 500


class LettingGo:
    """Decides for one run. With ``cached``, results that took longer to compute than to store are in the cache."""

    def __init__(self, plan: Plan, layout: Layout, records: Mapping[TaskId, TaskRecord], *, cached: bool) -> None:
        self._plan, self._layout, self._records, self._cached = plan, layout, records, cached
        self._stays = 0

    def may_go(self, task: Task) -> bool:
        """Say whether a result is to go that nothing in the run reads any more."""
        size = task.outcome.size
        if size <= SMALL and self._stays + size <= SMALL_IN_ALL:
            self._stays += size
            return False
        node = self._plan.nodes[task.node]
        in_loop = any(self._plan.axes[axis].kind == "rounds" for axis in node.axes)
        if in_loop or not node.module.cache:
            # To compute it again would not be the same, or not be possible by itself.
            return False
        return self._cached or self._seconds_behind(task.node) * QUICK < size

    def _seconds_behind(self, node: int) -> float:
        """Return how long a node took with all that it depends on; infinity if that is too much to add up."""
        seconds, counted = 0.0, 0
        seen, waiting = {node}, [node]
        while waiting:
            one = waiting.pop()
            tasks = self._layout.of_node(one)
            counted += max(len(tasks), 1)
            if counted > _MOST_BEHIND or not self._plan.nodes[one].module.cache:
                return float("inf")
            seconds += sum(self._records[task.id].seconds for task in tasks.values() if task.state.good)
            read = (source.node for entry in self._plan.nodes[one].inputs for source in sources_of(entry))
            fresh = set(read) - seen
            seen |= fresh
            waiting += fresh
        return seconds
