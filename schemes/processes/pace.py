"""Learns how long calls take, and from that how many may wait at a worker."""

from __future__ import annotations

AHEAD = 0.004
"""Seconds of expected work that may lie at a worker: enough to hide the way there and back."""

SHORT = 0.02
"""Seconds; while a call as short as this runs, one other may wait behind it."""

MOST = 128
UNKNOWN = 1e9
_WEIGHT = 0.25
_OVERHEAD = 15e-6


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
        """How many calls a worker should have in hand, the running one included."""
        if self._recent < 0 or self._recent > SHORT:
            return 1
        return max(2, min(MOST, int(AHEAD / self._recent)))
