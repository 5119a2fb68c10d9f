"""Where the values of a run are, as their owner knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...core.worker.handing import Handed, discard
from ..hosting.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...core.worker.call import ValueId
    from ..hosting.keeping import Given, Slot


class Kept(NamedTuple):
    """A value that a worker keeps to itself until somebody else needs it."""

    worker: int
    key: int
    size: int


Where = Handed | Kept
Name = tuple[str, int]
"""A value of a task: the output, and the item's place."""

Held = tuple[Name, Where] | dict[Name, Where]
"""The values of one task. Most have one: a dictionary for each would be a tenth of what a large run keeps."""


class Values:
    """How each value can be had."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._kept: dict[int, dict[int, ValueId]] = {}
        self._names: dict[Name, Name] = {}

    def keep(self, task: str, values: dict[Name, Given], worker: int) -> int:
        """Take note of what a call gave, and return how many bytes that is."""
        size = 0
        held: dict[Name, Where] = {}
        for name, given in values.items():
            # Each name comes anew from the worker; ten thousand times the same would be most of what a task takes.
            name = self._names.setdefault(name, name)  # noqa: PLW2901
            where: Where = given  # type: ignore[assignment]
            if type(given) is bytes:
                size += len(given)
            else:
                size += given[1]
                if type(given[0]) is int:
                    where = Kept(worker, *given)
                    self._kept.setdefault(worker, {})[given[0]] = (task, *name)
            held[name] = where
        self._held[task] = held.popitem() if len(held) == 1 else held
        return size

    def where(self, value: ValueId) -> Where:
        """Return where a value is; KeyError if it is gone."""
        task, output, place = value
        held = self._held[task]
        if isinstance(held, dict):
            return held[output, place]
        if held[0] != (output, place):
            raise KeyError(value)
        return held[1]

    def has(self, value: ValueId) -> bool:
        """Say whether a value is here."""
        try:
            self.where(value)
        except KeyError:
            return False
        return True

    def _of(self, task: str) -> Mapping[Name, Where]:
        held = self._held[task]
        return held if isinstance(held, dict) else {held[0]: held[1]}

    def slot(self, value: ValueId, worker: int) -> tuple[Slot, int]:
        """Return how this worker gets a value, and how many bytes it reads from elsewhere; KeyError if it is gone."""
        found = self.where(value)
        if type(found) is bytes:
            return found, len(found)
        if type(found) is Kept:
            assert found.worker == worker, f"{value} is not with worker {worker}"
            return found.key, 0
        return found, found[1]  # type: ignore[return-value]

    def homes(self, values: Iterable[ValueId]) -> dict[int, list[Kept]] | None:
        """Return which of these values only the worker that made them can read; KeyError if one is gone."""
        found: dict[int, list[Kept]] | None = None
        for value in values:
            where = self.where(value)
            if type(where) is Kept:
                found = {} if found is None else found
                found.setdefault(where.worker, []).append(where)
        return found

    def written(self, worker: int, key: int, handed: Handed) -> ValueId | None:
        """Take note that every process can read a value now; None if it was released meanwhile, and is gone."""
        value = self._kept.get(worker, {}).pop(key, None)
        if value is None:
            discard(handed)
            return None
        task, output, place = value
        self._held[task] = {**self._of(task), (output, place): handed}
        return value

    def unwritten(self, worker: int) -> dict[int, ValueId]:
        """Return the values that only this worker has, by key."""
        return self._kept.get(worker, {})

    def lose(self, worker: int) -> dict[str, list[ValueId]]:
        """Forget what only this worker had; return it by task."""
        lost: dict[str, list[ValueId]] = {}
        for value in self._kept.pop(worker, {}).values():
            task, output, place = value
            lost.setdefault(task, []).append(value)
            self._held[task] = {name: where for name, where in self._of(task).items() if name != (output, place)}
        return lost

    def parts(self, value: ValueId) -> list[tuple[ValueId, Where]]:
        """Return the value, or its items if it is kept item by item, and where each is; KeyError if it is not there."""
        try:
            return [(value, self.where(value))]
        except KeyError:
            return [(part, self.where(part)) for part in parts_of(value, self._of(value[0]))]

    def forget(self, tasks: Iterable[str]) -> tuple[list[str], dict[int, list[int]]]:
        """Let go of the values of these tasks; return the files they were in, now gone, and by worker what it keeps."""
        paths: list[str] = []
        keys: dict[int, list[int]] = {}
        for task in tasks:
            held = self._of(task) if task in self._held else {}
            self._held.pop(task, None)
            for where in held.values():
                if isinstance(where, Kept):
                    self._kept[where.worker].pop(where.key, None)
                    keys.setdefault(where.worker, []).append(where.key)
                elif not isinstance(where, bytes):
                    paths.append(where[0])
                    discard(where)
        return paths, keys

    def clear(self) -> None:
        """Forget everything."""
        self.forget(list(self._held))
