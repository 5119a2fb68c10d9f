"""Makes results into signed rows of the index and back; nothing is decoded before its signature is checked."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import TYPE_CHECKING

from .entries import Entry, Held, Key, Stored, ValueFile, decoded, encoded
from .index import Row

if TYPE_CHECKING:
    from .entries import Keeping
    from .named_files import NamedFiles
    from .signing import Signer
    from .value_files import ValueFiles

INLINE_IN_ALL = 64 * 1024
"""The small values of an entry stand in its row, up to so many bytes in all; the others share a file."""

_PURPOSE = b"treadle cache entry 1"


def seal(key: Key, keeping: Keeping, values: ValueFiles, named: NamedFiles) -> Entry:
    """Store the values of a result and return its entry; OSError, with nothing left behind, if they cannot be."""
    files: list[ValueFile] = []
    try:
        stored = _stored(keeping, values, files)
        return Entry(
            title=keeping.title,
            seconds=keeping.seconds,
            items=dict(keeping.items),
            flags=dict(keeping.flags),
            absent=dict(keeping.absent),
            previews={port: dict(one) for port, one in keeping.previews.items()},
            values=tuple(stored),
            value_files=tuple(files),
            files=tuple(map(named.named, keeping.files)),
            digest_list=tuple((*place, digest) for place, digest in keeping.digests.items()),
            key=key,
            remembered=keeping.replaces,
        )
    except BaseException:
        values.remove(file.name for file in files)
        raise


def _stored(keeping: Keeping, values: ValueFiles, files: list[ValueFile]) -> list[Stored]:
    """Store the values; each file is added to ``files`` as it is made."""
    found: list[Stored] = []
    shared: list[tuple[str, int, bytes]] = []
    room = INLINE_IN_ALL
    for (output, place), handed in keeping.values.items():
        if not isinstance(handed, bytes):
            files.append(values.copy(handed.descriptor if isinstance(handed, Held) else Path(handed[0])))
            found.append(Stored(output, place, None, len(files) - 1))
        elif len(handed) <= room:
            room -= len(handed)
            found.append(Stored(output, place, handed))
        else:
            shared.append((output, place, handed))
    if shared:
        start = 0
        files.append(values.write(data for _, _, data in shared))
        for output, place, data in shared:
            found.append(Stored(output, place, None, len(files) - 1, start, len(data)))
            start += len(data)
    return found


def row_of(entry: Entry, signer: Signer, now: float) -> Row:
    """Return an entry as a row; ValueError if a label or a preview cannot be written."""
    try:
        facts = encoded(entry)
    except (TypeError, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error
    size = len(facts) + sum(file.size for file in entry.value_files) + sum(file.size for file in entry.files)
    return Row(entry.key, facts, signer.sign(_PURPOSE, entry.key, facts), size, now, now)


def opened_row(row: Row, signer: Signer) -> Entry | None:
    """Return the entry of a row, None if it does not verify."""
    if not all(type(part) is bytes for part in row[:3]):
        return None
    if not hmac.compare_digest(signer.sign(_PURPOSE, row.key, row.facts), row.mac):
        return None
    try:
        entry = decoded(row.facts)
    except ValueError:
        # Made by another version of Treadle.
        return None
    return entry if entry.key == row.key else None
