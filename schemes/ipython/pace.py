"""Learns how long calls take on engines, and from that how many travel together and how many may wait."""

from __future__ import annotations

BATCH = 0.03
"""Seconds of expected work that travel together: ten times what the way to an engine and back takes."""

SHORT = 0.02
"""Seconds; calls as short as this travel together, and may wait behind one another."""

MOST = 200
"""Calls in one batch."""

UNKNOWN = 1e9
_WEIGHT = 0.25
_OVERHEAD = 30e-6


class Pace:
    """Durations by template: the calls of one node share one."""

    def __init__(self) -> None:
        self._expected: dict[int, float] = {}
        self._recent = -1.0

    def learn(self, template: int, seconds: float) -> None:
        """Take note of how long a call took."""
        seconds += _OVERHEAD
        known = self._expected.get(template)
        self._expected[template] = seconds if known is None else known + _WEIGHT * (seconds - known)
        self._recent = seconds if self._recent < 0 else self._recent + _WEIGHT * (seconds - self._recent)

    def expected(self, template: int) -> float:
        """Return the seconds that a call may take; UNKNOWN if nothing is known."""
        return self._expected.get(template, UNKNOWN)

    @property
    def depth(self) -> int:
        """How many calls an engine should have in hand: one batch that runs, and one that waits."""
        if self._recent < 0 or self._recent > SHORT:
            return 1
        return 2 * max(1, min(MOST, int(BATCH / self._recent)))
