"""The schemes of a node, or of a group: the intersection of its members'; knows no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.protocol import Candidate, NodeSchemes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def schemes_of(known: Mapping[str, NodeSchemes], path: str) -> NodeSchemes | None:
    """Return what is known of the schemes of a node, or of the members of a group together; None if nothing is."""
    if path in known:
        return known[path]
    members = {node: one for node, one in known.items() if node.startswith(f"{path}/")}
    return _together(path, members) if members else None


def _together(path: str, members: Mapping[str, NodeSchemes]) -> NodeSchemes:
    inside = [(node.removeprefix(f"{path}/"), one) for node, one in members.items()]
    first = inside[0][1]
    alike = len({one.chosen for _, one in inside}) == 1
    order = [one.scheme for one in first.candidates]
    return NodeSchemes(
        nodes=(path,),
        chosen=_same([one.chosen for _, one in inside]),
        reason=_same([one.reason for _, one in inside]) if alike else "",
        candidates=tuple(_candidate(scheme, inside) for scheme in order),
        preferred=_same([one.preferred for _, one in inside]),
    )


def _candidate(scheme: str, inside: Sequence[tuple[str, NodeSchemes]]) -> Candidate:
    """Return a scheme as a group sees it: it is eligible where it is for all members; else those are named."""
    found = [(node, one) for node, told in inside for one in told.candidates if one.scheme == scheme]
    against = [(node, one) for node, one in found if not one.eligible]
    if not against:
        return Candidate(scheme=scheme, eligible=bool(found), reason=_same([one.reason for _, one in found]))
    node, one = against[0]
    alike = [name for name, other in against if other.reason == one.reason]
    if len(alike) == len(found):
        return Candidate(scheme=scheme, eligible=False, reason=one.reason)
    more = f" and {len(against) - 1} more" if len(against) > 1 else ""
    return Candidate(scheme=scheme, eligible=False, reason=f"{node}{more}: {one.reason}")


def _same(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ""
