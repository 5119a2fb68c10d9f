"""What a view needs to know of a node to show how it does: before, in and after a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE: Mapping[str, int] = MappingProxyType({})

UNKNOWN_TOTAL = -1
"""So many tasks has a node whose number of tasks is not known yet."""


@dataclass(frozen=True, slots=True)
class NodeLook:
    """How a node is shown. Nobody changes it; a new one comes when anything of it is another.

    ``state`` is a key of ``tokens.STATES``: that of the node as a whole, in the run if it took part in the newest
    one and was not edited since, else its freshness. ``counts`` has the tasks of the newest run by state, those that
    are not made yet excepted; it is empty where the node took no part. ``total`` is their number, UNKNOWN_TOTAL where
    it is not known yet. ``progress`` (0 to 1) and ``text`` are what the running tasks tell together. ``scheme`` is the
    one that took the newest task (empty: none yet), ``reason`` why that one, or why the node is not fresh.
    ``severity`` is the worst of its ``problems``: ``error``, ``warning`` or empty. ``axes`` are the labels of the axes
    that its tasks have, outer to inner. ``freshness`` is ``fresh``, ``stale``, ``never run``, ``unknown``, or empty
    where it was not told yet; ``stale`` says how many tasks have no result, as far as is known. ``foreseen`` is the
    scheme that the next run would give it, empty where that is not known.
    """

    state: str = "never run"
    counts: Mapping[str, int] = field(default_factory=lambda: _NONE)
    total: int = 1
    progress: float = 0.0
    text: str = ""
    scheme: str = ""
    reason: str = ""
    severity: str = ""
    problems: int = 0
    axes: tuple[str, ...] = ()
    freshness: str = ""
    stale: int = 0
    foreseen: str = ""

    @property
    def mapped(self) -> bool:
        """Whether the node has a task for each item of something."""
        return bool(self.axes)

    @property
    def failed(self) -> int:
        """How many tasks failed."""
        return self.counts.get("failed", 0)

    @property
    def over(self) -> int:
        """How many tasks have ended, whichever way."""
        return sum(count for state, count in self.counts.items() if state in ENDED)

    @property
    def going(self) -> bool:
        """Whether any task waits or runs."""
        return any(count for state, count in self.counts.items() if state not in ENDED)


ENDED = frozenset(("succeeded", "cached", "failed", "cancelled", "skipped", "lost contact"))
"""The states in which nothing more happens to a task."""

NO_LOOK = NodeLook()
"""The look of a node of which nothing is known."""
