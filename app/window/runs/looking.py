"""Makes the looks of nodes from what is known of them: freshness before a run, and what the run told; knows no Qt."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..looks import ENDED, NO_LOOK, UNKNOWN_TOTAL, NodeLook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ....core.protocol import NodeFresh
    from .record import NodeStory

NOT_KEPT = "no result is kept"
"""The reason for which a node is stale though nothing changed: its result was not worth keeping."""

UPSTREAM = "upstream stale"
"""The reason for which a node is stale that reads a stale one: one that changed, or one that failed."""

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


def anything_changed(fresh: Iterable[NodeFresh]) -> bool:
    """Say whether a node is stale for a reason of its own, and not only because it, or what it reads, has no result."""
    return any(node.state == "stale" and node.reason not in {NOT_KEPT, UPSTREAM} for node in fresh)


def look_of(
    story: NodeStory | None,
    fresh: NodeFresh | None,
    problems: Problems,
    *,
    edited: bool,
    changed: bool = True,
    foreseen: str = "",
    moved: bool = False,
) -> NodeLook:
    """Return the look of a node: what the newest run told of it, if it took part, and how fresh it is.

    ``edited`` says that it, or what it reads, is not any more what was run; ``changed`` that ``anything_changed``;
    ``foreseen`` is the scheme that the next run would give it, ``moved`` that it asks for another one than it did.
    """
    severity, count = problems
    freshness, fresh_reason, stale, total = "", "", 0, 1
    if fresh is not None:
        freshness, fresh_reason, stale = fresh.state, fresh.reason, fresh.stale
        total = fresh.tasks if fresh.tasks >= 0 else UNKNOWN_TOTAL
    if story is None:
        state = freshness or NO_LOOK.state
        return NodeLook(
            state, total=total, reason=fresh_reason, severity=severity, problems=count, freshness=freshness,
            stale=stale, foreseen=foreseen,
        )  # fmt: skip
    if freshness == "stale" and fresh_reason == UPSTREAM and not changed:
        # What it reads failed, or is not kept: it is what the run made of it all the same.
        fresh_reason = NOT_KEPT
    state, reason = (_stale if edited else _in_run)(story, freshness, fresh_reason)
    scheme = "" if moved and not _is_going(story) else story.scheme
    # Made at once, by place: ten thousand nodes may look different at a time.
    return NodeLook(
        state, story.counts, story.shown_total, story.progress, story.text, scheme, reason,
        severity, count, story.axes, freshness, stale, foreseen,
    )  # fmt: skip


def _stale(story: NodeStory, freshness: str, reason: str) -> tuple[str, str]:
    """It is not what was run; what runs goes on, and is counted."""
    if freshness in {"fresh", "never run", "unknown"} and not _is_going(story):
        return freshness, reason
    return "stale", reason or "edited since it was run"


def _is_going(story: NodeStory) -> bool:
    return any(count for state, count in story.counts.items() if state not in ENDED)


def _in_run(story: NodeStory, freshness: str, reason: str) -> tuple[str, str]:
    state = state_of(story.counts) or "waiting"
    good = state in {"succeeded", "cached"}
    if good and freshness == "stale" and reason != NOT_KEPT:
        return "stale", reason
    return state, story.reason or ("" if good else reason)


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
        foreseen=_the_same({look.foreseen for look in looks}),
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
