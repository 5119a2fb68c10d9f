"""Modules that draw plots with matplotlib as PNG files; each has a figure of its own, so threads are safe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from ..worker import Choices, Range, Schemes, module, scratch
from .optional import need

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

ANYWHERE = Schemes(threads=True)
MAPS = ("viridis", "gray", "magma", "inferno", "plasma", "cividis", "coolwarm", "turbo")


@module(title="Line plot", category="Plots", schemes=ANYWHERE)
def line_plot(
    y: list[float], x: list[float] | None = None, title: str = "", x_label: str = "", y_label: str = ""
) -> Path:
    """Draw numbers as a line.

    Args:
        y: how high the points are; a list of such lists, or a matrix whose rows are lines, draws several.
        x: where they are; empty numbers them from 0.
        title: what stands above the plot.
        x_label: what the horizontal axis means.
        y_label: what the vertical axis means.
    """
    import numpy as np

    heights = np.atleast_2d(np.asarray(y, dtype=float))
    places = np.arange(heights.shape[1]) if x is None or not len(x) else np.asarray(x, dtype=float)
    _same_length(places, heights[0])
    axes = _axes(title, x_label, y_label)
    for line in heights:
        axes.plot(places, line, marker="o" if len(places) <= 60 else "", markersize=3)
    axes.grid(visible=True, alpha=0.3)
    return _save(axes, "line_plot")


@module(title="Scatter plot", category="Plots", schemes=ANYWHERE)
def scatter_plot(x: list[float], y: list[float], title: str = "", x_label: str = "", y_label: str = "") -> Path:
    """Draw a dot for each pair of numbers.

    Args:
        x: where the dots are.
        y: how high they are; as many.
        title: what stands above the plot.
        x_label: what the horizontal axis means.
        y_label: what the vertical axis means.
    """
    _same_length(x, y)
    axes = _axes(title, x_label, y_label)
    axes.scatter(x, y, s=16, alpha=0.75)
    axes.grid(visible=True, alpha=0.3)
    return _save(axes, "scatter_plot")


@module(title="Histogram plot", category="Plots", schemes=ANYWHERE)
def histogram_plot(
    values: np.ndarray, bins: Annotated[int, Range(1, 10_000)] = 50, title: str = "", x_label: str = ""
) -> Path:
    """Draw how often numbers fall into intervals; what is not a number is left out.

    Args:
        values: the numbers, of any shape.
        bins: how many intervals.
        title: what stands above the plot.
        x_label: what the numbers mean.
    """
    import numpy as np

    numbers = np.asarray(values, dtype=float).ravel()
    axes = _axes(title, x_label, "count")
    axes.hist(numbers[np.isfinite(numbers)], bins=bins)
    return _save(axes, "histogram_plot")


@module(title="Image plot", category="Plots", schemes=ANYWHERE)
def image_plot(
    image: np.ndarray,
    title: str = "",
    colours: Annotated[str, Choices(*MAPS)] = "viridis",
    low: float | None = None,
    high: float | None = None,
    points: list[Any] | None = None,
    *,
    first_row_below: bool = False,
) -> Path:
    """Draw a matrix as a picture with a bar that explains its colours.

    Args:
        image: rows × columns of numbers, or with 3 or 4 colours.
        title: what stands above the plot.
        colours: the colour map.
        low: the number that gets the first colour; empty means the smallest.
        high: the number that gets the last colour; empty means the largest.
        points: places to circle: pairs of row and column, or a table with the columns y and x.
        first_row_below: whether the first row is drawn at the bottom, as for maps of the sky.
    """
    import numpy as np

    if np.ndim(image) not in (2, 3):
        raise ValueError(f"a picture has two axes, or three with colours, not the shape {np.shape(image)}")
    axes = _axes(title, "column", "row")
    origin = "lower" if first_row_below else "upper"
    shown = axes.imshow(image, cmap=colours, vmin=low, vmax=high, origin=origin, interpolation="nearest")
    if np.ndim(image) == 2:
        axes.figure.colorbar(shown, ax=axes)
    if points is not None and len(points):
        rows, columns = zip(*map(_place, points), strict=True)
        axes.scatter(columns, rows, s=60, facecolors="none", edgecolors="red", linewidths=0.8)
    return _save(axes, "image_plot")


@module(title="Heat map", category="Plots", schemes=ANYWHERE)
def heat_map(
    values: list[list[float]],
    row_labels: list[str],
    column_labels: list[str],
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    colours: Annotated[str, Choices(*MAPS)] = "viridis",
    digits: Annotated[int, Range(1, 12)] = 4,
) -> Path:
    """Draw a matrix as coloured fields with their numbers and the names of its rows and columns.

    Args:
        values: the numbers, row by row.
        row_labels: the names of the rows.
        column_labels: the names of the columns.
        title: what stands above the plot.
        x_label: what the columns mean.
        y_label: what the rows mean.
        colours: the colour map.
        digits: how many digits of each number to write.
    """
    import numpy as np

    matrix = np.asarray(values, dtype=float)
    if matrix.shape != (len(row_labels), len(column_labels)):
        told = f"{len(row_labels)} × {len(column_labels)} names do not fit a matrix of shape {matrix.shape}"
        raise ValueError(told)
    axes = _axes(title, x_label, y_label)
    shown = axes.imshow(matrix, cmap=colours, aspect="auto")
    axes.figure.colorbar(shown, ax=axes)
    axes.set_xticks(range(len(column_labels)), [str(name) for name in column_labels])
    axes.set_yticks(range(len(row_labels)), [str(name) for name in row_labels])
    for (row, column), value in np.ndenumerate(matrix):
        if math.isfinite(value):
            luminance = float(np.dot(shown.cmap(shown.norm(value))[:3], (0.299, 0.587, 0.114)))
            ink = "black" if luminance > 0.5 else "white"
            axes.text(column, row, f"{value:.{digits}g}", ha="center", va="center", color=ink)
    return _save(axes, "heat_map")


def _axes(title: str, x_label: str, y_label: str) -> Any:
    """Return the axes of a new figure, which nobody else draws on."""
    figures = need("matplotlib.figure", "drawing plots")
    figure = figures.Figure(figsize=(7, 4.5), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=_literal(title), xlabel=_literal(x_label), ylabel=_literal(y_label))
    return axes


def _literal(text: str) -> str:
    """Return text that matplotlib does not take for a formula."""
    return text.replace("$", r"\$")


def _save(axes: Any, name: str) -> Path:
    """Write the figure to a file of the task's private folder; return its path."""
    canvas = need("matplotlib.backends.backend_agg", "drawing plots").FigureCanvasAgg(axes.figure)
    path = scratch() / f"{name}.png"
    canvas.print_png(path, metadata={"Software": None})
    return path


def _place(point: Any) -> tuple[float, float]:
    """Return row and column of a pair, or of a row of a table."""
    if isinstance(point, Mapping) and not {"y", "x"} <= set(point):
        raise KeyError(f"a place has the columns y and x, and this row has {', '.join(map(str, point))}")
    row, column = (point["y"], point["x"]) if isinstance(point, Mapping) else point
    return float(row), float(column)


def _same_length(x: Any, y: Any) -> None:
    """Raise ValueError if places and heights cannot be paired."""
    if len(x) != len(y):
        raise ValueError(f"there are {len(x)} places for {len(y)} heights: as many are needed")
