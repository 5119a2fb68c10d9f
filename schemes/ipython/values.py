"""Where the values of a run are: inline, in files that this machine reads, or with the engines that keep them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..hosting.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ...core.worker.call import ValueId

Slot = bytes | tuple[str, int] | int
"""How an engine gets a value: inline, from a container file, or from its own by the key that it gave it."""

ELSEWHERE = "moved:"
_Name = tuple[str, int]


@dataclass(slots=True, eq=False)
class Large:
    """A value that does not travel inline.

    ``path`` is the container file that this machine and all engines that share its files can read, empty if there is
    none; ``at`` says how single engines have it. The file is ``ours`` to remove.
    """

    size: int
    path: str = ""
    at: dict[str, Slot] = field(default_factory=dict)
    ours: bool = True


Held = bytes | Large


class Values:
    """How each value of the run can be had.

    What was made once on each of several engines has parts: the values ``(task, output, place)`` of all of them.
    """

    def __init__(self) -> None:
        self._held: dict[str, dict[_Name, Held]] = {}
        self._spread: dict[tuple[str, str], int] = {}
        self._files: dict[str, tuple[str, ...]] = {}

    def keep(self, task: str, given: Mapping[_Name, Any], engine: str) -> int:
        """Take note of what a call gave on an engine; return its size in bytes."""
        size = 0
        held: dict[_Name, Held] = {}
        for name, one in given.items():
            if type(one) is bytes:
                size += len(one)
                held[name] = one
                continue
            first, length = one
            size += length
            held[name] = Large(length, path=first) if type(first) is str else Large(length, at={engine: first})
        self._held[task] = held
        return size

    def note_files(self, task: str, names: tuple[str, ...]) -> None:
        """Take note of the files that the values of a task refer to, by their names in the store."""
        self._files[task] = names

    def files_of(self, values: Iterable[ValueId]) -> list[str]:
        """Return the files that these values refer to."""
        if not self._files:
            return []
        return list(dict.fromkeys(name for value in values for name in self._files.get(value[0], ())))

    def adopt(self, handed: tuple[str, int]) -> ValueId:
        """Take note of a file that another scheme wrote, and name the value in it."""
        path, size = handed
        name = f"{ELSEWHERE}{path}"
        self._held.setdefault(name, {("", -1): Large(size, path, ours=False)})
        return name, "", -1

    def gather(self, task: str, outputs: Iterable[str], copies: int, *, split: Iterable[str]) -> None:
        """Make one task of the copies that ran, ``task#0`` and so on: its outputs have the copies as their items."""
        held: dict[_Name, Held] = {}
        for output in outputs:
            if output not in split:
                self._spread[task, output] = copies
            for place in range(copies):
                held[output, place] = self._held[copy_of(task, place)][output, -1]
        self._files[task] = tuple(self.files_of([(copy_of(task, place), "", -1) for place in range(copies)]))
        for place in range(copies):
            self._held.pop(copy_of(task, place), None)
            self._files.pop(copy_of(task, place), None)
        self._held[task] = held

    def spread(self, value: ValueId) -> tuple[ValueId, ...] | None:
        """Return the parts of a value that was made on several engines; None for all others."""
        if not self._spread or value[2] >= 0:
            return None
        count = self._spread.get(value[:2])
        return None if count is None else tuple((*value[:2], place) for place in range(count))

    def where(self, value: ValueId) -> Held:
        """Return where a value is; KeyError if it is gone."""
        task, output, place = value
        return self._held[task][output, place]

    def has(self, value: ValueId) -> bool:
        """Say whether a value is here."""
        return value[1:] in self._held.get(value[0], ())

    def is_inline(self, value: ValueId) -> bool:
        """Say whether a value is here and travels inline."""
        held = self._held.get(value[0])
        return held is not None and type(held.get(value[1:])) is bytes

    def parts(self, value: ValueId) -> list[ValueId]:
        """Return the value, or its items if it is kept item by item; KeyError if it is not there."""
        return parts_of(value, self._held[value[0]])

    def lose(self, engine: str) -> dict[str, list[ValueId]]:
        """Forget what an engine had; return by task what is gone with it."""
        lost: dict[str, list[ValueId]] = {}
        for task, held in self._held.items():
            for name, one in list(held.items()):
                if type(one) is Large and one.at.pop(engine, None) is not None and not one.at and not one.path:
                    lost.setdefault(task, []).append((task, *name))
                    del held[name]
        return lost

    def forget(self, tasks: Iterable[str]) -> tuple[dict[str, list[int]], dict[str, list[str]]]:
        """Let go of the values of these tasks; return by engine the keys of what it keeps, and the files it has."""
        keys: dict[str, list[int]] = {}
        paths: dict[str, list[str]] = {}
        for task in tasks:
            self._files.pop(task, None)
            for (output, _), one in self._held.pop(task, {}).items():
                self._spread.pop((task, output), None)
                if type(one) is not Large:
                    continue
                for engine, slot in one.at.items():
                    if type(slot) is int:
                        keys.setdefault(engine, []).append(slot)
                    elif type(slot) is tuple:
                        paths.setdefault(engine, []).append(slot[0])
                if one.path:
                    paths.setdefault("", []).append(one.path)
                    if one.ours:
                        remove(one.path)
        return keys, paths

    def clear(self) -> None:
        """Forget everything."""
        self.forget(list(self._held))


def copy_of(task: str, place: int) -> str:
    """Return what the values of one copy of a task are kept under until all copies have ended."""
    return f"{task}\0{place}"


def remove(path: str) -> None:
    """Remove a file that may be gone."""
    with contextlib.suppress(OSError):
        Path(path).unlink(missing_ok=True)
