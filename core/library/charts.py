"""Modules that draw charts as SVG files, which any browser shows; nothing else has to be installed."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

from ..worker import Range, Schemes, module
from .drawing import COLOURS, FAINT, Chart, number, safe, shortened, span
from .tables import check_column

if TYPE_CHECKING:
    from pathlib import Path

ANYWHERE = Schemes(threads=True)


@module(title="Bar chart", category="Charts", schemes=ANYWHERE)
def bar_chart(
    table: list[dict[str, Any]],
    label: str,
    value: str,
    title: str = "",
    largest: Annotated[int, Range(0, None)] = 0,
) -> Path:
    """Draw a bar for each row of a table; rows without a number leave a gap.

    Args:
        table: the table.
        label: the column with the names of the bars.
        value: the column with their lengths.
        title: what stands above the chart.
        largest: how many of the largest to show, in falling order; 0 shows all, in the table's order.
    """
    for name in (label, value):
        check_column(table, name)
    bars = [(str(row.get(label, "")), _finite(row.get(value))) for row in table]
    if largest:
        bars = sorted(bars, key=lambda bar: -math.inf if bar[1] is None else bar[1], reverse=True)[:largest]
    slanted = any(len(name) > 720 / 7 / max(1, len(bars)) for name, _ in bars)
    chart = Chart(title or f"{value} by {label}", label, value, bottom=116 if slanted else 64)
    present = [height for _, height in bars if height is not None]
    if not present:
        chart.empty()
        return chart.save("bar_chart")
    chart.x_range, chart.y_range = (0.0, float(len(bars))), span(present, with_zero=True)
    chart.y_axis()
    for position, (name, height) in enumerate(bars):
        if height is not None:
            _bar(chart, position + 0.12, position + 0.88, height, f"{name}: {number(height)}")
    chart.baseline(0.0)
    _names(chart, [name for name, _ in bars], slanted=slanted)
    return chart.save("bar_chart")


@module(title="Line chart", category="Charts", schemes=ANYWHERE)
def line_chart(
    y: list[float], x: list[float] | None = None, title: str = "", x_label: str = "", y_label: str = ""
) -> Path:
    """Draw numbers as a line, with gaps where there is none.

    Args:
        y: how high the points are; a list of such lists draws several lines.
        x: where they are; empty numbers them from 0.
        title: what stands above the chart.
        x_label: what the horizontal axis means.
        y_label: what the vertical axis means.
    """
    chart = Chart(title or "Line chart", x_label, y_label)
    lines: list[Any] = list(y) if len(y) and all(hasattr(item, "__len__") for item in y) else [y]
    series = [_points(line, x) for line in lines]
    present = [point for line in series for point in line if point is not None]
    if not present:
        chart.empty()
        return chart.save("line_chart")
    _scale(chart, present)
    for position, line in enumerate(series):
        colour = COLOURS[position % len(COLOURS)]
        chart.draw("path", d=_path(chart, line), fill="none", stroke=colour, stroke_width=2)
        for point in line if len(line) <= 60 else []:
            if point is not None:
                _dot(chart, point, 2.5, colour)
    if len(series) > 1:
        chart.legend([str(i + 1) for i in range(len(series))])
    return chart.save("line_chart")


@module(title="Scatter chart", category="Charts", schemes=ANYWHERE)
def scatter_chart(x: list[float], y: list[float], title: str = "", x_label: str = "", y_label: str = "") -> Path:
    """Draw a dot for each pair of numbers; pairs that lack one are left out.

    Args:
        x: where the dots are.
        y: how high they are; as many.
        title: what stands above the chart.
        x_label: what the horizontal axis means.
        y_label: what the vertical axis means.
    """
    chart = Chart(title or "Scatter chart", x_label, y_label)
    present = [point for point in _points(y, x) if point is not None]
    if not present:
        chart.empty()
        return chart.save("scatter_chart")
    _scale(chart, present)
    for point in present:
        _dot(chart, point, 3.5, COLOURS[0])
    return chart.save("scatter_chart")


@module(title="Histogram", category="Charts", schemes=ANYWHERE)
def histogram(
    values: list[float], bins: Annotated[int, Range(1, 1000)] = 20, title: str = "", x_label: str = ""
) -> Path:
    """Draw how often numbers fall into intervals of equal width; what is not a number is left out.

    Args:
        values: the numbers.
        bins: how many intervals.
        title: what stands above the chart.
        x_label: what the numbers mean.
    """
    chart = Chart(title or "Histogram", x_label, "count")
    present = [found for value in values if (found := _finite(value)) is not None]
    if not present:
        chart.empty()
        return chart.save("histogram")
    low, counts, width = count_in_bins(present, bins)
    chart.x_range = (low, low + width * len(counts))
    chart.y_range = span([float(count) for count in counts], with_zero=True)
    chart.y_axis()
    chart.x_axis()
    for position, count in enumerate(counts):
        start, end = low + position * width, low + (position + 1) * width
        _bar(chart, start, end, float(count), f"{number(start)} … {number(end)}: {count}")
    chart.baseline(0.0)
    return chart.save("histogram")


def count_in_bins(values: list[float], bins: int) -> tuple[float, list[int], float]:
    """Return where the first interval begins, how many values lie in each, and how wide they are."""
    if bins < 1:
        raise ValueError(f"a histogram has one interval or more, not {bins}")
    low, high = min(values), max(values)
    if low == high:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    width = (high - low) / bins
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int((value - low) / width))] += 1
    return low, counts, width


def _finite(value: Any) -> float | None:
    """Return a value as a number; None if it is nothing or not finite, TypeError if it is something else."""
    if value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"a chart shows numbers, and {value!r} is none") from None
    return found if math.isfinite(found) else None


def _points(y: list[float], x: list[float] | None) -> list[tuple[float, float] | None]:
    """Return the points of one line; None where a number is missing."""
    places = list(range(len(y))) if x is None or not len(x) else list(x)
    if len(places) != len(y):
        raise ValueError(f"there are {len(places)} places for {len(y)} heights: as many are needed")
    pairs = [(_finite(a), _finite(b)) for a, b in zip(places, y, strict=True)]
    return [None if a is None or b is None else (a, b) for a, b in pairs]


def _scale(chart: Chart, points: list[tuple[float, float]]) -> None:
    """Choose both ranges so that all points are shown, and draw the axes."""
    chart.x_range = span([a for a, _ in points])
    chart.y_range = span([b for _, b in points])
    chart.y_axis()
    chart.x_axis()


def _path(chart: Chart, line: list[tuple[float, float] | None]) -> str:
    """Return the drawing commands of a line, which is lifted at gaps."""
    steps = []
    for before, point in pairwise([None, *line]):
        if point is not None:
            steps.append(f"{'M' if before is None else 'L'}{chart.x(point[0]):.2f} {chart.y(point[1]):.2f}")
    return " ".join(steps)


def _dot(chart: Chart, point: tuple[float, float], radius: float, colour: str) -> None:
    """Draw a point, which tells its numbers under the mouse."""
    told = f"<title>{number(point[0])}, {number(point[1])}</title>"
    where = {"cx": chart.x(point[0]), "cy": chart.y(point[1])}
    chart.draw("circle", told, **where, r=radius, fill=colour, fill_opacity=0.75)


def _bar(chart: Chart, start: float, end: float, height: float, told: str) -> None:
    """Draw a bar from the base line up, or down for a negative height."""
    left, right = chart.x(start), chart.x(end)
    top, bottom = sorted((chart.y(height), chart.y(0.0)))
    box = {"x": left, "y": top, "width": max(0.5, right - left - 1), "height": bottom - top}
    colour = COLOURS[0] if height >= 0 else COLOURS[3]
    chart.draw("rect", f"<title>{safe(told)}</title>", **box, fill=colour, rx=1)


def _names(chart: Chart, names: list[str], *, slanted: bool) -> None:
    """Write the names below the bars; of very many only as many as fit."""
    every = math.ceil(len(names) / 50)
    y = chart.height - chart.bottom + 16
    for position, name in enumerate(names):
        if position % every:
            continue
        x = chart.x(position + 0.5)
        if slanted:
            turned = f"rotate(-45 {x:.2f} {y})"
            chart.write(shortened(name, 14), x, y, text_anchor="end", fill=FAINT, transform=turned)
        else:
            chart.write(name, x, y, text_anchor="middle", fill=FAINT)
