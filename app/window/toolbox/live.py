"""What each scheme does in a run: how many tasks run, how many end in a second, what failed last; knows no Qt."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ..runs.problems import one_line

if TYPE_CHECKING:
    from ..runs.record import RunRecord

SPAN = 3.0
"""Of so many seconds it is counted how many tasks ended."""


class Live(NamedTuple):
    """How a scheme does: tasks that run, that it took (of a run that is over: did), that end in a second; what failed.

    ``error`` is what failed last in it.
    """

    running: int = 0
    taken: int = 0
    rate: float = 0.0
    error: str = ""


class Pulse:
    """Looks at a run now and then, and so knows how many tasks each scheme ends in a second."""

    def __init__(self) -> None:
        self._run = ""
        self._seen: deque[tuple[float, dict[str, int]]] = deque()

    def look(self, record: RunRecord | None, now: float) -> dict[str, Live]:
        """Return how each scheme does that has taken tasks; ``now`` in seconds, of a clock that never goes back."""
        if record is None:
            return {}
        if record.id != self._run:
            self._run = record.id
            self._seen.clear()
        self._seen.append((now, dict(record.done)))
        while len(self._seen) > 2 and self._seen[1][0] <= now - SPAN:
            self._seen.popleft()
        taken = {name: count for name, count in record.schemes.items() if count > 0}
        return {name: self._live(record, name, count) for name, count in taken.items()}

    def _live(self, record: RunRecord, name: str, taken: int) -> Live:
        failed = record.errors.get(name)
        error = "" if failed is None else one_line(f"{failed.task}: {failed.cause}")
        if record.over:
            # What was lost with the runner was taken, and is not done.
            return Live(0, record.done[name], 0.0, error)
        return Live(max(0, record.busy[name]), taken, self._rate(name), error)

    def _rate(self, name: str) -> float:
        (before, first), (now, last) = self._seen[0], self._seen[-1]
        return (last.get(name, 0) - first.get(name, 0)) / (now - before) if now > before else 0.0
