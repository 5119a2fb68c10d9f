"""Which scheme a task runs on, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..planning.plan import PlanNode

PREFERENCE = ("ipython", "processes", "threads", "serial")
"""The order in which free schemes are taken, unless the person says otherwise."""


@dataclass(frozen=True)
class Choice:
    """The scheme for a task; without one, ``scheme`` is empty. ``refused`` says why not each other one."""

    scheme: str
    reason: str
    refused: Mapping[str, str] = field(default_factory=dict)


def support(node: PlanNode, scheme: str) -> str:
    """Return why this node may not run on ``scheme``; empty if it may."""
    if scheme == "serial":
        return ""
    return "" if node.module.schemes.supports(scheme) else f"{scheme} not supported by this module"


def eligible(node: PlanNode, enabled: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Sort the enabled schemes into those that may run this node, in order of preference, and the others."""
    refused = {scheme: why for scheme in enabled if (why := support(node, scheme))}
    return [scheme for scheme in enabled if scheme not in refused], refused


def choose(
    node: PlanNode, enabled: Sequence[str], free: Mapping[str, int], slots: Mapping[str, int] | None = None
) -> Choice:
    """Choose among the enabled schemes, which stand in the person's order; ``free`` are their free slots.

    The node's own preference wins if it is eligible; else the first that has a free slot. ``slots`` are all that
    each scheme has: one that has none at all is not waited for.
    """
    fitting, refused = eligible(node, enabled)
    if not fitting:
        return Choice("", _because(refused) or "no scheme is enabled", refused)
    refused |= {name: f"{name} has no workers" for name in fitting if slots and slots.get(name) == 0}
    fitting = [name for name in fitting if name not in refused]
    wanted = node.settings.scheme
    if wanted != "auto":
        if wanted in fitting:
            return Choice(wanted if free.get(wanted, 0) > 0 else "", f"{wanted}: the node asks for it", refused)
        refused = {wanted: f"{wanted} is not enabled", **refused}
    scheme = next((name for name in fitting if free.get(name, 0) > 0), "")
    busy = {name: f"{name} has no free worker" for name in fitting[: fitting.index(scheme)]} if scheme else {}
    others = {**refused, **busy}
    return Choice(scheme, f"{scheme}: {_because(others) or 'the first in your order'}", others)


def _because(refused: Mapping[str, str]) -> str:
    return "; ".join(refused.values())
