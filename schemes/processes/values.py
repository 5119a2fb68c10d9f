"""Where the values of a run are, as their owner knows it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker.handing import Handed, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...core.worker.call import ValueId


class Values:
    """How each value can be had, and which worker made it."""

    def __init__(self) -> None:
        self._handed: dict[str, Mapping[tuple[str, int], Handed]] = {}
        self._makers: dict[str, int] = {}

    def keep(self, task: str, values: Mapping[tuple[str, int], Handed], maker: int) -> None:
        """Take note of what a call gave."""
        self._handed[task] = values
        self._makers[task] = maker

    def handed(self, value: ValueId) -> Handed:
        """Return how a value can be had; KeyError if it is not there."""
        task, output, place = value
        return self._handed[task][output, place]

    def home(self, values: Iterable[ValueId]) -> int:
        """Return the worker that made the largest of these values; -1 if none is large."""
        largest, home = 0, -1
        for task, output, place in values:
            handed = self._handed.get(task, {}).get((output, place), b"")
            if not isinstance(handed, bytes) and handed[1] > largest:
                largest, home = handed[1], self._makers[task]
        return home

    def load(self, value: ValueId) -> Any:
        """Return a value, or the list of an output that is kept item by item; KeyError if it is not there."""
        task, output, place = value
        held = self._handed[task]
        if place < 0 and (output, place) not in held:
            places = sorted(one for name, one in held if name == output)
            if not places:
                raise KeyError(value)
            return [load(held[output, one]) for one in places]
        return load(held[output, place])

    def forget(self, tasks: Iterable[str]) -> list[str]:
        """Let go of the values of these tasks; return the files that they were in, which are gone now."""
        paths: list[str] = []
        for task in tasks:
            self._makers.pop(task, None)
            for handed in self._handed.pop(task, {}).values():
                if not isinstance(handed, bytes):
                    paths.append(handed[0])
                    with contextlib.suppress(OSError):
                        Path(handed[0]).unlink(missing_ok=True)
        return paths

    def clear(self) -> None:
        """Forget everything."""
        self.forget(list(self._handed))
