"""The nodes of a run and what connects them, as a drawing: in layers, from left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cli.text import clip, duration
from .markup import Html, css, element, escaped, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...core.journal.summaries import NodeSummary

MAX_NODES = 300
WIDTH, HEIGHT, ACROSS, DOWN = 184, 58, 72, 16
_SWEEPS = 4
_STATES = ("succeeded", "cached", "failed", "cancelled", "skipped", "running", "dispatched", "ready", "waiting")

Places = dict[str, tuple[int, int]]


def drawing(nodes: Sequence[NodeSummary]) -> Html:
    """Return the drawing, or a sentence where there are too many nodes for one."""
    if not nodes or len(nodes) > MAX_NODES:
        told = f"{len(nodes):,} nodes are too many for a drawing; all are in the table of nodes."
        return element("p", told if nodes else "There are no nodes.", class_="soft")
    places = _places(nodes)
    wires = [_wire(places[source], places[node.id]) for node in nodes for source in node.sources if source in places]
    cards = [_card(node, *places[node.id]) for node in nodes]
    width = max(x for x, _ in places.values()) + WIDTH + 2
    height = max(y for _, y in places.values()) + HEIGHT + 2
    drawn = element(
        "svg", *wires, *cards, width=width, height=height, viewBox=f"-1 -1 {width} {height}", role="img",
        aria_label="The nodes and their connections",
    )  # fmt: skip
    return element("div", drawn, class_="scroll")


def _places(nodes: Sequence[NodeSummary]) -> Places:
    """Return where each node stands: its layer is one after the last of its sources."""
    known: dict[str, int] = {}
    for node in nodes:
        # A loop leads back to a node that comes later: it does not count.
        known[node.id] = 1 + max((known[source] for source in node.sources if source in known), default=-1)
    layers: list[list[str]] = [[] for _ in range(max(known.values()) + 1)]
    for name, layer in known.items():
        layers[layer].append(name)
    _untangle(layers, {node.id: node.sources for node in nodes})
    tallest = max(map(len, layers))
    return {
        name: (layer * (WIDTH + ACROSS), round((row + (tallest - len(names)) / 2) * (HEIGHT + DOWN)))
        for layer, names in enumerate(layers)
        for row, name in enumerate(names)
    }


def _untangle(layers: list[list[str]], sources: dict[str, tuple[str, ...]]) -> None:
    """Order each layer by where its neighbours stand, forth and back, so that few wires cross."""
    readers: dict[str, list[str]] = {name: [] for name in sources}
    for name, feeding in sources.items():
        for source in feeding:
            readers.setdefault(source, []).append(name)
    for sweep in range(_SWEEPS):
        neighbours = readers if sweep % 2 else sources
        rows = {name: row / max(1, len(names)) for names in layers for row, name in enumerate(names)}
        for names in layers if not sweep % 2 else reversed(layers):
            means = {
                name: _mean([rows[other] for other in neighbours[name] if other in rows], rows[name]) for name in names
            }
            names.sort(key=means.__getitem__)
            rows |= {name: row / max(1, len(names)) for row, name in enumerate(names)}


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _wire(source: tuple[int, int], target: tuple[int, int]) -> Html:
    x, y = source[0] + WIDTH, source[1] + HEIGHT / 2
    to_x, to_y = target[0], target[1] + HEIGHT / 2
    reach = max(40.0, abs(to_x - x) / 2)
    return element(
        "path", class_="wire", d=f"M{x} {y:g} C{x + reach:g} {y:g} {to_x - reach:g} {to_y:g} {to_x} {to_y:g}"
    )


def _card(node: NodeSummary, x: int, y: int) -> Html:
    failed = "card is-failed" if node.counts.get("failed") else "card"
    told = f"{node.tasks:,} task{'s' if node.tasks != 1 else ''}"
    if node.seconds:
        told += f" · {duration(node.seconds)}"
    return element(
        "g",
        element("title", f"{node.id}\n{node.module}\n" + ", ".join(f"{n:,} {s}" for s, n in node.counts.items())),
        element("rect", class_=failed, width=WIDTH, height=HEIGHT, rx=8),
        element("text", clip(node.id, 24), class_="title", x=10, y=21),
        element("text", told, class_="small", x=10, y=38),
        bar(node.counts, WIDTH - 20, x=10, y=46),
        transform=f"translate({x} {y})",
    )


def bar(counts: dict[str, int], width: float, x: float = 0.0, y: float = 0.0) -> Html:
    """Return a bar that shows how many tasks are in each state."""
    total = sum(counts.values()) or 1
    parts = []
    for state in _STATES:
        if count := counts.get(state):
            parts.append(element("rect", class_=css(state), x=x, y=y, width=width * count / total, height=4))
            x += width * count / total
    return joined(parts)


def state_bar(counts: dict[str, int]) -> Html:
    """Return the bar for a whole run, with what its colours mean."""
    legend = [
        element("span", _swatch(css(state)), f"{counts[state]:,} {state}") for state in _STATES if counts.get(state)
    ]
    drawn = element(
        "svg", bar(counts, 100.0), width="100%", height=8, viewBox="0 0 100 4", preserveAspectRatio="none",
        role="img", aria_label="Tasks by state",
    )  # fmt: skip
    return joined([drawn, element("div", *legend, class_="legend")]) if legend else escaped("")


def _swatch(name: str) -> Html:
    return element(
        "svg", element("rect", class_=name, width=10, height=10, rx=2), width=10, height=10, aria_hidden="true"
    )


swatch = _swatch
