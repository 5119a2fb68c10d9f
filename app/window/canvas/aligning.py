"""Bringing boxes into line, and spreading them evenly: pure functions of (x, y, width, height)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Box = tuple[float, float, float, float]
Edge = Literal["left", "centre", "right", "top", "middle", "bottom"]
_SHARE = {"left": 0.0, "centre": 0.5, "right": 1.0, "top": 0.0, "middle": 0.5, "bottom": 1.0}


def aligned(boxes: Mapping[str, Box], edge: Edge) -> dict[str, tuple[float, float]]:
    """Return new places that put the named edge, or the middles, of all boxes on one line."""
    if not boxes:
        return {}
    axis = 0 if edge in ("left", "centre", "right") else 1
    share = _SHARE[edge]
    low = min(box[axis] for box in boxes.values())
    high = max(box[axis] + box[axis + 2] for box in boxes.values())
    line = low + (high - low) * share
    places = {}
    for name, box in boxes.items():
        place = [box[0], box[1]]
        place[axis] = line - box[axis + 2] * share
        places[name] = (place[0], place[1])
    return places


def distributed(boxes: Mapping[str, Box], direction: Literal["across", "down"]) -> dict[str, tuple[float, float]]:
    """Return new places with the same gap between all neighbours; the outermost boxes stay."""
    axis = 0 if direction == "across" else 1
    ordered = sorted(boxes, key=lambda name: boxes[name][axis] + boxes[name][axis + 2] / 2)
    if len(ordered) < 3:
        return {name: box[:2] for name, box in boxes.items()}
    first, last = boxes[ordered[0]], boxes[ordered[-1]]
    room = last[axis] + last[axis + 2] - first[axis]
    gap = (room - sum(boxes[name][axis + 2] for name in ordered)) / (len(ordered) - 1)
    at, places = first[axis], {}
    for name in ordered:
        place = [boxes[name][0], boxes[name][1]]
        place[axis] = at
        places[name] = (place[0], place[1])
        at += boxes[name][axis + 2] + gap
    return places
