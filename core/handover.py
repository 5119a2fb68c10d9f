"""What it costs to hand a task to the scheme of a plug-in, as the scheme says itself."""

from __future__ import annotations

import math

MOST_SECONDS = 3600.0
_known: dict[str, float] = {}


def stated_handover(scheme: object) -> float | None:
    """Return the seconds that a scheme says in its attribute ``handover``; None if it says nothing.

    ValueError says what is wrong with it.
    """
    seconds = getattr(scheme, "handover", None)
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError(f"handover must be a number of seconds, not {seconds!r}")
    if not (math.isfinite(seconds) and 0 <= seconds <= MOST_SECONDS):
        raise ValueError(f"handover must be from 0 to {MOST_SECONDS:g} seconds, not {seconds!r}")
    return float(seconds)


def note_handover(name: str, seconds: float | None) -> None:
    """Take note of it before the scheme announces its capacity, as tasks are given to it from then on."""
    if seconds is None:
        _known.pop(name, None)
    else:
        _known[name] = seconds


def known_handover(name: str) -> float | None:
    """Return what the scheme of this name last said in this process; None if it was never made, or says nothing."""
    return _known.get(name)
