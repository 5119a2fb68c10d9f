"""Where the values of the threads scheme are, as their owner knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...core.worker.handing import Handed, discard, dumps, hand_out, load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ...core.worker.call import ValueId

NOWHERE = -1
Facts = tuple[
    Mapping[str, tuple[str, ...]], Mapping[str, bool], Mapping[str, str], Mapping[str, Mapping[str, Any]],
    tuple[str, ...], Mapping[tuple[str, int], bytes],
]  # fmt: skip
"""What is told of a result: its items, flags, absent outputs, previews, files and digests."""


class HostValues:
    """Which host holds the values of each task, and which of them others can read too.

    Small ones come along with the answers and outlive their host; so do those that were handed over, which are in
    ``memory`` or on ``disk``.
    """

    def __init__(self, memory: Path, disk: Path) -> None:
        self._memory, self._disk = memory, disk
        self._homes: dict[str, tuple[int, int]] = {}
        self._small: dict[str, Mapping[str, Any]] = {}
        self._needed: dict[str, tuple[int, Mapping[str, Any]]] = {}
        self._handed: dict[str, dict[tuple[str, int], Handed]] = {}

    def keep(self, task: str, host: int, number: int, small: Mapping[str, Any], facts: Facts) -> None:
        """Take note of what call ``number`` gave in a host, and of what came along with the answer."""
        self._homes[task] = host, number
        if small:
            self._small[task] = small
        items, previews = facts[0], facts[3]
        if len(previews) > len(small):
            needed = len(previews) - len(small) - len(items) + sum(map(len, items.values()))
            self._needed[task] = needed, items

    def home(self, task: str) -> int:
        """Return the host where the values of a task live, NOWHERE if there is none; KeyError without values."""
        return self._homes[task][0]

    def add(self, value: ValueId, handed: Handed) -> Handed | None:
        """Take note of how a value can be read; return the way that counts, None if it is not wanted any more."""
        task, output, place = value
        known = self._handed.setdefault(task, {}) if task in self._homes else None
        if known is None or (output, place) in known:
            discard(handed)
            return None if known is None else known[output, place]
        known[output, place] = handed
        return handed

    def handed(self, value: ValueId) -> Handed | None:
        """Return how a value can be read; None if its host has to be asked, KeyError if it is nowhere."""
        task, output, place = value
        known = self._handed.get(task, {})
        if (output, place) in known:
            return known[output, place]
        small = self._small.get(task, {})
        if output in small and place < 0:
            return dumps(small[output])
        if self._homes[task][0] != NOWHERE:
            return None
        if place < 0:
            return self._gathered(value)
        raise KeyError(value)

    def _gathered(self, value: ValueId) -> Handed:
        """Return as one value what was handed over item by item, before its host was gone."""
        task, output, place = value
        known = self._handed.get(task, {})
        places = sorted(one for name, one in known if name == output)
        if not places:
            raise KeyError(value)
        handed = known[output, place] = hand_out([load(known[output, one]) for one in places], self._memory, self._disk)
        return handed

    def small(self, value: ValueId) -> Any:
        """Return a value that came along with its answer; KeyError if it did not."""
        task, output, place = value
        if place >= 0:
            raise KeyError(value)
        return self._small[task][output]

    def leave(self, host: int) -> tuple[str, ...]:
        """Take note that a host is gone; return the tasks that lost values with it, which are forgotten."""
        here = [(task, number) for task, (home, number) in self._homes.items() if home == host]
        lost = [task for task, _ in here if not self._saved(task)]
        self._homes.update((task, (NOWHERE, number)) for task, number in here)
        self.forget(lost)
        return tuple(lost)

    def _saved(self, task: str) -> bool:
        needed, split = self._needed.get(task, (0, ()))
        return needed <= sum(place >= 0 or output not in split for output, place in self._handed.get(task, ()))

    def forget(self, tasks: Iterable[str]) -> dict[int, list[tuple[str, int]]]:
        """Forget the values of these tasks; return what each host is to forget: tasks, and the numbers of calls."""
        found: dict[int, list[tuple[str, int]]] = {}
        for task in tasks:
            self._small.pop(task, None)
            self._needed.pop(task, None)
            for handed in self._handed.pop(task, {}).values():
                discard(handed)
            known = self._homes.pop(task, None)
            if known is not None and known[0] != NOWHERE:
                found.setdefault(known[0], []).append((task, known[1]))
        return found

    def clear(self) -> None:
        """Forget everything."""
        self.forget(list(self._homes))
