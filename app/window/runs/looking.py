"""Makes the looks of nodes from what is known of them: freshness before a run, and what the run told; knows no Qt."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ..looks import ENDED, NO_LOOK, UNKNOWN_TOTAL, NodeLook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ....core.protocol import NodeFresh
    from .record import NodeStory

NOT_KEPT = "no result is kept"
"""The reason for which a node is stale though nothing changed: its result was not worth keeping."""

_GOING = ("running", "dispatched", "ready", "waiting")
_WORST = ("failed", "lost contact", "cancelled", "stale", "never run", "skipped", "unknown", "succeeded", "cached")


def state_of(counts: Mapping[str, int]) -> str:
    """Return the state of a node as a whole whose tasks are so many of each state; empty if it has none."""
    there = [state for state, count in counts.items() if count]
    if not there:
        return ""
    going = [state for state in there if state not in ENDED]
    if going:
        begun = len(going) < len(there)
        return next((state for state in _GOING[: 2 if begun else 4] if state in going), "waiting")
    bad = next((state for state in ("failed", "lost contact", "cancelled") if state in there), "")
    if bad:
        return bad
    return there[0] if len(there) == 1 else "succeeded"


def look_of(story: NodeStory | None, fresh: NodeFresh | None, problems: Problems, *, edited: bool) -> NodeLook:
    """Return the look of a node: what the newest run told of it, if it took part, and how fresh it is.

    ``edited`` says that it, or what it reads, is not any more what was run.
    """
    severity, count = problems
    look = replace(NO_LOOK, severity=severity, problems=count)
    if fresh is not None:
        look = replace(look, state=fresh.state, freshness=fresh.state, reason=fresh.reason, stale=fresh.stale)
        look = replace(look, total=fresh.tasks if fresh.tasks >= 0 else UNKNOWN_TOTAL)
    if story is None:
        return look
    told = replace(
        look,
        counts=story.counts,
        total=story.shown_total,
        progress=story.progress,
        text=story.text,
        scheme=story.scheme,
        axes=story.axes,
    )
    return _stale(told) if edited else _in_run(told, story)


def _stale(look: NodeLook) -> NodeLook:
    """It is not what was run; what runs goes on, and is counted."""
    if look.freshness in {"fresh", "never run", "unknown"} and not look.going:
        return look
    return replace(look, state="stale", reason=look.reason or "edited since it was run")


def _in_run(look: NodeLook, story: NodeStory) -> NodeLook:
    state = state_of(story.counts) or "waiting"
    good = state in {"succeeded", "cached"}
    if good and look.freshness == "stale" and look.reason != NOT_KEPT:
        return replace(look, state="stale")
    return replace(look, state=state, reason=story.reason or (look.reason if not good else ""))


Problems = tuple[str, int]
"""The worst severity of the problems of a node, and their number."""


def merged(looks: Iterable[NodeLook]) -> NodeLook:
    """Return the look of a group whose nodes look so."""
    looks = list(looks)
    if not looks:
        return NO_LOOK
    counts: Counter[str] = Counter()
    for look in looks:
        counts.update(look.counts)
    states = {look.state for look in looks}
    running = [look.progress for look in looks if look.counts.get("running")]
    severities = {look.severity for look in looks}
    return NodeLook(
        state=_state_together(states, counts),
        counts=dict(counts),
        total=UNKNOWN_TOTAL if any(look.total < 0 for look in looks) else sum(look.total for look in looks),
        progress=sum(running) / len(running) if running else 0.0,
        text=next((look.text for look in looks if look.text), ""),
        scheme=_the_same({look.scheme for look in looks}),
        reason=_the_same({look.reason for look in looks}),
        severity=next((one for one in ("error", "warning") if one in severities), ""),
        problems=sum(look.problems for look in looks),
        freshness=_the_same({look.freshness for look in looks}),
        stale=sum(look.stale for look in looks),
    )


def _state_together(states: set[str], counts: Mapping[str, int]) -> str:
    going = [state for state in states if state not in ENDED and state in _GOING]
    if going:
        return state_of(counts) or going[0]
    if len(states) == 1:
        return next(iter(states))
    return next((state for state in _WORST if state in states), "fresh")


def _the_same(texts: set[str]) -> str:
    return next(iter(texts)) if len(texts) == 1 else ""
