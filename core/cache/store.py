"""The cache: finds results of earlier runs, hands out their values once they are verified, and keeps new ones."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from .entries import Entry, Keeping, Key, NotInCacheError
from .eviction import Budget, tidy
from .held import Held
from .index import SET_ASIDE, Index, is_damage, reopened, set_index_aside
from .lease import Lease
from .named_files import NamedFiles
from .notes import opened_parts
from .sealing import opened_row
from .storing import Storing
from .value_files import ValueFiles
from .writer import Writer, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..worker.handing import Handed
    from .index import Row
    from .notes import Parts
    from .signing import Signer


USED_BATCH = 4096
"""So many entries are used before it is written down that they were, or the cache is closed."""

LEAST_ROOM = 10_000_000
"""Where fewer bytes are free, modules' files are kept with their run instead."""


def default_folder() -> Path:
    """Return the folder of the user's cache."""
    import platformdirs

    return Path(platformdirs.user_cache_path("treadle")) / "results"


class Cache:
    """The results in one folder, which any number of processes may use at once.

    ``look_up``, ``open`` and ``keep`` may be called from any thread. Nothing here raises because of the disk: what
    cannot be read is a miss, and where nothing can be written ``warn`` is told once. ``budget_gb`` is how much is
    kept; by default 20 GB, or a tenth of the disk if that is less.
    """

    def __init__(
        self,
        folder: Path,
        signer: Signer,
        *,
        budget_gb: float | None = None,
        warn: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.folder = folder.absolute()
        self.values = ValueFiles(self.folder, signer)
        self.named = NamedFiles(self.folder)
        self._signer = signer
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._refused: set[Key] = set()
        self._used: set[Key] = set()
        self._budget = Budget(self.folder, budget_gb)
        self._storing = Storing(self.folder, self.values, self.named, signer, self._budget, self._refused, warn)
        self._lease: Lease | None = None
        self._held = Held(self.folder)
        self._writer = Writer(self._storing.write, warn, str(self.folder))
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._index = Index(self.folder, write=False)
        except (OSError, sqlite3.Error) as error:
            self._writer.failed = True
            warn(f"{self.folder}: the cache cannot be used ({told(error)}); the run goes on without it")
        with contextlib.suppress(OSError):
            self._lease = Lease(self.folder)

    @property
    def files(self) -> Path:
        """The folder where workers keep the files that modules return."""
        return self.named.folder

    @property
    def takes_files(self) -> bool:
        """Whether there is a place for such files: not where the disk is only to be read, or as good as full."""
        try:
            disk = os.statvfs(self.folder)
        except OSError:
            return False
        roomy = disk.f_bavail * disk.f_frsize > LEAST_ROOM
        return roomy and not self._writer.failed and os.access(self.folder, os.W_OK)

    # Finding

    def look_up(self, keys: Sequence[Key]) -> dict[Key, Entry]:
        """Return the entries of those keys that have one which verifies; no value is read."""
        found: dict[Key, Entry] = {}
        for row in self._rows(list(dict.fromkeys(keys))):
            entry = opened_row(row, self._signer)
            if entry is None:
                self._set_row_aside(row)
            elif row.key in self._refused:
                continue
            elif not (self._is_there(entry) and all(map(self.named.is_sound, entry.files))):
                self._forget(row.key, entry)
            else:
                found[row.key] = entry
        self._note_use(found)
        return found

    def peek(self, keys: Sequence[Key]) -> dict[Key, Entry] | None:
        """Return the entries of all these keys as ``look_up`` does, if that takes no time; else None.

        It takes time where one is not there, where others write, and where files have to be looked at.
        """
        with self._lock:
            if self._index is None or not self._index.reads_at_once:
                return None
        entries = {row.key: entry for row in self._rows(list(keys)) if (entry := opened_row(row, self._signer))}
        if len(entries) < len(set(keys)) or self._refused:
            return None
        if any(entry.files or entry.value_files for entry in entries.values()):
            return None
        self._note_use(entries)
        return entries

    def _is_there(self, entry: Entry) -> bool:
        """Say whether the files of an entry look as they were written; those that do not are set aside."""
        spoilt = [file for file in entry.value_files if not self.values.is_there(file)]
        for file in spoilt:
            self.values.set_aside(file.name)
        return not spoilt

    def verifies(self, entry: Entry) -> bool:
        """Say whether all values of an entry can be read; else it is taken out. This takes the time to read them."""
        for file in entry.value_files:
            try:
                self.values.check(file)
            except NotInCacheError:
                self.values.set_aside(file.name)
                self._forget(entry.key, entry)
                return False
        return True

    def _note_use(self, keys: Iterable[Key]) -> None:
        # In large batches: to wake the writer for each would cost more than the looking up.
        self._used.update(keys)
        if len(self._used) >= USED_BATCH:
            used, self._used = self._used, set()
            self._writer.used(used)

    def open(self, entry: Entry, output: str, place: int) -> Handed:
        """Return a value as it is handed to a worker, verified; NotInCacheError if it must be computed again."""
        stored = entry.by_place.get((output, place))
        if stored is None:
            raise NotInCacheError(f"the entry has no value of {output!r} at {place}")
        if stored.data is not None:
            return stored.data
        file = entry.value_files[stored.file]
        try:
            if stored.size:
                return self.values.read(file, stored.start, stored.size)
            return str(self._held.hold(self.values.check(file))), file.size
        except NotInCacheError:
            self.values.set_aside(file.name)
            self._forget(entry.key, entry)
            raise

    def _rows(self, keys: list[Key]) -> list[Row]:
        with self._lock:
            if self._index is None or not keys:
                return []
            try:
                if not self._index.in_place:
                    self._index = reopened(self._index, write=False)
                return self._index.rows(keys)
            except (sqlite3.Error, OSError) as error:
                self._recover(error)
                return []

    def _recover(self, error: Exception) -> None:
        """Begin a new index in place of one that turns out to be damaged."""
        if not is_damage(error):
            return
        index, self._index = self._index, None
        with contextlib.suppress(OSError, sqlite3.Error):
            if index is not None:
                index.close()
            set_index_aside(self.folder)
            self._index = Index(self.folder, write=False)

    def _set_row_aside(self, row: Row) -> None:
        with contextlib.suppress(OSError):
            aside = self.folder / SET_ASIDE
            aside.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(aside / f"{uuid.uuid4().hex}.row", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(repr(row).encode())
        self._forget(row.key, None)

    def _forget(self, key: Key, entry: Entry | None) -> None:
        """Take an entry out, so that it can be kept anew."""
        with self._lock:
            try:
                if self._index is not None:
                    self._index.remove([key])
            except (sqlite3.Error, OSError):
                # It cannot be taken out: it is passed over from now on.
                self._refused.add(key)
        if entry is not None:
            self.values.remove(file.name for file in entry.value_files)

    # Notes

    def note(self, pipeline: str, parts: Mapping[str, Parts]) -> None:
        """Order to remember of what the last keys of some nodes of a pipeline were made."""
        self._writer.note(pipeline, parts)

    def noted(self, pipeline: str) -> dict[str, Parts]:
        """Return what was remembered of the nodes of a pipeline."""
        with self._lock:
            try:
                rows = self._index.notes(pipeline) if self._index is not None else []
            except (sqlite3.Error, OSError):
                rows = []
        opened = ((row[0], opened_parts(pipeline, *row, self._signer)) for row in rows)
        return {node: parts for node, parts in opened if parts is not None}

    # Keeping

    def keep(self, key: Key, keeping: Keeping, done: Callable[[], None] = lambda: None) -> None:
        """Order a result to be kept, and return at once.

        ``done`` is called, in some thread, when the values are not needed any more: they are kept, or never will be.
        """
        self._writer.keep(key, keeping, done)

    def give_up(self, why: str) -> None:
        """Keep nothing more; that is told once."""
        self._writer.give_up(why)

    def flush(self, deadline: float) -> bool:
        """Wait until all is written that was ordered; False if ``deadline`` seconds were too short."""
        used, self._used = self._used, set()
        self._writer.used(used)
        return self._writer.flush(deadline)

    def close(self, deadline: float) -> bool:
        """Write what was ordered, and end; False if ``deadline`` seconds were too short for all."""
        self._writer.used(self._used)
        finished = self._writer.close(deadline)
        with self._lock:
            if self._index is not None:
                self._index.close()
            self._index = None
            self._storing.close()
        self._held.close()
        if self._lease is not None:
            self._lease.end()
        if finished and not self._writer.failed:
            with contextlib.suppress(OSError, sqlite3.Error):
                tidy(self.folder, self.values, self.named, self._signer, self._budget.bytes)
        return finished
