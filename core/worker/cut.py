"""The line that stands where lines of a task were cut, and how many it stands for."""

from __future__ import annotations

import re

_MARK = re.compile("… ([0-9,]+) lines? cut …")


def mark_of(count: int) -> str:
    """Return the line that stands for so many."""
    return f"… {count:,} line{'s' if count != 1 else ''} cut …"


def cut_by(line: str) -> int:
    """Return how many lines a line stands for, if it is such a mark; else 0."""
    if not line.startswith("…"):
        return 0
    found = _MARK.fullmatch(line)
    return int(found[1].replace(",", "") or 0) if found else 0
