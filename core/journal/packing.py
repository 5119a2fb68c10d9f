"""Packs what was heard of many tasks into few bytes, with hardly any work for each task, and unpacks it again."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from enum import Enum
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from ..run.previews import Packed
from .bulk import storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..run.records import Missing, TaskRecord
    from ..worker.failures import Cause

Copied = tuple[Any, ...]
"""The fields of a record at one moment, in the order of ``copied``."""

copied: Callable[[TaskRecord], Copied] = attrgetter(
    "id", "state", "scheme", "reason", "worker", "host", "pid", "attempts", "dispatched", "began", "ended", "seconds",
    "cpu_seconds", "peak_memory", "bytes_in", "bytes_out", "cause", "missing", "previews",
)  # fmt: skip

CAUSE, MISSING = 16, 17
"""The places of causes in ``Copied``; packed, they are numbers: a traceback is long, and many tasks share one."""

MAX_ROWS = 2000
"""How many rows are packed at once: so long no other thread has its turn."""

_made = attrgetter("id", "node", "labels")
_cause, _missing = itemgetter(CAUSE), itemgetter(MISSING)
_MAX_MISSING = 10_000
_MAX_NESTING = 50
_REFUSED = (UnicodeEncodeError, TypeError, ValueError, RecursionError, OverflowError)


def packed_nodes(nodes: Sequence[object]) -> Iterator[bytes]:
    """Pack what is known of the nodes before the run."""
    return map(pack, _parts(nodes))


def packed_made(records: Sequence[TaskRecord]) -> Iterator[bytes]:
    """Pack who the tasks are that were made."""
    return (pack([*map(_made, part)]) for part in _parts(records))


def packed_standings(standings: Sequence[Copied]) -> Iterator[bytes]:
    """Pack how tasks stand, or stood, one after the other."""
    return (pack(_with_shared_causes(part)) for part in _parts(standings))


def pack(content: Sequence[Any]) -> bytes:
    """Return a sequence as few bytes; what no file can hold, such as halves of characters, as text near to it."""
    try:
        encoded = _encode(content)
    except _REFUSED:
        encoded = _encode([_plain(row) for row in content])
    # Rows are much alike: this makes an eighth of them, faster than a disk takes them.
    return zlib.compress(encoded, 1)


def unpack(content: bytes) -> Any:
    """Return what was packed, as plain lists and mappings; ValueError if it is damaged."""
    try:
        return msgspec.msgpack.decode(zlib.decompress(content))
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + MAX_ROWS] for start in range(0, len(rows), MAX_ROWS))


def _with_shared_causes(rows: Sequence[Copied]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return rows in which causes are numbers, those of missing items too, and the causes."""
    if not any(map(_cause, rows)) and not any(map(_missing, rows)):
        return rows, ()
    numbers: dict[Cause, int] = {}

    def number(cause: Cause | None) -> int | None:
        return None if cause is None else numbers.setdefault(cause, len(numbers))

    told = [
        (*row[:CAUSE], number(row[CAUSE]), _items(row[MISSING], number), *row[MISSING + 1 :])
        if row[CAUSE] or row[MISSING]
        else row
        for row in rows
    ]
    return told, list(numbers)


def _items(missing: Sequence[Missing], number: Callable[[Cause], int | None]) -> list[tuple[Any, ...]]:
    return [(item.labels, number(item.cause)) for item in missing[:_MAX_MISSING]]


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a value as bytes can hold it: this takes long, and is for the few that cannot be packed as they are."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return storable(value)
    if depth > _MAX_NESTING:
        return storable(_shown(value))
    if isinstance(value, Mapping):
        return {storable(_shown(key)): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, depth + 1) for item in value]
    try:
        return _plain(msgspec.to_builtins(value), depth + 1)
    except _REFUSED:
        return storable(_shown(value))


def _shown(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a strange object must not end the journal
        return type(value).__name__


def _as_data(value: Any) -> Any:
    if type(value) is Packed:
        return msgspec.Raw(value.data)
    return dict(value) if isinstance(value, Mapping) else _shown(value)


_encode = msgspec.msgpack.Encoder(enc_hook=_as_data).encode
