"""How a run ended, judged from the states of its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .states import RunState, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..planning.plan import Plan
    from .tasks import Task


def run_state(plan: Plan, tasks: Iterable[Task], *, cancelled: bool) -> RunState:
    """Return how a run with these final tasks ended.

    A failure is absorbed if all that reads it are joins that pass over failed items, or nodes that were skipped
    for it and are themselves absorbed. Absorbed failures leave the run *succeeded with failures*.
    """
    troubled = {task.node for task in tasks if task.state is TaskState.FAILED}
    hit = {task.node for task in tasks if task.cause is not None and not task.state.good}
    if cancelled or (hit and not troubled):
        return RunState.CANCELLED
    if not hit:
        return RunState.SUCCEEDED
    absorbed = _absorbed(plan, hit)
    if hit <= absorbed:
        return RunState.SUCCEEDED_WITH_FAILURES
    return RunState.FAILED


def _absorbed(plan: Plan, hit: set[int]) -> set[int]:
    """Return the nodes whose missing items do not reach an end of the pipeline."""
    readers = plan.tolerances()
    absorbed: set[int] = set()
    for node in reversed(plan.nodes):
        reads = readers[node.number]
        if reads and all(tolerant or reader in absorbed for reader, tolerant in reads if tolerant or reader in hit):
            absorbed.add(node.number)
    return absorbed
