"""Learns how long calls take."""

from __future__ import annotations

SHORT = 0.02
"""Seconds; calls as short as this may wait behind one another. One known to take longer is reported when it begins, a
shorter one only if it takes that long."""

UNKNOWN = 1e9
_WEIGHT = 0.25


class Durations:
    """Durations by template: the calls of one node share one. ``overhead`` is what each costs besides, in seconds."""

    def __init__(self, overhead: float) -> None:
        self._overhead = overhead
        self._expected: dict[int, float] = {}
        self.recent = -1.0
        """What calls took of late, below 0 before the first."""

    def learn(self, template: int, seconds: float) -> None:
        """Take note of how long a call took."""
        seconds += self._overhead
        known = self._expected.get(template)
        self._expected[template] = seconds if known is None else known + _WEIGHT * (seconds - known)
        self.recent = seconds if self.recent < 0 else self.recent + _WEIGHT * (seconds - self.recent)

    def expected(self, template: int) -> float:
        """Return the seconds that a call may take; UNKNOWN if nothing is known."""
        return self._expected.get(template, UNKNOWN)
