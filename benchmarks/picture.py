"""Draws what was found: a panel for each figure, a bar for each peer, on a logarithmic scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from .results import OURS
from .table import short, verdict

if TYPE_CHECKING:
    from .results import Found, Results, Row

WIDTH, LINE, HEAD, GAP = 760, 20, 46, 18
LEFT, RIGHT = 150, 250
STYLE = """
svg { font: 13px system-ui, sans-serif; }
text { fill: #1d2733; }
.title { font-weight: 600; font-size: 14px; }
.quiet { fill: #5d6b7a; font-size: 12px; }
.ours { fill: #2f6fde; } .peer { fill: #a9b6c4; } .limit { fill: none; stroke: #a9b6c4; stroke-dasharray: 3 2; }
.target { stroke: #d1495b; stroke-width: 1.5; }
.paper { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e9ef; } .quiet { fill: #9aa7b5; } .paper { fill: #171c22; }
  .peer { fill: #566473; } .limit { stroke: #566473; } .ours { fill: #6aa0ff; } .target { stroke: #ff7b8a; }
}
"""


def svg(results: Results) -> str:
    """Return the picture of all figures that somebody has a number for."""
    rows = [row for row in results.rows.values() if any(found.values for found in row.peers.values())]
    panels, top = [], GAP
    for row in rows:
        panels.append(f'<g transform="translate(0 {top})">{_panel(row)}</g>')
        top += HEAD + LINE * len(row.peers) + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}">'
        f"<style>{STYLE}</style>"
        f'<rect class="paper" width="{WIDTH}" height="{top}"/>{"".join(panels)}</svg>\n'
    )


class Scale:
    """Places numbers on a logarithmic axis that holds them all."""

    def __init__(self, values: list[float]) -> None:
        positive = [value for value in values if value > 0] or [1.0]
        self._low = math.log10(min(positive)) - 0.3
        self._high = math.log10(max(positive)) + 0.05

    def at(self, value: float) -> float:
        """Return how far to the right a number is; what is not positive is at the left end."""
        if value <= 0:
            return 2.0
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return max(2.0, share * (WIDTH - LEFT - RIGHT))


def _panel(row: Row) -> str:
    numbers = [found.median for found in row.peers.values() if found.values]
    scale = Scale([*numbers, row.target])
    bars = [_bar(name, found, scale, HEAD + LINE * place) for place, (name, found) in enumerate(row.ranked())]
    target = LEFT + scale.at(row.target)
    bottom = HEAD + LINE * len(row.peers)
    return (
        f'<text class="title" x="16" y="16">{escape(row.title)}</text>'
        f'<text class="quiet" x="16" y="34">{escape(verdict(row))}</text>'
        + "".join(bars)
        + f'<line class="target" x1="{target:.1f}" x2="{target:.1f}" y1="{HEAD - 4}" y2="{bottom}"/>'
    )


def _bar(name: str, found: Found, scale: Scale, top: int) -> str:
    label = f'<text x="{LEFT - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>'
    if not found.values:
        return label + f'<text class="quiet" x="{LEFT + 4}" y="{top + 13}">{escape(_cut(found.trouble))}</text>'
    kind = "ours" if name.startswith(OURS) else "limit" if found.limit else "peer"
    width = scale.at(found.median)
    remark = "; ".join(text for text in (found.note, found.trouble) if text)
    said = f"{short(found.median)}  {_cut(remark)}".rstrip()
    return (
        f'{label}<rect class="{kind}" x="{LEFT}" y="{top + 3}" width="{width:.1f}" height="{LINE - 7}" rx="2"/>'
        f'<text class="quiet" x="{LEFT + width + 6:.1f}" y="{top + 13}">{escape(said)}</text>'
    )


def _cut(text: str, length: int = 60) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
