"""The values that a worker holds: made here and handed on, or fetched and kept in case they are needed
again."""

from __future__ import annotations

import os
import pickle
import uuid
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker import container
from ...core.worker.readonly import sealed
from .wire import dumps, packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...core.worker.call import ValueId

INLINE = 64 * 1024
"""Values up to this many bytes travel with the messages; larger ones become container files."""

Handed = bytes | tuple[str, int]
"""How another process gets a value: its pickle, or the container file and its size."""

BUDGET = 512 << 20
_LEAST = 256
_ROOM_LEFT = 64 << 20


class Keeping:
    """Values by their ids, the least recently used forgotten first; ``memory`` and ``disk`` are where
    containers go."""

    def __init__(self, memory: Path, disk: Path, budget: int = BUDGET) -> None:
        self._memory, self._disk = memory, disk
        self._budget = budget
        self._held: OrderedDict[ValueId, tuple[Any, int]] = OrderedDict()
        self._of_task: defaultdict[str, list[ValueId]] = defaultdict(list)
        self._bytes = 0
        self._handed: Mapping[ValueId, Handed] = {}

    def expect(self, handed: Mapping[ValueId, Handed]) -> None:
        """Take note of how the values that the next call refers to can be had."""
        self._handed = handed

    def fetch(self, value: ValueId) -> Any:
        """Return a value that the call refers to."""
        held = self._held.get(value)
        if held is not None:
            self._held.move_to_end(value)
            return held[0]
        handed = self._handed[value]
        loaded = load(handed)
        self.hold(value, loaded, len(handed) if isinstance(handed, bytes) else handed[1])
        return loaded

    def hold(self, value: ValueId, loaded: Any, size: int) -> None:
        """Keep a value for later calls."""
        size += _LEAST
        if value not in self._held:
            self._bytes += size
            self._held[value] = loaded, size
            self._of_task[value[0]].append(value)
        while self._bytes > self._budget and self._held:
            oldest, (_, freed) = self._held.popitem(last=False)
            self._bytes -= freed
            self._of_task[oldest[0]].remove(oldest)

    def hand_out(self, identity: ValueId, value: Any) -> Handed:
        """Make a value fit to be read elsewhere, and hold it.

        NotPicklableError if it cannot be, OSError if there is no room for it.
        """
        made = packed(value)
        size = made.size
        if size <= INLINE:
            handed: Handed = dumps(value) if made.buffers else made.data
            self.hold(identity, value, size)
            return handed
        path = self._write(made)
        # Read again, it is held once, and not both as what the module made and in the file.
        self.hold(identity, container.read(path) if made.buffers else value, size)
        return str(path), size

    def _write(self, made: container.Packed) -> Path:
        name = uuid.uuid4().hex
        if made.size + _ROOM_LEFT < _room(self._memory):
            try:
                container.write(self._memory / name, made)
                return self._memory / name
            except OSError:
                # Somebody else took the room: the disk may have some.
                pass
        container.write(self._disk / name, made)
        return self._disk / name

    def forget(self, tasks: Iterable[str]) -> None:
        """Let go of all values of these tasks."""
        for task in tasks:
            for value in self._of_task.pop(task, ()):
                self._bytes -= self._held.pop(value)[1]


def load(handed: Handed) -> Any:
    """Return a value as it was handed out; arrays in it are read-only."""
    if isinstance(handed, bytes):
        return sealed(pickle.loads(handed))  # noqa: S301 - both ends belong to one run
    return container.read(Path(handed[0]))


def _room(folder: Path) -> int:
    try:
        found = os.statvfs(folder)
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize
