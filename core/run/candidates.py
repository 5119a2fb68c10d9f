"""Says of each scheme whether a node's tasks could run on it, and why it is or is not the one they are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .selection import support

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ..planning.plan import PlanNode
    from .selection import Choice


@dataclass(frozen=True)
class Candidate:
    """A scheme as a node sees it: why not, or what speaks for it; ``seconds`` until it is done, None if not known."""

    scheme: str
    eligible: bool
    reason: str
    seconds: float | None = None


def candidates(
    node: PlanNode,
    choice: Choice,
    enabled: Sequence[str],
    passed_over: Mapping[str, str],
    estimate: Mapping[str, float],
    last_resort: Collection[str] = (),
) -> tuple[Candidate, ...]:
    """Return all schemes, the enabled ones first, in their order: ``choice`` is what was chosen among these.

    ``passed_over`` says why each other one is not enabled.
    """
    seconds = {name: estimate.get(name) for name in choice.fitting}
    able = [
        Candidate(name, name in seconds, _reason(node, name, choice, estimate, last_resort), seconds.get(name))
        for name in enabled
    ]
    unable = [
        Candidate(name, eligible=False, reason="; ".join(filter(None, (why, bare(support(node, name), name)))))
        for name, why in passed_over.items()
    ]
    return (*able, *unable)


def bare(reason: str, scheme: str) -> str:
    """Return a reason without the name of the scheme that it begins with."""
    for lead in (f"{scheme}: ", f"{scheme} "):
        if reason.startswith(lead):
            return reason[len(lead) :]
    return reason


def _reason(
    node: PlanNode, name: str, choice: Choice, estimate: Mapping[str, float], last_resort: Collection[str]
) -> str:
    if name == choice.scheme:
        return bare(choice.reason, name)
    if name not in choice.fitting or not choice.scheme:
        return bare(choice.refused.get(name, choice.reason), name)
    if node.settings.scheme == choice.scheme:
        return f"the node asks for {choice.scheme}"
    if name in last_resort and choice.scheme not in last_resort:
        return "only for what no other scheme can take"
    if name in estimate and choice.scheme in estimate:
        sooner = estimate[name] < estimate[choice.scheme]
        return f"as soon, but after {choice.scheme}" if sooner else f"would have it later than {choice.scheme}"
    return bare(choice.refused.get(name, f"comes after {choice.scheme}"), name)
