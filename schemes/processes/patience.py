"""How long to wait for workers before looking after them, and how long to leave them alone."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from ..hosting.learning import SHORT

if TYPE_CHECKING:
    from collections.abc import Collection

    from .member import Member

_LONGEST_NAP = 0.001


def patience(members: Collection[Member], due: list[float]) -> float | None:
    """Return after how many seconds one of the workers is to be looked at; None if that is not needed.

    ``due`` is when something else is to be done.
    """
    for member in members:
        if (late := member.patience) < math.inf:
            due.append(late)
        if member.full or (member.jobs and not member.told) or member.requests.full:
            due.append(member.since + SHORT)
        if member.kill_at:
            due.append(member.interrupt_at or member.kill_at)
    return max(0.001, min(due) - time.monotonic()) if due else None


def nap(members: Collection[Member]) -> float:
    """Return for how many seconds all workers have enough to do, so that their answers may gather."""
    least = min((member.load for member in members), default=0.0)
    return min(_LONGEST_NAP, least / 3) if least > _LONGEST_NAP else 0.0
