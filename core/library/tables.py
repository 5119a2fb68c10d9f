"""Modules that make tables, and choose, sort and rename what is in them; a table is a list of records."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from ..worker import Choices, Schemes, module
from .choosing import one_of
from .optional import need

ANYWHERE = Schemes(threads=True)
Table = list[dict[str, Any]]
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "≠": operator.ne,
    "<": operator.lt,
    "≤": operator.le,
    ">": operator.gt,
    "≥": operator.ge,
    "contains": operator.contains,
    "is one of": lambda cell, values: cell in values,
}


@module(title="Table from columns", category="Tables", schemes=ANYWHERE)
def from_columns(**columns: list[Any]) -> list[dict[str, Any]]:
    """Make a table from lists of equal length.

    Args:
        columns: the columns by their names.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {count}" for name, count in lengths.items())
        raise ValueError(f"the columns differ in length: {told}")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@module(title="Table from items", category="Tables", schemes=ANYWHERE)
def from_items(items: list[Any], name: str = "value") -> list[dict[str, Any]]:
    """Make a table from joined items with labels: a column for each axis, then the values.

    A record becomes one row, and so does a plain value; a table becomes as many rows as it has. A label that is
    written as a number becomes that number: the swept value 100, but not the subject 007.

    Args:
        items: what a join with labels gives, or a list of plain values.
        name: the column for values that are neither records nor named tuples.
    """
    rows = []
    for item in items:
        labels = {axis: _number_or_text(label) for axis, label in getattr(item, "labels", {}).items()}
        value = getattr(item, "value", item)
        whole = value if isinstance(value, list) and all(isinstance(x, Mapping) for x in value) else [value]
        rows += [labels | _fields(part, name) for part in whole]
    return rows


def _number_or_text(label: Any) -> Any:
    """Return the number whose only way of being written is this label, else the label."""
    for kind in (int, float):
        try:
            if str(kind(label)) == label and math.isfinite(kind(label)):
                return kind(label)
        except (TypeError, ValueError):
            continue
    return label


@module(title="Table from a mapping", category="Tables", schemes=ANYWHERE)
def from_mapping(mapping: dict[str, Any], key: str = "name", value: str = "value") -> list[dict[str, Any]]:
    """Make a table of two columns from a mapping.

    Args:
        mapping: the entries.
        key: the column for the keys.
        value: the column for the values.
    """
    return [{key: k, value: v} for k, v in mapping.items()]


@module(title="Select columns", category="Tables", schemes=ANYWHERE)
def select_columns(table: list[dict[str, Any]], columns: list[str]) -> list[dict[str, Any]]:
    """Keep some columns, in the order given.

    Args:
        table: the table.
        columns: the names of the columns to keep.
    """
    for name in columns:
        check_column(table, name)
    return [{name: row.get(name) for name in columns} for row in table]


@module(title="Rename columns", category="Tables", schemes=ANYWHERE)
def rename_columns(table: list[dict[str, Any]], names: dict[str, str]) -> list[dict[str, Any]]:
    """Give columns other names.

    Args:
        table: the table.
        names: the new names by the old ones.
    """
    for name in names:
        check_column(table, name)
    renamed = [{names.get(name, name): cell for name, cell in row.items()} for row in table]
    if any(len(new) < len(old) for new, old in zip(renamed, table, strict=True)):
        raise ValueError(f"renaming {names} gives two columns the same name")
    return renamed


@module(title="Add a column", category="Tables", schemes=ANYWHERE)
def add_column(table: list[dict[str, Any]], name: str, values: Any) -> list[dict[str, Any]]:
    """Add a column, or replace one.

    Args:
        table: the table.
        name: the name of the column.
        values: a list with a value for each row, or one value for all.
    """
    cells = list(values) if isinstance(values, list | tuple) or hasattr(values, "tolist") else None
    if cells is None:
        return [row | {name: values} for row in table]
    if len(cells) != len(table):
        raise ValueError(f"the column {name!r} has {len(cells)} values, but the table {len(table)} rows")
    return [row | {name: cell} for row, cell in zip(table, cells, strict=True)]


