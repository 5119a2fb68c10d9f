"""Learns how long calls take, and from that how many a thread host should have in hand."""

from __future__ import annotations

from ..hosting.learning import SHORT, Durations

AHEAD = 0.008
"""Seconds of work per thread that may lie at a host: enough to hide the way there and back."""

MOST = 1024
"""More calls than this, beside those that run, never wait at a host: what waits there cannot go elsewhere."""

_OVERHEAD = 10e-6


class Depth(Durations):
    """Durations, and the slots that follow from them."""

    def __init__(self) -> None:
        super().__init__(_OVERHEAD)

    def short(self, template: int) -> bool:
        """Say whether the calls of a node are known as short ones."""
        return self.expected(template) < SHORT / 2

    def slots(self, threads: int) -> int:
        """Return how many calls a host with so many threads should have in hand.

        They all wait in one queue, so that none of them waits for a certain thread.
        """
        if self.recent < 0 or self.recent > SHORT:
            return threads
        return threads + min(MOST, int(threads * AHEAD / self.recent))
