"""Checks all that is kept, as it would be checked before it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .entries import NotInCacheError
from .sealing import opened_row

if TYPE_CHECKING:
    from .entries import Entry
    from .index import Index
    from .named_files import NamedFiles
    from .signing import Signer
    from .value_files import ValueFiles


class Verified(NamedTuple):
    """How many results are as they were kept, their bytes, and those that are not, with the reason."""

    sound: int
    bytes: int
    damaged: list[tuple[str, str]]


def verify(index: Index, values: ValueFiles, named: NamedFiles, signer: Signer) -> Verified:
    """Check all entries with their values and files; set aside those that do not verify."""
    sound, size = 0, 0
    damaged: list[tuple[str, str]] = []
    for row in list(index.all()):
        entry = opened_row(row, signer)
        why = "its signature is wrong" if entry is None else _fault(entry, values, named)
        if entry is not None and not why:
            sound, size = sound + 1, size + entry.size
            continue
        index.remove([row.key])
        damaged.append((entry.title if entry is not None else "an entry", why))
        if entry is not None:
            values.remove(file.name for file in entry.value_files)
    return Verified(sound, size, damaged)


def _fault(entry: Entry, values: ValueFiles, named: NamedFiles) -> str:
    for file in entry.value_files:
        try:
            values.check(file)
        except NotInCacheError as error:
            values.set_aside(file.name)
            return str(error)
    changed = next((file.name for file in entry.files if not named.is_sound(file)), "")
    return f"the file {changed} is gone or changed" if changed else ""
