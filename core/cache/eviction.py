"""Keeps the cache within its budget, and removes what nothing leads to any more."""

from __future__ import annotations

import contextlib
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .index import SET_ASIDE, Index
from .lease import alone
from .sealing import opened_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .entries import Entry
    from .index import Row
    from .named_files import NamedFiles
    from .signing import Signer
    from .value_files import ValueFiles

GB = 1_000_000_000
MOST_GB = 20.0
SHARE_OF_DISK = 0.1
DAY = 86_400.0
ORPHAN_SECONDS = 3600.0
SET_ASIDE_DAYS = 7
_RECOUNT = 64
_FREED = 0.9
_MARK = "collected"


class Budget:
    """How many bytes a cache may take; ``spend`` evicts what was not used for longest when it is exceeded."""

    def __init__(self, folder: Path, gb: float | None) -> None:
        self._folder = folder
        self._given = gb
        self._taken = -1
        self._spent = 0

    @property
    def bytes(self) -> int:
        """The budget."""
        if self._given is not None:
            return int(self._given * GB)
        return int(min(MOST_GB * GB, SHARE_OF_DISK * shutil.disk_usage(self._folder).total))

    def spend(self, size: int, index: Index, values: ValueFiles, signer: Signer) -> None:
        """Take note of what was added, and evict if it is too much."""
        self._spent += 1
        if self._taken < 0 or self._spent % _RECOUNT == 0:
            # Other processes add and evict as well.
            self._taken = index.total()
        else:
            self._taken += size
        if self._taken > self.bytes:
            evict(index, values, signer, self.bytes)
            self._taken = index.total()


class Evicted(NamedTuple):
    """How many bytes were given up, and the files that the entries named: those stay until ``collect``."""

    bytes: int
    files: set[str]


def evict(index: Index, values: ValueFiles, signer: Signer, budget: int) -> Evicted:
    """Remove the entries that were not used for longest until a tenth of the budget is free."""
    left = index.total()
    freed, goal = 0, left - int(budget * _FREED)
    files: set[str] = set()
    while left > budget and freed < goal:
        rows = _enough(index.by_use(200), goal - freed)
        if not rows:
            break
        freed += sum(_size(row) for row in rows)
        files |= _drop(index, values, signer, rows)
    return Evicted(freed, files)


def _enough(rows: list[Row], wanted: int) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if wanted <= 0:
            break
        found.append(row)
        wanted -= _size(row)
    return found


def _size(row: Row) -> int:
    try:
        return max(int(row.size), 0)
    except (TypeError, ValueError):
        # It is not signed, and may be anything.
        return 0


def _drop(index: Index, values: ValueFiles, signer: Signer, rows: list[Row]) -> set[str]:
    files: set[str] = set()
    # First the rows: whoever finds one finds its files too, or computes again.
    index.remove(row.key for row in rows)
    for row in rows:
        entry = opened_row(row, signer)
        if entry is not None:
            values.remove(file.name for file in entry.value_files)
            files.update(file.name for file in entry.files)
    return files


@dataclass(frozen=True, slots=True)
class Collected:
    """What ``collect`` removed; files only where no run used the cache, else it is ``in_use``."""

    evicted_bytes: int
    orphans: int
    files: int
    in_use: bool


def collect(index: Index, values: ValueFiles, named: NamedFiles, signer: Signer, budget: int) -> Collected:
    """Evict down to the budget; remove values, files and leftovers that no entry names and nobody is using."""
    now = time.time()
    evicted = evict(index, values, signer, budget)
    # What is listed before the entries are read, and is old, belongs to one of them or to nobody.
    old = [name for name, _ in values.names(now - ORPHAN_SECONDS)]
    entries = [entry for row in index.all() if (entry := opened_row(row, signer))]
    known = {file.name for entry in entries for file in entry.value_files}
    orphans = [name for name in old if name not in known]
    values.remove(orphans)
    used = {file.name for entry in entries for file in entry.files}
    with alone(named.folder.parent) as free:
        unused = list(named.unused(used, now - DAY, evicted.files)) if free else []
    for place in unused:
        shutil.rmtree(place, ignore_errors=True)
    _forget_set_aside(named.folder.parent / SET_ASIDE, now - SET_ASIDE_DAYS * DAY)
    index.compact()
    return Collected(evicted.bytes, len(orphans), len(unused), not free)


def tidy(folder: Path, values: ValueFiles, named: NamedFiles, signer: Signer, budget: int) -> None:
    """Collect if nobody has for a day: a cache would grow for ever. OSError or sqlite3.Error if that fails."""
    mark = folder / _MARK
    new = not mark.exists()
    if not new and time.time() - mark.stat().st_mtime < DAY:
        return
    mark.touch(mode=0o600)
    if not new:
        with contextlib.closing(Index(folder)) as index:
            collect(index, values, named, signer, budget)


def _forget_set_aside(folder: Path, older_than: float) -> None:
    with contextlib.suppress(FileNotFoundError):
        for entry in folder.iterdir():
            with contextlib.suppress(OSError):
                if entry.lstat().st_ctime < older_than:
                    shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def listed(index: Index, signer: Signer) -> Iterator[tuple[Row, Entry]]:
    """Go through the entries that verify."""
    for row in index.all():
        entry = opened_row(row, signer)
        if entry is not None:
            yield row, entry


def wipe(index: Index, values: ValueFiles, named: NamedFiles) -> bool:
    """Remove all entries with all their values and files; False if files stay because a run uses them."""
    index.clear()
    shutil.rmtree(values.folder, ignore_errors=True)
    shutil.rmtree(named.folder.parent / SET_ASIDE, ignore_errors=True)
    with alone(named.folder.parent) as free:
        if free:
            shutil.rmtree(named.folder, ignore_errors=True)
    index.compact()
    return free
