"""Learns how long calls take, and from that how many may wait at a worker."""

from __future__ import annotations

from ..hosting.learning import SHORT, Durations

AHEAD = 0.004
"""Seconds of expected work that may lie at a worker: enough to hide the way there and back."""

MOST = 128

TRIVIAL = 35e-6
"""Seconds, with what a call costs besides. What takes no longer is done by one worker as fast as it is given out; a
second one would only take the processor from who gives it out."""

SELDOM = 0.005
"""A call of a kind that took so many seconds: one among many others is enough to share them out,"""

WARY = 256
"""until as many in a row were shorter."""

_OVERHEAD = 15e-6


class Pace(Durations):
    """Durations, and the depth that follows from them."""

    def __init__(self) -> None:
        super().__init__(_OVERHEAD)
        self._wary: dict[int, int] = {}

    def learn(self, template: int, seconds: float) -> None:
        """Take note of how long a call took."""
        super().learn(template, seconds)
        if seconds > SELDOM:
            self._wary[template] = WARY
        elif template in self._wary:
            self._wary[template] -= 1
            if not self._wary[template]:
                del self._wary[template]

    def is_trivial(self, template: int) -> bool:
        """Say whether calls are known to be so short that one worker is enough for them."""
        return self.expected(template) <= TRIVIAL and template not in self._wary

    @property
    def depth(self) -> int:
        """How many calls a worker should have in hand, the running one included."""
        if self.recent < 0 or self.recent > SHORT:
            return 1
        return max(2, min(MOST, int(AHEAD / self.recent)))
