"""The previews of a task's outputs, kept packed: most are never looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import msgpack

Previews = Mapping[str, Mapping[str, Any]]

_encode = msgpack.Encoder().encode


class Packed(Mapping[str, Mapping[str, Any]]):
    """Previews in a sixth of the memory that their dictionaries take; unpacked at each look."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def _unpacked(self) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = msgpack.decode(self._data)
        return found

    def __getitem__(self, output: str) -> Mapping[str, Any]:
        return self._unpacked()[output]

    def __iter__(self) -> Iterator[str]:
        return iter(self._unpacked())

    def __len__(self) -> int:
        return len(self._unpacked())

    def __repr__(self) -> str:
        return repr(self._unpacked())


def packed(previews: Previews) -> Previews:
    """Return equal previews that take less memory; the same ones if they hold what cannot be packed."""
    try:
        return Packed(_encode(previews)) if previews else previews
    except (TypeError, ValueError, OverflowError):
        return previews
