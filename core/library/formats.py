"""Modules that read and write tables as CSV, values as JSON, and arrays as NPY."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ..worker import Range, Schemes, module
from .atomic import replacing

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)


@module(title="Read CSV", category="Files", schemes=ANYWHERE)
def read_csv(
    path: Path, delimiter: str = ",", *, numbers: bool = True, encoding: str = "utf-8-sig"
) -> list[dict[str, Any]]:
    """Read a table from a CSV file whose first line names the columns.

    Args:
        path: the file.
        delimiter: the character between two cells.
        numbers: whether cells that look like numbers become numbers, and empty ones nothing.
        encoding: how characters are written as bytes.
    """
    with Path(path).open(encoding=encoding, newline="") as file:
        reader = csv.DictReader(file, delimiter=_one_character(delimiter), strict=True)
        try:
            rows = [dict(row) for row in reader]
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"{path}, line {reader.line_num + 1}: not CSV ({error})") from error
    for position, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise ValueError(f"{path}, row {position}: it has not as many cells as the first line has names")
    return [{k: _number(v) for k, v in row.items()} for row in rows] if numbers else rows


@module(title="Write CSV", category="Files", schemes=ANYWHERE, cache=False, writes_files=True)
def write_csv(table: list[dict[str, Any]], path: Path, delimiter: str = ",") -> Path:
    """Write a table to a CSV file, and give its path.

    Args:
        table: the rows; a row that lacks a column gets an empty cell.
        path: the file; it is replaced if it exists.
        delimiter: the character between two cells.
    """
    columns = dict.fromkeys(name for row in table for name in row)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), delimiter=_one_character(delimiter), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    return Path(path).expanduser()


@module(title="Read JSON", category="Files", schemes=ANYWHERE)
def read_json(path: Path) -> Any:
    """Read a value from a JSON file.

    Args:
        path: the file.
    """
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"{path} is not JSON: {error.msg} at {where}") from error


@module(title="Write JSON", category="Files", schemes=ANYWHERE, cache=False, writes_files=True)
def write_json(value: Any, path: Path, indent: Annotated[int, Range(0, 8)] = 2) -> Path:
    """Write a value to a JSON file, and give its path; arrays become lists, numbers that are not finite null.

    Args:
        value: numbers, text, lists and mappings, one inside the other.
        path: the file; it is replaced if it exists.
        indent: how many spaces to indent by; 0 writes one line.
    """
    text = json.dumps(_plain(value), indent=indent or None, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", "utf-8")
    return Path(path).expanduser()


@module(title="Read NPY", category="Files", schemes=ANYWHERE)
def read_npy(path: Path) -> np.ndarray:
    """Read an array from a NumPy file; files that hold pickled objects are refused, as those can run code.

    Args:
        path: the file.
    """
    import numpy

    try:
        array = numpy.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path} is not a NumPy file of plain numbers: {error}") from error
    if not isinstance(array, numpy.ndarray):
        array.close()
        raise ValueError(f"{path} holds several arrays (npz); this module reads files with one (npy)")
    return numpy.asarray(array)


@module(title="Write NPY", category="Files", schemes=ANYWHERE, cache=False, writes_files=True)
def write_npy(array: np.ndarray, path: Path) -> Path:
    """Write an array to a NumPy file, and give its path.

    Args:
        array: the array, of numbers or text.
        path: the file; it is replaced if it exists.
    """
    import numpy

    with replacing(path) as temporary, temporary.open("wb") as file:
        numpy.save(file, numpy.asarray(array), allow_pickle=False)
    return Path(path).expanduser()


def _one_character(delimiter: str) -> str:
    """Return the delimiter, of which ``\\t`` may be spelt out."""
    found = delimiter.replace("\\t", "\t")
    if len(found) != 1:
        raise ValueError(f"the delimiter must be one character, not {delimiter!r}")
    return found


def _number(cell: str) -> int | float | str | None:
    """Return the number that a cell spells, None for an empty cell, else its text."""
    if not cell.strip():
        return None
    if "_" in cell:
        return cell
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def _plain(value: Any) -> Any:
    """Return ``value`` made of what JSON knows: paths as text, arrays as lists, no infinities."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    raise TypeError(f"JSON has no form for a {type(value).__name__}")
