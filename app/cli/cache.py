"""`treadle cache`: lists what is kept of earlier runs, checks it, and makes room."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.cache.eviction import Budget, collect, listed, wipe
from ...core.cache.index import Index
from ...core.cache.named_files import NamedFiles
from ...core.cache.signing import Signer, user_signer
from ...core.cache.store import default_folder
from ...core.cache.value_files import ValueFiles
from ...core.cache.verification import verify
from ...core.errors import UsageError
from .text import clip, columns, counted, duration, line_width, one_line, size, styled

if TYPE_CHECKING:
    from argparse import Namespace

    from ...core.cache.verification import Verified

_SHOWN = 50
_TITLE = 60


class _Place:
    """A cache as this command sees it: its folder, index, values and files."""

    def __init__(self, folder: Path, budget_gb: float | None) -> None:
        self.folder = folder
        self.signer: Signer = user_signer()
        self.index = Index(folder, write=False)
        self.values = ValueFiles(folder, self.signer)
        self.named = NamedFiles(folder)
        self.budget = Budget(folder, budget_gb).bytes


def cache_command(options: Namespace) -> int:
    """List, clean, verify or clear the cache; UsageError if it cannot be read or written."""
    folder = Path(options.cache or default_folder()).absolute()
    if folder.exists() and not folder.is_dir():
        raise UsageError("it is a file, not a folder", where=str(folder))
    if not folder.is_dir():
        told = {"cache": str(folder), "entries": 0, "bytes": 0}
        return _tell(options, told, [f"Nothing is kept in {one_line(str(folder))} yet."])
    try:
        place = _Place(folder, getattr(options, "budget_gb", None))
        with closing(place.index):
            return _ASKS[options.ask](options, place)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"the cache cannot be used: {why}", where=str(folder)) from None


def _tell(options: Namespace, found: dict[str, Any], lines: list[str]) -> int:
    text = json.dumps(found, indent=2) + "\n" if options.json else "\n".join([*lines, ""])
    sys.stdout.write(text)
    return 0


def _ls(options: Namespace, place: _Place) -> int:
    entries = sorted(listed(place.index, place.signer), key=lambda one: -_time(one[0].used))
    # What uncached tasks gave last is kept for the sake of freshness, and is no result.
    entries = [(row, entry) for row, entry in entries if entry.values or not entry.remembered]
    found = [
        {
            "key": row.key.hex(), "task": entry.title, "seconds": entry.seconds, "bytes": entry.size,
            "files": [file.name for file in entry.files], "made": _time(row.made), "used": _time(row.used),
        }
        for row, entry in entries
    ]  # fmt: skip
    total = sum(entry.size for _, entry in entries)
    document = {"cache": str(place.folder), "bytes": total, "budget": place.budget, "entries": found}
    width = line_width()
    now = time.time()
    rows = [("task", "size", "took", "used"), *(_row(one, now) for one in found[:_SHOWN])]
    lines = columns(rows, right={1, 2}, width=width, shrink=0)
    more = [f"… and {counted(len(found) - _SHOWN, 'older result')}"] if len(found) > _SHOWN else []
    summary = (
        f"{counted(len(found), 'result')}, {size(total)} of {size(place.budget)}, in {one_line(str(place.folder))}"
    )
    return _tell(options, document, [*([styled(lines[0], "dim"), *lines[1:]] if found else []), *more, summary])


def _row(entry: dict[str, Any], now: float) -> tuple[str, ...]:
    seconds = now - entry["used"]
    used = f"{duration(seconds)} ago" if seconds >= 60 else "just now"
    title = clip(one_line(entry["task"]) or entry["key"][:12], _TITLE)
    return title, size(entry["bytes"]), duration(entry["seconds"]), used


def _time(when: object) -> float:
    return float(when) if isinstance(when, int | float) else 0.0


def _gc(options: Namespace, place: _Place) -> int:
    found = collect(place.index, place.values, place.named, place.signer, place.budget)
    lines = [
        f"Evicted {size(found.evicted_bytes)}; the budget is {size(place.budget)}.",
        f"Removed {counted(found.orphans, 'value')} and {counted(found.files, 'file')} that no result names.",
    ]
    if found.in_use:
        lines.append("A run uses the cache: the files of modules were left as they are.")
    return _tell(options, {"cache": str(place.folder), "budget": place.budget, **asdict(found)}, lines)


def _verify(options: Namespace, place: _Place) -> int:
    found: Verified = verify(place.index, place.values, place.named, place.signer)
    lines = [f"{counted(found.sound, 'result')} verified, {size(found.bytes)}."]
    lines += [f"{styled('✗', 'red')} {one_line(title)}: {one_line(why)}" for title, why in found.damaged]
    if found.damaged:
        lines.append(f"{counted(len(found.damaged), 'result')} set aside; computed again when needed.")
    document = {
        "cache": str(place.folder), "sound": found.sound, "bytes": found.bytes,
        "damaged": [{"task": title, "why": why} for title, why in found.damaged],
    }  # fmt: skip
    _tell(options, document, lines)
    return 1 if found.damaged else 0


def _clear(options: Namespace, place: _Place) -> int:
    count = sum(1 for _ in place.index.all())
    free = wipe(place.index, place.values, place.named)
    lines = [f"Removed {counted(count, 'result')} from {one_line(str(place.folder))}."]
    if not free:
        lines.append("A run uses the cache: the files of modules were left as they are.")
    return _tell(options, {"cache": str(place.folder), "removed": count, "in_use": not free}, lines)


_ASKS = {"ls": _ls, "gc": _gc, "verify": _verify, "clear": _clear}
