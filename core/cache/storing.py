"""Stores batches of results and notes, each whole or not at all."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

from .index import Index, is_damage, reopened, set_index_aside
from .named_files import ChangedFileError
from .notes import sealed_parts
from .sealing import row_of, seal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .entries import Entry, Keeping, Key
    from .eviction import Budget
    from .named_files import NamedFiles
    from .signing import Signer
    from .value_files import ValueFiles
    from .writer import Notes


class Storing:
    """The writing side of a cache, with a connection to the index of its own. Used by one thread at a time.

    Keys that are stored anew leave ``refused``. ``warn`` is told of what is not kept because a module spoilt it.
    """

    def __init__(
        self,
        folder: Path,
        values: ValueFiles,
        named: NamedFiles,
        signer: Signer,
        budget: Budget,
        refused: set[Key],
        warn: Callable[[str], None],
    ) -> None:
        self._folder, self._values, self._named = folder, values, named
        self._signer, self._budget, self._refused = signer, budget, refused
        self._warn: Callable[[str], None] | None = warn
        self._index: Index | None = None

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.close()
        self._index = None

    def write(self, keeps: list[tuple[Key, Keeping]], used: set[Key], notes: Notes) -> None:
        """Store a batch. What is lost with a damaged index is lost."""
        try:
            index = self._open_index()
            if used:
                index.touch(used, time.time())
            self._store(index, keeps)
            if notes:
                index.note((*place, *sealed_parts(*place, parts, self._signer)) for place, parts in notes.items())
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            damaged, self._index = self._index, None
            if damaged is not None:
                damaged.close()
            set_index_aside(self._folder)

    def _open_index(self) -> Index:
        if self._index is None:
            self._index = Index(self._folder)
        elif not self._index.in_place:
            self._index = reopened(self._index)
        return self._index

    def _store(self, index: Index, keeps: list[tuple[Key, Keeping]]) -> None:
        made: dict[Key, Entry] = {}
        try:
            replaced = [key for key, keeping in keeps if keeping.replaces]
            if replaced:
                index.remove(replaced)
            for key, keeping in reversed(keeps) if replaced else keeps:
                if key not in made and not index.has(key) and (entry := self._sealed(key, keeping)):
                    made[key] = entry
            self._add(index, made)
        except BaseException:
            for entry in made.values():
                self._values.remove(file.name for file in entry.value_files)
            raise
        self._budget.spend(sum(entry.size for entry in made.values()), index, self._values, self._signer)

    def _sealed(self, key: Key, keeping: Keeping) -> Entry | None:
        try:
            return seal(key, keeping, self._values, self._named)
        except FileNotFoundError:
            # The run that made the value has let it go.
            return None
        except ChangedFileError as error:
            warn, self._warn = self._warn, None
            if warn is not None:
                # One is enough: where one module does this, it does so for each item.
                warn(f"{error}; such results are not kept")
            return None

    def _add(self, index: Index, made: dict[Key, Entry]) -> None:
        rows = {}
        for key, entry in made.items():
            try:
                rows[key] = row_of(entry, self._signer, time.time())
            except ValueError:
                self._values.remove(file.name for file in entry.value_files)
        if not rows:
            return
        # Another process may have kept the same meanwhile: the first stays.
        for key in index.add(rows.values()):
            self._values.remove(file.name for file in made[key].value_files)
        self._refused.difference_update(rows)
