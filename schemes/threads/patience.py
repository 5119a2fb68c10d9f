"""How long a thread host may take before it is replaced, and its calls before they are told to have begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .hosted import Hosted

GRACE = 0.25
"""Seconds that calls which were told to stop have to end by themselves, if nobody waits for another of their host."""

STUBBORN = 5.0
"""The same if there are others; and how long a host that is being replaced may be silent before it is killed."""

DEAF = 0.5
"""Seconds within which a host tells that it heard of a stop: else something holds all its threads."""

PARTED = 0.5
"""Seconds within which the process of a host ends whose end of the channel is closed; else a module has closed it."""

NEVER = float("inf")


def due(host: Hosted) -> float:
    """Return when the patience with a host ends: then it is to be replaced, or killed if it is being replaced or does
    not hear any more."""
    if host.dismissed or host.severed is not None:
        return NEVER
    if host.silent < NEVER:
        return host.silent + PARTED
    if host.unheard:
        return min(job.asked for job in host.unheard) + DEAF
    if host.retiring:
        answers = host.leaving or not host.given_back
        return max(host.heard, host.asked) + STUBBORN if answers else NEVER
    if not host.stops:
        return NEVER
    running = [job.stopped for job in host.running() if not job.wanted]
    return min(running) + (STUBBORN if host.wanted else GRACE) if running else NEVER
