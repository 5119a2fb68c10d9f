"""Learns how long calls take, and from that how many a thread host should have in hand."""

from __future__ import annotations

AHEAD = 0.008
"""Seconds of work per thread that may lie at a host: enough to hide the way there and back."""

SHORT = 0.02
"""Seconds; a call known to take longer is reported when it begins, a shorter one only if it takes that long."""

MOST = 1024
"""More calls than this, beside those that run, never wait at a host: what waits there cannot go elsewhere."""

_WEIGHT = 0.25
_OVERHEAD = 10e-6


class Depth:
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

    def short(self, template: int) -> bool:
        """Say whether the calls of a node are known as short ones."""
        return self._expected.get(template, SHORT) < SHORT / 2

    def slots(self, threads: int) -> int:
        """Return how many calls a host with so many threads should have in hand.

        They all wait in one queue, so that none of them waits for a certain thread.
        """
        if self._recent < 0 or self._recent > SHORT:
            return threads
        return threads + min(MOST, int(threads * AHEAD / self._recent))
