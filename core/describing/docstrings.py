"""Reads the prose of a function: its summary and what NumPy- and Google-style docstrings say of each port."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 200_000

_INPUTS = frozenset(
    {"parameters", "other parameters", "args", "arguments", "keyword args", "keyword arguments", "attributes"}
)
_OUTPUTS = frozenset({"returns", "return", "yields"})
_OTHERS = frozenset(
    {"raises", "warns", "warnings", "see also", "notes", "note", "references", "examples", "example"}
    | {"methods", "todo", "receives", "usage", "warning", "tip", "citations"}
)
_UNDERLINE = re.compile(r"^(-{3,}|={3,})\s*$")
_GOOGLE_ITEM = re.compile(r"^(\*{0,2}[\w.]+)\s*(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?\s*:\s*(.*)$")
_NUMPY_NAMES = re.compile(r"^(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::\s*(.*))?$")
_UNIT = re.compile(r"\s\[([^\[\]]{1,40})\](?=$|[\s,;])")
_TYPE = re.compile(r"[\w.]+(\[[\w., |\[\]]*\])?( *(\||or) *[\w.]+(\[[\w., |\[\]]*\])?)*")
_FIELD = re.compile(r"^:(param|parameter|arg|returns?)\b\s*([^:]*):\s*(.*)$")


class Docstring(NamedTuple):
    """What a docstring says: ``help`` is everything before the first section, beginning with the summary.

    ``units`` are those written in brackets after a type, as in ``tr : float [s]``.
    """

    summary: str = ""
    help: str = ""
    parameters: dict[str, str] = {}  # noqa: RUF012  never changed: a named tuple's default
    outputs: dict[str, str] = {}  # noqa: RUF012
    returns: str = ""
    units: dict[str, str] = {}  # noqa: RUF012


class _Item(NamedTuple):
    names: tuple[str, ...]
    kind: str
    text: str


def parse_docstring(text: str | None) -> Docstring:
    """Parse a docstring of either style; prose without sections is all help."""
    lines = inspect.cleandoc(text[:MAX_LENGTH]).splitlines() if text else []
    sections = list(_sections(lines))
    inputs = [item for name, body, numpy in sections if name in _INPUTS for item in _items(body, numpy=numpy)]
    results = [(body, numpy) for name, body, numpy in sections if name in _OUTPUTS]
    outputs = [item for body, numpy in results for item in _items(body, numpy=numpy)]
    prose, fields = _without_fields(sections[0][1] if sections else [])
    paragraphs = _paragraphs(prose)
    return Docstring(
        summary=paragraphs[0] if paragraphs else "",
        help="\n\n".join(paragraphs),
        parameters=_help_by_name(inputs) | {n: t for kind, n, t in fields if not kind.startswith("return")},
        outputs=_help_by_name(outputs),
        returns=_returned(results) or next((t for kind, _, t in fields if kind.startswith("return")), ""),
        units=_units(inputs) | _units(outputs),
    )


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str], bool]]:
    """Yield (heading in lower case, lines, whether NumPy-style); the first has no heading: the prose."""
    heading, body, numpy = "", list[str](), False
    position = 0
    while position < len(lines):
        word = lines[position].strip().lower()
        underlined = position + 1 < len(lines) and _UNDERLINE.match(lines[position + 1].strip())
        google = word.endswith(":") and word[:-1] in _INPUTS | _OUTPUTS | _OTHERS
        if underlined and word:
            yield heading, body, numpy
            heading, body, numpy = word.rstrip(":"), [], True
            position += 2
        elif google and not lines[position].startswith(" "):
            yield heading, body, numpy
            heading, body, numpy = word[:-1], [], False
            position += 1
        else:
            body.append(lines[position])
            position += 1
    yield heading, body, numpy


def _items(body: list[str], *, numpy: bool) -> list[_Item]:
    """Split a section into its entries: a head at the least indentation, and the lines below it."""
    lines = inspect.cleandoc("\n" + "\n".join(body)).splitlines()
    groups: list[list[str]] = []
    for line in lines:
        if line and not line[0].isspace():
            groups.append([line])
        elif groups:
            groups[-1].append(line)
    return [item for group in groups if (item := (_numpy_item if numpy else _google_item)(group))]


def _numpy_item(group: list[str]) -> _Item | None:
    found = _NUMPY_NAMES.match(group[0].strip())
    if found is None:
        return _Item((), group[0], _join(group[1:]))
    names = tuple(name.strip().lstrip("*") for name in found[1].split(","))
    return _Item(names, found[2] or "", _join(group[1:]))


def _google_item(group: list[str]) -> _Item | None:
    found = _GOOGLE_ITEM.match(group[0].strip())
    if found is None:
        return None
    return _Item((found[1].lstrip("*"),), found[2] or "", _join([found[3], *group[1:]]))


def _help_by_name(items: list[_Item]) -> dict[str, str]:
    return {name: item.text for item in items for name in item.names if item.text}


def _units(items: list[_Item]) -> dict[str, str]:
    found = ((item, _UNIT.search(" " + item.kind)) for item in items)
    return {name: unit[1].strip() for item, unit in found if unit for name in item.names}


def _returned(results: list[tuple[list[str], bool]]) -> str:
    """Return the help of a single result; a Google entry may start with its type, ``float: the mean``."""
    for body, numpy in results:
        items = _items(body, numpy=numpy)
        if numpy and len(items) == 1:
            return items[0].text
        if not numpy:
            text = _join(body)
            head, colon, rest = text.partition(": ")
            return rest if colon and len(head) < 80 and _TYPE.fullmatch(head) else text
    return ""


def _without_fields(prose: list[str]) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Take Sphinx fields such as ``:param x: the value`` out of the prose."""
    kept: list[str] = []
    fields: list[tuple[str, str, str]] = []
    for line in prose:
        if found := _FIELD.match(line.strip()):
            words = found[2].split()
            fields.append((found[1], words[-1].lstrip("*") if words else "", found[3].strip()))
        elif fields and line[:1].isspace():
            kind, name, text = fields[-1]
            fields[-1] = (kind, name, f"{text} {line.strip()}".strip())
        elif not line.startswith((":type ", ":rtype", ":raises")):
            kept.append(line)
    return kept, fields


def _paragraphs(lines: list[str]) -> list[str]:
    blocks = re.split(r"\n[^\S\n]*\n", "\n".join(lines).strip())
    return [text for block in blocks if (text := _join(block.splitlines()))]


def _join(lines: list[str]) -> str:
    return " ".join(word for line in lines for word in line.split())
