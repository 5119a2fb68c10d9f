"""What is known of durations from earlier runs, and when each scheme would have a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..handover import known_handover
from .selection import COSTS, UNKNOWN_COST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..planning.plan import PlanNode
    from .standings import Standings

    Places = Sequence[tuple[str, int]]
    """For each value the scheme that has it, and its size in bytes."""

FETCHING = 200e-6
"""Seconds to ask one scheme for a value that another one needs, besides sending it."""


class Estimates:
    """``seconds`` are the durations of nodes, by number, as far as they are known.

    They decide about schemes only where there are several.
    """

    def __init__(self, seconds: Mapping[int, float], enabled: Sequence[str]) -> None:
        self.seconds = seconds
        self._enabled = enabled

    def of_node(self, node: PlanNode) -> float | None:
        """Return how long tasks of a node take, rounded; None if that is not known, or does not matter."""
        seconds = self.seconds.get(node.number) if len(self._enabled) > 1 else None
        return None if seconds is None else float(f"{seconds:.2g}")

    def finish(self, made: Places, seconds: float, standings: Standings) -> dict[str, float]:
        """Return for each scheme in how many seconds it would have the result of a task, were it given it now.

        ``made`` says where what the task reads is.
        """
        return {
            name: seconds + standings.waiting(name) + _handover(name) + _transfer(made, name) for name in self._enabled
        }


def _handover(scheme: str) -> float:
    """Return the seconds to hand a task to a scheme: that of a plug-in may say it itself."""
    cost = COSTS.get(scheme)
    if cost is not None:
        return cost.seconds
    said = known_handover(scheme)
    return UNKNOWN_COST.seconds if said is None else said


def _transfer(made: Places, scheme: str) -> float:
    """Return the seconds to bring what a task reads to a scheme."""
    speed = COSTS.get(scheme, UNKNOWN_COST).speed
    return sum([FETCHING + size / speed for made_by, size in made if made_by != scheme])