@module(title="Sort rows", category="Tables", schemes=ANYWHERE)
def sort_rows(table: list[dict[str, Any]], columns: list[str], *, descending: bool = False) -> list[dict[str, Any]]:
    """Sort a table; rows without a value in a column come last.

    Args:
        table: the table.
        columns: the column to sort by, and those that decide among equals.
        descending: whether the largest comes first.
    """
    rows = list(table)
    for name in reversed(columns):
        check_column(table, name)
        present = [row for row in rows if not is_missing(row.get(name))]
        absent = [row for row in rows if is_missing(row.get(name))]
        try:
            rows = sorted(present, key=lambda row: row[name], reverse=descending) + absent
        except TypeError as error:
            raise TypeError(f"the column {name!r} has no common order: {error}") from error
    return rows


@module(title="Filter rows", category="Tables", schemes=ANYWHERE)
def filter_rows(
    table: list[dict[str, Any]],
    column: str,
    comparison: Annotated[str, Choices("=", "≠", "<", "≤", ">", "≥", "contains", "is one of")] = "=",
    value: Any = None,
) -> list[dict[str, Any]]:
    """Keep the rows in which a column compares with a value as wished.

    Args:
        table: the table.
        column: the column to look at; rows without a value there are dropped, unless ``≠`` is asked.
        comparison: how to compare.
        value: what to compare with; for ``is one of`` a list.
    """
    compare = OPERATORS[one_of(comparison, OPERATORS, "comparison")]
    check_column(table, column)
    try:
        return [
            row
            for row in table
            if (comparison == "≠" or not is_missing(row.get(column))) and compare(row.get(column), value)
        ]
    except TypeError as error:
        raise TypeError(f"the column {column!r} cannot be compared with {value!r}: {error}") from error


@module(title="First rows", category="Tables", schemes=ANYWHERE)
def first_rows(table: list[dict[str, Any]], count: int = 10) -> list[dict[str, Any]]:
    """Keep the first rows.

    Args:
        table: the table.
        count: how many.
    """
    return list(table[: max(0, count)])


@module(title="Column as a list", category="Tables", schemes=ANYWHERE)
def column(table: list[dict[str, Any]], name: str) -> list[Any]:
    """List the values of one column; rows that lack it give nothing (None).

    Args:
        table: the table.
        name: the name of the column.
    """
    check_column(table, name)
    return [row.get(name) for row in table]


@module(title="Table to data frame", category="Tables", schemes=ANYWHERE)
def to_dataframe(table: list[dict[str, Any]]) -> Any:
    """Turn a table into a pandas data frame.

    Args:
        table: the table.
    """
    return need("pandas", "making a data frame").DataFrame(list(table))


@module(title="Data frame to table", category="Tables", schemes=ANYWHERE)
def from_dataframe(frame: Any, index: str = "") -> list[dict[str, Any]]:
    """Turn a pandas data frame into a table.

    Args:
        frame: the data frame.
        index: the column that the index becomes; empty leaves it out.
    """
    if not hasattr(frame, "to_dict"):
        raise TypeError(f"a {type(frame).__name__} is not a data frame")
    whole = frame.rename_axis(index).reset_index() if index else frame
    return [{str(name): cell for name, cell in row.items()} for row in whole.to_dict("records")]


def check_column(table: Table, name: str) -> None:
    """Raise KeyError with the columns there are, if no row has ``name``; an empty table has any column."""
    if table and not any(name in row for row in table):
        known = ", ".join(repr(key) for key in dict.fromkeys(key for row in table for key in row))
        raise KeyError(f"the table has no column {name!r}; it has {known or 'none'}")


def is_missing(cell: Any) -> bool:
    """Say whether a cell holds nothing: None, or what is not a number."""
    return cell is None or (isinstance(cell, float) and cell != cell)  # noqa: PLR0124 - only NaN differs


def _fields(value: Any, name: str) -> dict[str, Any]:
    """Return the columns that one value makes."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    return {name: value}
