"""Plain text for terminals and pipes: aligned columns, durations, sizes, and names that cannot do harm."""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any, TextIO
from unicodedata import combining, east_asian_width

from ...core.modules import LIBRARY
from ...core.validation.problems import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
GAP = "  "
ELLIPSIS = "…"
_NARROWEST = 12
_SHORT_LIBRARY = "treadle…"


def harmless(text: str) -> str:
    """Return text, its lines kept, with control and direction characters written out."""
    if text.isprintable():
        return text
    return "\n".join(visible(line) for line in text.expandtabs().split("\n"))


def one_line(text: str) -> str:
    """Return text on one line, with control and direction characters written out."""
    return visible(" ".join(text.split("\n")).strip() if "\n" in text else text)


def escaped_json(found: Any, *, allow_nan: bool = True) -> str:
    """Return a JSON document on one line that no terminal obeys, whatever a name in it holds."""
    return json.dumps(found, allow_nan=allow_nan).replace("\x7f", "\\u007f")


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """Return text in a style, where the stream (standard output) is a terminal that shows styles."""
    stream = stream or sys.stdout
    plain = not stream.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain or not style else f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def line_width(stream: TextIO | None = None) -> int | None:
    """Return how many characters a line of the terminal holds; None where lines have no end, as in a pipe."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return None
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return columns or shutil.get_terminal_size().columns


def forget(stream: TextIO) -> None:
    """Let vanish what a stream has not written yet, and all that it is given from now on."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@contextlib.contextmanager
def unless_gone(stream: TextIO) -> Iterator[None]:
    """Write to a stream; that its reader has gone, as `head` does, stops nothing."""
    try:
        yield
        stream.flush()
    except BrokenPipeError:
        forget(stream)


def cells(text: str) -> int:
    """Return how many places of a line a text takes: those of East Asian scripts take two."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in {"W", "F"} else 1 for c in text)


def clip(text: str, width: int | None, *, keep_end: bool = False) -> str:
    """Return text that fits into ``width`` places, what is left out shown by an ellipsis."""
    if width is None or cells(text) <= width:
        return text
    kept = text[-width:] if keep_end else text[:width]
    while cells(kept) >= max(width, 1) and kept:
        kept = kept[1:] if keep_end else kept[:-1]
    return ELLIPSIS + kept if keep_end else kept + ELLIPSIS


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return text filled up with blanks to ``width`` places, on the left for ``right``-aligned text."""
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks


def columns(
    rows: Sequence[Sequence[str]],
    *,
    right: Collection[int] = (),
    width: int | None = None,
    shrink: int = -1,
    indent: str = "",
    keep_end: bool = True,
) -> list[str]:
    """Return rows as lines with aligned columns, those in ``right`` right-aligned.

    Where they do not fit into ``width``, the column ``shrink`` is clipped: on its left, unless ``keep_end`` is False.
    """
    if not rows:
        return []
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    if width is not None and shrink >= 0:
        excess = len(indent) + sum(widths) + len(GAP) * (len(widths) - 1) - width
        widths[shrink] = min(widths[shrink], max(_NARROWEST, widths[shrink] - max(0, excess)))
    lines = []
    for row in rows:
        fitted = [
            pad(clip(cell, widths[place], keep_end=keep_end), widths[place], right=place in right)
            for place, cell in enumerate(row)
        ]
        lines.append((indent + GAP.join(fitted)).rstrip())
    return lines


def columns_with_paths(
    rows: Sequence[Sequence[str]],
    place: int,
    *,
    right: Collection[int] = (),
    width: int | None = None,
    indent: str = "",
) -> list[str]:
    """Return rows with import paths in the column ``place`` as aligned lines.

    Where they do not fit, the library's paths leave out what they have in common, and a last line says so.
    """
    lines = columns(rows, right=right, indent=indent)
    if width is None or not lines or max(map(cells, lines)) <= width:
        return lines
    shortened = [list(row) for row in rows]
    for row in shortened:
        if row[place].startswith(LIBRARY):
            row[place] = _SHORT_LIBRARY + row[place].removeprefix(LIBRARY)
    lines = columns(shortened, right=right, width=width, shrink=place, indent=indent)
    short = any(_SHORT_LIBRARY in line for line in lines)
    return [*lines, *([f"{_SHORT_LIBRARY} stands for {LIBRARY}"] if short else [])]


def wrapped(text: str, width: int | None, indent: str = "  ") -> str:
    """Return text broken at blanks to fit ``width``, all lines but the first indented; names stay whole."""
    if width is None:
        return text
    paragraphs = [
        textwrap.fill(
            line,
            max(width, 30),
            initial_indent=indent if number else "",
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, line in enumerate(text.split("\n"))
    ]
    return "\n".join(paragraphs)


def duration(seconds: float) -> str:
    """Return a duration as a person writes it: ``2 ms``, ``0.8 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.00095 else "< 1 ms"
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def size(count: int) -> str:
    """Return a number of bytes as a person writes it: ``512 bytes``, ``7.1 kB``, ``23 MB``."""
    if count < 1000:
        return "1 byte" if count == 1 else f"{count} bytes"
    amount, power = float(count), 0
    while amount >= 999.5 and power < 5:
        amount, power = amount / 1000, power + 1
    return f"{amount:.1f} {' kMGTP'[power]}B" if amount < 9.95 else f"{amount:.0f} {' kMGTP'[power]}B"


def counted(number: int, noun: str) -> str:
    """Return ``1 task`` or ``12 tasks``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def number(value: float) -> str:
    """Return a number with six digits that count; whole ones as they are."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e6 else f"{value:.6g}"


def numbers(values: Sequence[Any]) -> list[str]:
    """Return a column of numbers with the same decimals, where that shows them well; None is empty."""
    present = [abs(value) for value in values if value]
    if all(value is None or isinstance(value, int) or value.is_integer() for value in values):
        return ["" if value is None else number(value) for value in values]
    largest, smallest = max(present), min(present)
    if not 1e-4 <= largest < 1e6 or largest > 1e4 * smallest:
        return ["" if value is None else f"{value:.5g}" for value in values]
    decimals = max(1, 4 - math.floor(math.log10(largest)), 2 - math.floor(math.log10(smallest)))
    return ["" if value is None else f"{value:.{decimals}f}" for value in values]
