"""The previews of a task's outputs, kept packed: most are never looked at; their pictures within a budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import msgpack

Previews = Mapping[str, Mapping[str, Any]]

PICTURES_OF_A_NODE = 100
BYTES_OF_A_RUN = 32 * 2**20
"""So much of pictures is kept of a run, whatever the number of its tasks; the first ones are."""

_PICTURE = "picture"
_encode = msgpack.Encoder().encode


class Packed(Mapping[str, Mapping[str, Any]]):
    """Previews in a sixth of the memory that their dictionaries take: ``data`` as msgpack, unpacked at each look."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def _unpacked(self) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = msgpack.decode(self.data)
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


class Pictures:
    """Counts the pictures of a run, and leaves out those that are too many."""

    def __init__(self) -> None:
        self._of_node: Counter[str] = Counter()
        self._bytes = 0

    def within(self, node: str, previews: Previews) -> Previews:
        """Return the previews of a task of a node, without pictures that there is no room for."""
        pictures = [one[_PICTURE] for one in previews.values() if _PICTURE in one]
        if not pictures:
            return previews
        size = sum(map(len, pictures))
        if self._of_node[node] < PICTURES_OF_A_NODE and self._bytes + size <= BYTES_OF_A_RUN:
            self._of_node[node] += 1
            self._bytes += size
            return previews
        return {
            output: {name: fact for name, fact in one.items() if name != _PICTURE} for output, one in previews.items()
        }
