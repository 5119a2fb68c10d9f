"""Modules that combine tables and summarise their rows in groups."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from ..worker import Choices, Schemes, module
from .choosing import one_of
from .tables import Table, check_column, is_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ANYWHERE = Schemes(threads=True)
AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "count": len,
    "sum": sum,
    "mean": statistics.fmean,
    "min": min,
    "max": max,
    "median": statistics.median,
    "std": lambda cells: statistics.stdev(cells) if len(cells) > 1 else 0.0,
    "first": lambda cells: cells[0],
    "last": lambda cells: cells[-1],
    "list": list,
}


class Matrix(NamedTuple):
    """A table laid out in two directions."""

    values: list[list[Any]]
    row_labels: list[str]
    column_labels: list[str]


@module(title="Join tables", category="Tables", schemes=ANYWHERE)
def join_tables(
    left: list[dict[str, Any]],
    right: list[dict[str, Any]],
    key: str,
    keep: Annotated[str, Choices("both", "left", "all")] = "both",
) -> list[dict[str, Any]]:
    """Join the rows of two tables that agree in a column.

    Args:
        left: one table; the result has its order.
        right: the other table; where both have a column, its value is kept under the name with ``_right``.
        key: the column to agree in.
        keep: rows that both have, all rows of the left table, or all rows of both.
    """
    one_of(keep, ("both", "left", "all"), "way to join")
    for table in (left, right):
        check_column(table, key)
    partners: dict[Any, Table] = {}
    for row in right:
        partners.setdefault(row.get(key), []).append(row)
    joined: Table = []
    for row in left:
        alone: Table = [] if keep == "both" else [{}]
        joined += [_joined(row, other, key) for other in partners.get(row.get(key), alone)]
    if keep == "all":
        have = {row.get(key) for row in left}
        joined += [dict(row) for row in right if row.get(key) not in have]
    return joined


@module(title="Concatenate tables", category="Tables", schemes=ANYWHERE)
def concatenate_tables(tables: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Put the rows of tables one after the other.

    Args:
        tables: the tables; columns that one of them lacks are empty in its rows.
    """
    rows = [row for table in tables for row in table]
    columns = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in columns} for row in rows]


@module(title="Group and summarise", category="Tables", schemes=ANYWHERE)
def group(
    table: list[dict[str, Any]],
    by: list[str],
    columns: list[str],
    summary: Annotated[str, Choices(*AGGREGATES)] = "mean",
) -> list[dict[str, Any]]:
    """Gather the rows that agree in some columns, and summarise others; empty cells are left out.

    Args:
        table: the table.
        by: the columns to agree in; none makes one group of all rows.
        columns: the columns to summarise; none counts the rows.
        summary: what to calculate; ``std`` is the sample's standard deviation.
    """
    summarise = AGGREGATES[one_of(summary, AGGREGATES, "summary")]
    for name in (*by, *columns):
        check_column(table, name)
    groups: dict[tuple[Any, ...], Table] = {}
    for row in table:
        groups.setdefault(tuple(row.get(name) for name in by), []).append(row)
    result = []
    for key, rows in groups.items():
        cells = {name: _cells(rows, name) for name in columns}
        summarised = {
            f"{summary} of {name}": summarise(found) if found or summary in ("count", "sum", "list") else None
            for name, found in cells.items()
        }
        result.append(dict(zip(by, key, strict=True)) | (summarised or {"count": len(rows)}))
    return result


@module(title="Describe a table", category="Tables", schemes=ANYWHERE)
def describe(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tell of each column how many values it has, and of numbers also mean, deviation and range.

    Args:
        table: the table.
    """
    names = dict.fromkeys(name for row in table for name in row)
    return [{"column": name} | _described(_cells(table, name), len(table)) for name in names]


@module(title="Pivot", category="Tables", schemes=ANYWHERE)
def pivot(table: list[dict[str, Any]], rows: str, columns: str, values: str) -> Matrix:
    """Lay a table out as a matrix, for a heat map say.

    Args:
        table: the table; each pair of row and column may occur once, a missing pair is not a number.
        rows: the column whose values name the rows.
        columns: the column whose values name the columns.
        values: the column with the numbers.
    """
    for name in (rows, columns, values):
        check_column(table, name)
    found: dict[tuple[Any, Any], Any] = {}
    for row in table:
        place = (row.get(rows), row.get(columns))
        if place in found:
            raise ValueError(f"{rows}={place[0]}, {columns}={place[1]} occurs twice: group the table first")
        found[place] = row.get(values)
    down = list(dict.fromkeys(place[0] for place in found))
    across = list(dict.fromkeys(place[1] for place in found))
    matrix = [[found.get((r, c), float("nan")) for c in across] for r in down]
    return Matrix(matrix, [str(r) for r in down], [str(c) for c in across])


def _joined(row: dict[str, Any], other: dict[str, Any], key: str) -> dict[str, Any]:
    """Return one row made of two."""
    more = {(f"{name}_right" if name in row else name): cell for name, cell in other.items() if name != key}
    return row | more


def _cells(rows: Sequence[dict[str, Any]], name: str) -> list[Any]:
    """Return the cells of a column that hold something."""
    return [row[name] for row in rows if not is_missing(row.get(name))]


def _described(cells: list[Any], count: int) -> dict[str, Any]:
    """Return what can be said of the cells of one column."""
    said: dict[str, Any] = {"count": len(cells), "missing": count - len(cells)}
    if not cells or not all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells):
        return said | {"unique": len({repr(cell) for cell in cells})}
    numbers = ("mean", "std", "min", "median", "max")
    return said | {name: AGGREGATES[name](cells) for name in numbers}
