"""What the cache keeps of one task: the facts that the scheduler needs, and where each value lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..worker.handing import Handed

Key = bytes
"""What an entry is found by; equal for equal work."""

ValuePlace = tuple[str, int]
"""An output and the place of an item in it, -1 for the whole."""


class NotInCacheError(Exception):
    """A value is not there any more, or does not verify: it must be computed again. The text says why."""


@dataclass(frozen=True, slots=True)
class Held:
    """An open file that holds a large value: it can be read even when its run has removed it meanwhile."""

    descriptor: int
    size: int


@dataclass(frozen=True, slots=True)
class Keeping:
    """A result to be kept: its values as they are handed on, and what ``Result`` says of them.

    ``title`` is what a person calls the task, ``seconds`` how long it took. What takes longer to store than to
    compute is kept only if ``forced``. If it ``replaces``, it is kept in place of what is there.
    """

    values: Mapping[ValuePlace, Handed | Held]
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    previews: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    digests: Mapping[ValuePlace, bytes] = field(default_factory=dict)
    seconds: float = 0.0
    title: str = ""
    forced: bool = False
    replaces: bool = False


class ValueFile(Struct, frozen=True, array_like=True, gc=False):
    """A file of the cache that holds one large value, or several small ones; ``mac`` signs all of it."""

    name: str
    size: int
    mac: bytes


class Stored(Struct, frozen=True, array_like=True, gc=False):
    """Where a value lies: here as ``data``, or in the file of this number.

    A value in a file of its own has no ``size``, one among others ``size`` bytes from ``start``.
    """

    output: str
    place: int
    data: bytes | None
    file: int = -1
    start: int = 0
    size: int = 0


class NamedFile(Struct, frozen=True, array_like=True, gc=False):
    """A file that a value refers to, as ``Result.files`` names it, and what changes when it changes.

    ``size`` is how many bytes it takes in the cache: none, if it lies elsewhere.
    """

    name: str
    stamp: bytes
    size: int = 0


class Entry(Struct, frozen=True, array_like=True, dict=True):
    """A kept result, verified; its values are had by ``Cache.open``.

    One that is ``remembered`` only tells what a task gave that is executed in each run.
    """

    title: str
    seconds: float
    items: dict[str, tuple[str, ...]]
    flags: dict[str, bool]
    absent: dict[str, str]
    previews: dict[str, dict[str, Any]]
    values: tuple[Stored, ...]
    value_files: tuple[ValueFile, ...]
    files: tuple[NamedFile, ...]
    digest_list: tuple[tuple[str, int, bytes], ...]
    key: Key
    remembered: bool = False

    @cached_property
    def by_place(self) -> dict[ValuePlace, Stored]:
        """The values by output and place."""
        return {(value.output, value.place): value for value in self.values}

    @property
    def digests(self) -> dict[ValuePlace, bytes]:
        """The digests of the values, where they were asked for."""
        return {(output, place): digest for output, place, digest in self.digest_list}

    @property
    def size(self) -> int:
        """The bytes that the values take, and the files that they refer to."""
        inline = sum(len(value.data) for value in self.values if value.data is not None)
        return inline + sum(file.size for file in self.value_files) + sum(file.size for file in self.files)


_encoder = msgspec.msgpack.Encoder(enc_hook=str)
_decoder = msgspec.msgpack.Decoder(Entry)
_ESCAPED = b"\xc1"
"""Begins an entry whose texts are escaped; no MessagePack begins so."""


def encoded(entry: Entry) -> bytes:
    """Return an entry as bytes; ValueError or OverflowError if a label or a preview has no such form."""
    try:
        return _encoder.encode(entry)
    except UnicodeEncodeError:
        # A file has a name that is not UTF-8, of which Python makes surrogates.
        plain = msgspec.to_builtins(entry, builtin_types=(bytes,), enc_hook=str)
        return _ESCAPED + _encoder.encode(_each_text(plain, _escaped))


def decoded(data: bytes) -> Entry:
    """Return an entry whose signature was checked; ValueError if it is of another version."""
    try:
        if not data.startswith(_ESCAPED):
            return _decoder.decode(data)
        plain = msgspec.msgpack.decode(data[len(_ESCAPED) :])
        return msgspec.convert(_each_text(plain, _unescaped), Entry)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case list() | tuple():
            return [_each_text(item, change) for item in value]
        case dict():
            return {_each_text(key, change): _each_text(item, change) for key, item in value.items()}
    return value


def _escaped(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def _unescaped(text: str) -> str:
    return text.encode("ascii").decode("unicode_escape")
