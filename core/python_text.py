"""Writes values and calls as Python text, on one line where it fits."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LINE_WIDTH = 100


def literal(value: Any, indent: int = 0) -> str:
    """Return the Python text of data as JSON knows it; long lists and mappings get a line for each entry."""
    line = _text(value)
    if len(line) + indent <= LINE_WIDTH or not isinstance(value, dict | list | tuple) or not value:
        return line
    inner, outer = " " * (indent + 4), " " * indent
    if isinstance(value, dict):
        rows = [f"{inner}{_text(key)}: {literal(item, indent + 4)},\n" for key, item in value.items()]
        return "{\n" + "".join(rows) + outer + "}"
    rows = [f"{inner}{literal(item, indent + 4)},\n" for item in value]
    opening, closing = "()" if isinstance(value, tuple) else "[]"
    return f"{opening}\n" + "".join(rows) + outer + closing


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_text, value)) + (",)" if len(value) == 1 else ")")
    return repr(value)


def _quoted(text: str) -> str:
    """Quote as a formatter would: with double quotes where that needs no escapes."""
    quoted = repr(text)
    return f'"{quoted[1:-1]}"' if quoted[0] == "'" and '"' not in quoted and "\\'" not in quoted else quoted


def call(function: str, positional: Sequence[str], named: Mapping[str, str]) -> str:
    """Return a call; names that are no identifiers are passed as a mapping."""
    plain = [f"{name}={text}" for name, text in named.items() if _is_name(name)]
    others = [f"{_text(name)}: {text}" for name, text in named.items() if not _is_name(name)]
    mapping = ["**{" + ", ".join(others) + "}"] if others else []
    arguments = [*positional, *plain, *mapping]
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= LINE_WIDTH or ("\n" in line and len(arguments) == 1):
        return line
    return f"{function}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def _is_name(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
