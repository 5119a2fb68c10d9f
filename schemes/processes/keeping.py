"""How a worker hands on the values it makes, and gets those that others made."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker import container
from ...core.worker.handing import Handed, hand_out, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...core.worker.call import ValueId

MOST_MAPPED = 64


class Keeping:
    """Writes large values into containers, in ``memory`` if there is room, else on ``disk``, and reads them.

    Each call gets objects of its own, so that what it does to them harms no other; only the memory of their
    buffers, which is read-only, is shared. Containers stay mapped for the calls to come.
    """

    def __init__(self, memory: Path, disk: Path) -> None:
        self._memory, self._disk = memory, disk
        self._mapped: OrderedDict[str, container.Packed] = OrderedDict()
        self._handed: Mapping[ValueId, Handed] = {}

    def expect(self, handed: Mapping[ValueId, Handed]) -> None:
        """Take note of how the values that the next call refers to can be had."""
        self._handed = handed

    def fetch(self, value: ValueId) -> Any:
        """Return a value that the call refers to."""
        handed = self._handed[value]
        if isinstance(handed, bytes):
            return load(handed)
        path = handed[0]
        known = self._mapped.get(path)
        if known is None:
            known = self._map(path)
        else:
            self._mapped.move_to_end(path)
        return known.load()

    def _map(self, path: str) -> container.Packed:
        known = self._mapped[path] = container.mapped(Path(path))
        if len(self._mapped) > MOST_MAPPED:
            self._mapped.popitem(last=False)
        return known

    def hand_out(self, value: Any) -> Handed:
        """Make a value fit to be read elsewhere.

        NotPicklableError if it cannot be, OSError if there is no room for it.
        """
        return hand_out(value, self._memory, self._disk)

    def forget(self, paths: Iterable[str]) -> None:
        """Let go of these containers: their files are gone."""
        for path in paths:
            self._mapped.pop(path, None)
