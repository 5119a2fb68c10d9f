"""Writes many rows with few calls: between two calls this thread may have to wait for its turn."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

Row = tuple[Any, ...]

MAX_VARIABLES = 32_000


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    """Put complete rows into a table, in place of those with the same key; of two such rows the later one stays.

    With one call a row, as ``executemany`` does it, a busy interpreter makes each row wait 5 ms for its turn:
    measured were 500 rows in a second.
    """
    if not rows:
        return
    width = len(rows[0])
    step = MAX_VARIABLES // width
    one = f"({','.join('?' * width)})"
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        statement = f"INSERT OR REPLACE INTO {table} VALUES {','.join([one] * len(part))}"  # noqa: S608 - our tables
        try:
            connection.execute(statement, tuple(chain.from_iterable(part)))
        except (UnicodeEncodeError, OverflowError):
            connection.execute(statement, tuple(map(storable, chain.from_iterable(part))))


def storable(value: Any) -> Any:
    """Return a value that SQLite takes: text without halves of characters, whole numbers of 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int):
        return max(-(2**63), min(2**63 - 1, value))
    return value
