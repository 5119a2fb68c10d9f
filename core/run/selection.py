"""Which scheme a task runs on, and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ..planning.plan import Plan, PlanNode
    from ..worker.declare import Schemes

PLACING = "ipython"
"""The scheme whose workers are on hosts that a node may name."""

PREFERENCE = ("ipython", "processes", "threads", "serial")
"""The order in which free schemes are taken, unless the person says otherwise."""


@dataclass(frozen=True)
class Choice:
    """The scheme for a task; without one, ``scheme`` is empty. ``refused`` says why not each other one.

    ``fitting`` are the schemes among which it was chosen: those that can take such a task, now or later.
    """

    scheme: str
    reason: str
    refused: Mapping[str, str] = field(default_factory=dict)
    fitting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cost:
    """What it costs a scheme to take a task: seconds to hand it over, and bytes per second for what it must be sent."""

    seconds: float
    speed: float


COSTS = {
    "serial": Cost(5e-6, float("inf")),
    "threads": Cost(30e-6, 1e9),
    "processes": Cost(60e-6, 1e9),
    "ipython": Cost(5e-3, 100e6),
}
"""Measured on one machine, in the middle of what was seen; for a scheme that is not here, UNKNOWN_COST."""

NEARLY, NEARLY_SECONDS = 0.01, 0.01
"""Expected ends that differ by this part at most, and by so many seconds, are as good as equal."""

UNKNOWN_COST = Cost(1e-3, 100e6)


@dataclass(frozen=True)
class Standing:
    """How a scheme stands: its free slots, all its slots, and the seconds of work that wait before a new task."""

    free: int
    slots: int = 1
    waiting: float = 0.0
    why: str = ""


def support(node: PlanNode, scheme: str) -> str:
    """Return why this node may not run on ``scheme``; empty if it may."""
    return objection(node.module.schemes, scheme, placed=node.placement is not None)


def objection(supported: Schemes, scheme: str, *, placed: bool) -> str:
    """Return why what supports these schemes, and may be ``placed`` on some hosts only, may not run on ``scheme``."""
    if placed and scheme != PLACING:
        return f"placement needs the {PLACING} scheme"
    return "" if scheme == "serial" or supported.supports(scheme) else f"{scheme} not supported by this module"


def eligible(node: PlanNode, enabled: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Sort the enabled schemes into those that may run this node, in order of preference, and the others."""
    refused = {scheme: why for scheme in enabled if (why := support(node, scheme))}
    return [scheme for scheme in enabled if scheme not in refused], refused


def needed(plan: Plan, enabled: Sequence[str], last_resort: Collection[str]) -> set[str]:
    """Return the enabled schemes that tasks of this plan would be given to, as long as all of them work."""
    found: set[str] = set()
    for node in plan.unlike:
        fitting, _ = eligible(node, enabled)
        found.update([name for name in fitting if name not in last_resort] or fitting)
        found.update({node.settings.scheme} & set(fitting))
    return found


def choose(
    node: PlanNode,
    enabled: Sequence[str],
    standing: Mapping[str, Standing],
    refusals: Mapping[str, str] | None = None,
    estimate: Mapping[str, float] | None = None,
    last_resort: Collection[str] = (),
) -> Choice:
    """Choose among the enabled schemes, which stand in the person's order.

    The node's own preference wins if it is eligible. Else, with an ``estimate`` of the seconds until each scheme
    would have the result, the one that has it first; without, the first that has a free slot. A scheme without any
    slot is not waited for, one that is not in ``standing`` has not told yet. ``refusals`` are those of this task.
    Schemes of ``last_resort`` are for tasks that no other can take.
    """
    fitting, refused = eligible(node, enabled)
    if not fitting:
        return Choice("", _because(refused) or "no scheme is enabled", refused)
    told = {name: standing[name] for name in fitting if name in standing}
    refused |= {name: _workless(name, told[name]) for name in told if not told[name].slots}
    refused |= refusals or {}
    fitting = [name for name in fitting if name not in refused]
    able = tuple(fitting)
    if len(fitting) > 1:
        first = [name for name in fitting if name not in last_resort or node.settings.scheme == name]
        fitting = first or fitting
    wanted = node.settings.scheme
    if wanted != "auto":
        if wanted in fitting:
            return Choice(wanted if _free(standing, wanted) else "", f"{wanted}: the node asks for it", refused, able)
        refused = {wanted: f"{wanted} is not enabled", **refused}
    if estimate and not estimate.keys().isdisjoint(fitting):
        return replace(_first_to_finish(fitting, refused, standing, estimate), fitting=able)
    scheme = next((name for name in fitting if _free(standing, name)), "")
    busy = {name: _busy(name, standing) for name in fitting[: fitting.index(scheme)]} if scheme else {}
    others = {**refused, **busy}
    return Choice(scheme, f"{scheme}: {_because(others) or 'the first in your order'}", others, able)


def _first_to_finish(
    fitting: Sequence[str], refused: Mapping[str, str], standing: Mapping[str, Standing], estimate: Mapping[str, float]
) -> Choice:
    """Choose the scheme that has the result first, also if that means to wait for it.

    Of several free ones that are as good as equal in this, the person's order decides.
    """
    known = [name for name in fitting if name in standing and name in estimate]
    if not known:
        return Choice("", _because(refused), refused)
    soonest = min(known, key=lambda name: estimate[name])
    nearly = estimate[soonest] + min(estimate[soonest] * NEARLY, NEARLY_SECONDS)
    best = next((name for name in known if estimate[name] <= nearly and standing[name].free > 0), soonest)
    others = {name: f"{name} {_time(estimate[name])}" for name in known if name != best}
    late = {name: _busy(name, standing) for name in fitting if name not in standing}
    equal = "as soon as any, and the first in your order" if best != soonest else "expected to finish first"
    expected = f"{best}: {equal}, in {_time(estimate[best])}"
    if others:
        reason = f"{expected} ({', '.join([*others.values(), *late.values()])})"
    else:
        reason = f"{best}: {_because(late or refused) or 'the only one'}"
    return Choice(best if standing[best].free > 0 else "", reason, {**refused, **others, **late})


def _free(standing: Mapping[str, Standing], scheme: str) -> bool:
    return scheme in standing and standing[scheme].free > 0


def _busy(scheme: str, standing: Mapping[str, Standing]) -> str:
    return f"{scheme} has no free worker" if scheme in standing else f"{scheme} has not started yet"


def _workless(scheme: str, standing: Standing) -> str:
    return f"{scheme} has no workers" + (f" ({standing.why})" if standing.why else "")


def _because(refused: Mapping[str, str]) -> str:
    return "; ".join(refused.values())


def _time(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
