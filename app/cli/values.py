"""Shows results in lines of text: records, tables, lists, and descriptions of what is none of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .results import NotFinite, Preview, is_table
from .text import GAP, cells, clip, columns, counted, harmless, number, numbers, one_line, pad, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHOWN_ROWS = 12
SHOWN_ITEMS = 12
_LABEL = 40
_CELL = 40
_TEXT = 300
_DEPTH = 3


def show_values(found: Mapping[str, Any], width: int | None, depth: int = 0) -> Iterator[str]:
    """Go through the lines that show values by name: short ones behind their names, others below."""
    labels = {key: clip(one_line(key), _LABEL) for key in found}
    room = max((cells(labels[key]) for key, value in found.items() if not _is_block(value, depth)), default=0)
    indent = GAP * depth
    for key, value in found.items():
        if not _is_block(value, depth):
            start = f"{indent}{pad(labels[key], room)}{GAP}"
            yield start + clip(in_short(value), width and max(20, width - cells(start)))
        elif is_table(value):
            yield f"{indent}{labels[key]}{GAP}{counted(len(value), 'row')}"
            yield from _table(value, width, indent + GAP)
        else:
            yield f"{indent}{labels[key]}"
            yield from show_values(value, width, depth + 1)


def _is_block(value: Any, depth: int) -> bool:
    if is_table(value):
        return not any(_is_nested(cell) for row in value for cell in row.values())
    return isinstance(value, dict) and not isinstance(value, Preview) and bool(value) and depth < _DEPTH


def _is_nested(value: Any) -> bool:
    return isinstance(value, list | dict) and not isinstance(value, Preview)


def in_short(value: Any) -> str:
    """Return a value in one line."""
    match value:
        case None:
            return "—"
        case Preview():
            return _described(value)
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return number(value)
        case NotFinite():
            return str(value.number)
        case str():
            return _text(value)
        case list():
            return _list(value)
        case _:
            pairs = [f"{one_line(str(key))}: {in_short(item)}" for key, item in list(value.items())[:SHOWN_ITEMS]]
            return f"{{{', '.join(pairs)}{', …' if len(value) > SHOWN_ITEMS else ''}}}"


def _text(value: str) -> str:
    first, *others = value.strip("\n").split("\n")
    shown = clip(harmless(first), _TEXT)
    return f"{shown} … ({counted(len(others) + 1, 'line')})" if others else shown


def _list(items: list[Any]) -> str:
    if not items:
        return "nothing"
    if all(isinstance(item, Preview) and item["type"] == "file" for item in items):
        total = size(sum(item["bytes"] for item in items))
        names = ", ".join(one_line(item["name"]) for item in items[:SHOWN_ITEMS])
        return f"{counted(len(items), 'file')}, {total}: {names}{', …' if len(items) > SHOWN_ITEMS else ''}"
    shown = ", ".join(
        f"[{in_short(item)}]" if isinstance(item, list) else in_short(item) for item in items[:SHOWN_ITEMS]
    )
    return f"{len(items):,} values: {shown}, …" if len(items) > SHOWN_ITEMS else shown


def _described(preview: Preview) -> str:
    """Return a preview in words: ``chart.svg, 4.3 kB``, ``664 × 796 array of uint8, 0 to 255``."""
    kind = one_line(str(preview["type"]))
    if kind == "file":
        return f"{one_line(preview['name'])}, {size(preview['bytes'])}"
    if kind == "folder":
        name, held = one_line(preview["name"]), counted(preview["files"], "file")
        return f"{name}/, {held}, {size(preview['bytes'])}"
    shape = " × ".join(map(str, preview.get("shape", ())))
    if "shape" in preview and "dtype" not in preview:
        return f"{kind}: {shape}"
    if "shape" in preview:
        text = f"{shape or 'single'} array of {one_line(preview['dtype'])}"
        if "range" in preview:
            low, high = preview["range"]
            text += f", {number(low)} to {number(high)}"
        return text if kind == "numpy.ndarray" else f"{kind}: {text}"
    length = f", {counted(preview['length'], 'item')}" if "length" in preview else ""
    return f"{kind}{length}: {one_line(preview['text'])}" if "text" in preview else f"{kind}{length}"


def _table(rows: list[dict[str, Any]], width: int | None, indent: str) -> Iterator[str]:
    names = list(dict.fromkeys(key for row in rows for key in row))
    shown = rows[:SHOWN_ROWS]
    made = [_column(name, [row.get(name) for row in shown]) for name in names]
    fitting = _fitting([column for column, _ in made], width, len(indent))
    right = {place for place, (_, numeric) in enumerate(made) if numeric}
    cells_by_row = list(zip(*(column for column, _ in made[:fitting]), strict=True))
    yield from columns(cells_by_row, right=right, indent=indent)
    more = [counted(len(rows) - len(shown), "more row")] if len(rows) > len(shown) else []
    if fitting < len(names):
        left_out = ", ".join(map(one_line, names[fitting:]))
        more.append(f"{counted(len(names) - fitting, 'more column')}: {left_out}")
    if more:
        yield clip(f"{indent}… and {', '.join(more)}", width)


def _column(name: str, values: list[Any]) -> tuple[list[str], bool]:
    """Return the cells of a column under its heading, and whether they are numbers."""
    plain = [value for value in values if value is not None]
    numeric = bool(plain) and all(map(_is_number, plain))
    if not numeric or all(isinstance(value, NotFinite) for value in plain):
        return [clip(one_line(name), _CELL), *map(_cell, values)], numeric
    shown = numbers([None if isinstance(value, NotFinite) else value for value in values])
    shown = [in_short(v) if isinstance(v, NotFinite) else cell for v, cell in zip(values, shown, strict=True)]
    return [clip(one_line(name), _CELL), *shown], numeric


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | NotFinite) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    return "" if value is None else clip(in_short(value), _CELL)


def _fitting(made: list[list[str]], width: int | None, indent: int) -> int:
    """Return how many columns fit on a line; at least one."""
    used = indent
    for place, column in enumerate(made):
        used += max(map(cells, column)) + (len(GAP) if place else 0)
        if width is not None and used > width and place:
            return place
    return len(made)
