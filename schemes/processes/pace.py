"""Learns how long calls take, and from that how many may wait at a worker."""

from __future__ import annotations

from ..hosting.learning import SHORT, Durations

AHEAD = 0.004
"""Seconds of expected work that may lie at a worker: enough to hide the way there and back."""

MOST = 128
_OVERHEAD = 15e-6


class Pace(Durations):
    """Durations, and the depth that follows from them."""

    def __init__(self) -> None:
        super().__init__(_OVERHEAD)

    @property
    def depth(self) -> int:
        """How many calls a worker should have in hand, the running one included."""
        if self.recent < 0 or self.recent > SHORT:
            return 1
        return max(2, min(MOST, int(AHEAD / self.recent)))
