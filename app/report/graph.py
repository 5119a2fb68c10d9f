"""The nodes of a run and what connects them, as a drawing: in layers, from left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..cli.text import clip, duration
from .markup import Html, css, element, escaped, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...core.journal.summaries import NodeSummary

MAX_NODES = 300
MAX_WIRES = 3000
MAX_BENDS = 3000
WIDTH, HEIGHT, ACROSS, DOWN = 184, 58, 64, 16
_SWEEPS = 4
STATES = ("succeeded", "cached", "failed", "cancelled", "skipped", "running", "dispatched", "ready", "waiting")

Places = dict[str, tuple[int, int]]


def drawing(nodes: Sequence[NodeSummary]) -> Html:
    """Return the drawing, or a sentence where there are too many nodes for one."""
    if not nodes:
        return element("p", "There are no nodes.", class_="soft")
    if len(nodes) > MAX_NODES or sum(len(node.sources) for node in nodes) > MAX_WIRES:
        told = f"{len(nodes):,} nodes are too many for a drawing, or too many wires; the table tells of all nodes."
        return element("p", told, class_="soft")
    routes = _routes(nodes)
    places = _places(routes)
    wires = [_wire([places[name] for name in (source, *bends, node.id)])
             for node in nodes for source, bends in routes[node.id].sources.items()]  # fmt: skip
    cards = [_card(node, *places[node.id]) for node in nodes]
    width = max(x for x, _ in places.values()) + WIDTH + 2
    height = max(y for _, y in places.values()) + HEIGHT + 2
    drawn = element(
        "svg", *wires, *cards, width=width, height=height, viewBox=f"-1 -1 {width} {height}", role="img",
        aria_label="The nodes and their connections",
    )  # fmt: skip
    return element("div", drawn, class_="scroll")


class _Stop(NamedTuple):
    """A node, or a place where a wire passes a layer: its layer, and what feeds it by which bends on the way."""

    layer: int
    sources: dict[str, tuple[str, ...]]


Routes = dict[str, _Stop]


def _routes(nodes: Sequence[NodeSummary]) -> Routes:
    """Return all nodes and bends: the layer of a node is one after the last of its sources."""
    found: Routes = {}
    for node in nodes:
        # A loop leads back to a node that comes later: it does not count.
        sources = [source for source in dict.fromkeys(node.sources) if source in found]
        layer = 1 + max((found[source].layer for source in sources), default=-1)
        found[node.id] = _Stop(layer, dict.fromkeys(sources, ()))
    for node in nodes:
        stop = found[node.id]
        for source in stop.sources:
            if len(found) < MAX_BENDS:
                stop.sources[source] = _bends(found, source, node.id)
    return found


def _bends(routes: Routes, source: str, target: str) -> tuple[str, ...]:
    """Add a place for a wire in each layer that it passes, and return their names."""
    names: list[str] = []
    for layer in range(routes[source].layer + 1, routes[target].layer):
        names.append(f"{source}.{target}.{layer}")  # no node's id holds a dot
        routes[names[-1]] = _Stop(layer, {names[-2] if len(names) > 1 else source: ()})
    return tuple(names)


def _places(routes: Routes) -> Places:
    """Return where each node, and each bend of a wire, stands."""
    layers: list[list[str]] = [[] for _ in range(max(stop.layer for stop in routes.values()) + 1)]
    for name, stop in routes.items():
        layers[stop.layer].append(name)
    feeding = {name: [bends[-1] if bends else source for source, bends in stop.sources.items()]
               for name, stop in routes.items()}  # fmt: skip
    _untangle(layers, feeding)
    tallest = max(map(len, layers))
    return {
        name: (layer * (WIDTH + ACROSS), round((row + (tallest - len(names)) / 2) * (HEIGHT + DOWN)))
        for layer, names in enumerate(layers)
        for row, name in enumerate(names)
    }


def _untangle(layers: list[list[str]], sources: dict[str, list[str]]) -> None:
    """Order each layer by where its neighbours stand, forth and back, so that few wires cross."""
    readers: dict[str, list[str]] = {name: [] for name in sources}
    for name, feeding in sources.items():
        for source in feeding:
            readers[source].append(name)
    rows = {name: _height(row, names) for names in layers for row, name in enumerate(names)}
    for sweep in range(_SWEEPS):
        neighbours = readers if sweep % 2 else sources
        for names in reversed(layers) if sweep % 2 else layers:
            means = {name: _mean([rows[other] for other in neighbours[name]], rows[name]) for name in names}
            names.sort(key=means.__getitem__)
            rows |= {name: _height(row, names) for row, name in enumerate(names)}


def _height(row: int, names: list[str]) -> float:
    """Return where a row stands, counted from the middle of its layer."""
    return row - (len(names) - 1) / 2


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _wire(stops: list[tuple[int, int]]) -> Html:
    """Return a wire from the right of the first stop, across those between, to the left of the last."""
    x, y = stops[0][0] + WIDTH, stops[0][1] + HEIGHT / 2
    path = f"M{x} {y:g}"
    for place, (to_x, top) in enumerate(stops[1:], 2):
        to_y = top + HEIGHT / 2
        reach = max(40.0, (to_x - x) / 2)
        path += f"C{x + reach:g} {y:g} {to_x - reach:g} {to_y:g} {to_x} {to_y:g}"
        x, y = to_x, to_y
        if place < len(stops):
            x += WIDTH
            path += f"H{x}"
    return element("path", class_="wire", d=path)


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
    for state in STATES:
        if count := counts.get(state):
            parts.append(element("rect", class_=css(state), x=x, y=y, width=width * count / total, height=4))
            x += width * count / total
    return joined(parts)


def state_bar(counts: dict[str, int]) -> Html:
    """Return the bar for a whole run, with what its colours mean."""
    legend = [
        element("span", _swatch(css(state)), f"{counts[state]:,} {state}") for state in STATES if counts.get(state)
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
