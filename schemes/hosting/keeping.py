"""Keeps the large values that a worker makes where they were made, until another process needs them."""

from __future__ import annotations

import pickle
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker import container
from ...core.worker.call import Ref
from ...core.worker.handing import INLINE, dumps, packed, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ...core.worker.call import ValueId
    from ...core.worker.handing import Handed

MOST_MAPPED = 64
_ATOMS = frozenset({int, float, bool, type(None)})

Slot = bytes | tuple[str, int] | int
"""How a worker gets a value: inline, from a container file, or from its own by the key that it gave it."""

Slots = tuple[Slot, ...] | dict[tuple[str, str, int], Slot]

Given = bytes | tuple[str, int] | tuple[int, int]
"""How a worker hands a value on: inline, as a container file, or by the key of what it keeps, with the size."""


class Keeping:
    """The values of one worker: those it made and keeps, and those of others that it has mapped.

    Each call gets objects of its own, so that what it does to them harms no other; only the memory of their
    buffers, which is read-only, is shared. With more than ``budget`` bytes of its own, the oldest are written into
    containers, in ``memory`` if there is room, else on ``disk``. Two threads may use this: the one that executes
    calls, and the one that ``first`` starts, which writes and forgets while a call runs.
    """

    def __init__(
        self,
        memory: Path,
        disk: Path,
        budget: int,
        tell: Callable[[int, Handed | None, str], None],
        first: Callable[[], None],
    ) -> None:
        self._memory, self._disk, self._budget = memory, disk, budget
        self._tell, self._first = tell, first
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._alone = True
        self._key = 0
        self._kept: OrderedDict[int, container.Packed] = OrderedDict()
        self._size = 0
        self._written: dict[int, container.Packed] = {}
        self._mapped: OrderedDict[str, container.Packed] = OrderedDict()
        self._slots: Slots = ()
        self._moved: list[Handed] = []

    # What the next call reads

    def expect(self, slots: Slots) -> None:
        """Take note of how the values that the next call refers to can be had."""
        self._slots = slots
        self._moved.clear()

    def moved(self, handed: Handed) -> Ref:
        """Return a reference to a value from elsewhere that the next call reads."""
        self._moved.append(handed)
        return Ref(("", "moved", len(self._moved) - 1))

    def fetch(self, value: ValueId) -> Any:
        """Return a value that the call refers to."""
        if value[1] == "moved" and not value[0]:
            slot: Slot = self._moved[value[2]]
        elif type(self._slots) is tuple:
            slot = self._slots[value[2]]
        else:
            slot = self._slots[value]  # type: ignore[call-overload]
        if type(slot) is bytes:
            return pickle.loads(slot)  # noqa: S301 - made by a worker of this run
        return (self.packed(slot) if isinstance(slot, int) else self._of_others(slot[0])).load()  # type: ignore[arg-type]

    def packed(self, key: int) -> container.Packed:
        """Return one of the values that are kept here; KeyError if it is gone."""
        with self._lock:
            found = self._kept.get(key)
            return self._written[key] if found is None else found

    def _of_others(self, path: str) -> container.Packed:
        self._share()
        with self._lock:
            known = self._mapped.get(path)
            if known is not None:
                self._mapped.move_to_end(path)
                return known
        known = container.mapped(Path(path))
        with self._lock:
            self._mapped[path] = known
            if len(self._mapped) > MOST_MAPPED:
                self._mapped.popitem(last=False)
        return known

    # What a call made

    def hand_out(self, value: Any) -> Given:
        """Make a value fit to be read elsewhere; what is large stays here until it is asked for.

        NotPicklableError if it cannot be.
        """
        if type(value) in _ATOMS and len(data := pickle.dumps(value, 5)) <= INLINE:
            return data
        made = packed(value)
        if made.size <= INLINE:
            return bytes(made.data) if not made.buffers else dumps(value)
        self._share()
        made = container.Packed(made.data, tuple(buffer.toreadonly() for buffer in made.buffers))
        with self._lock:
            key = self._next_key()
            self._kept[key] = made
            self._size += made.size
        return key, made.size

    def adopt(self, mapped: container.Packed) -> int:
        """Take a value whose memory is that of a file; return its key."""
        with self._lock:
            key = self._next_key()
            self._written[key] = mapped
        return key

    def _next_key(self) -> int:
        self._key += 1
        return self._key

    @property
    def kept(self) -> tuple[int, int]:
        """How many values are kept here, and how many bytes of them are in memory."""
        with self._lock:
            return len(self._kept) + len(self._written), self._size

    def _share(self) -> None:
        if self._alone:
            self._alone = False
            self._first()

    def make_room(self) -> None:
        """Write the oldest values until the others are within the budget.

        Only of values that were in an answer may be told anything, so this comes after it.
        """
        while self._size > self._budget:
            with self._lock:
                oldest = next(iter(self._kept), None)
            if oldest is None or not self.write(oldest):
                return

    def write(self, key: int) -> bool:
        """Write a value into a container and tell of it; from now on it is read from there. False if there is no room.

        Nothing is told of a value that is gone.
        """
        with self._writing:
            with self._lock:
                made = self._kept.get(key)
            if made is None:
                return True
            try:
                handed = write(made, self._memory, self._disk)
                mapped = container.mapped(Path(handed[0]))
            except OSError as error:
                self._tell(key, None, str(error))
                return False
            with self._lock:
                if self._kept.pop(key, None) is not None:
                    self._size -= made.size
                    self._written[key] = self._mapped[handed[0]] = mapped
            self._tell(key, handed, "")
            return True

    def forget(self, keys: Iterable[int], paths: Sequence[str]) -> None:
        """Let go of these values: nobody will ask for them again."""
        with self._lock:
            gone: list[Any] = [self._mapped.pop(path, None) for path in paths]
            for key in keys:
                gone.append(self._written.pop(key, None))
                if (made := self._kept.pop(key, None)) is not None:
                    self._size -= made.size
                    gone.append(made)

    def clear(self) -> None:
        """Let go of all values."""
        self._slots = ()
        self._moved.clear()
        with self._lock:
            for held in (self._kept, self._written, self._mapped):
                held.clear()
            self._size = 0
