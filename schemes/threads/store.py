"""The values that live in a thread host: those made here, and those read from elsewhere, once for all threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.worker.call import Argument, Moved, Ref
from ...core.worker.failures import Cause
from ...core.worker.handing import Handed, NotPicklableError, hand_out, load
from ...core.worker.readonly import sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...core.worker.call import ValueId

MOST_SHARED = 64
MOST_BYTES = 2 << 30
"""So many files, with so many bytes together, are kept open for calls to come; the one just read always is."""


SMALL = 256
ATOMS = (int, float, bool, type(None))


def is_small(value: Any) -> bool:
    """Say whether a value is so small that it goes along with its answer, and so outlives the host."""
    kind = type(value)
    if kind is int:
        return bool(value.bit_length() < 8 * SMALL)
    return kind in ATOMS or (kind in {str, bytes} and len(value) <= SMALL)


def shared(handed: Handed) -> Argument:
    """Make the argument for a value from elsewhere: what is in a file is looked for among those read already."""
    return Moved(handed) if isinstance(handed, bytes) else Ref(("", handed[0], handed[1]))


class Borrowed:
    """Values read from files, each once, and shared by all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: OrderedDict[str, tuple[int, threading.Lock, list[Any]]] = OrderedDict()

    def value(self, path: str, size: int) -> Any:
        """Return the value in a container file; whoever else wants it meanwhile waits for this reading."""
        with self._lock:
            known = self._read.get(path)
            if known is None:
                known = self._read[path] = (size, threading.Lock(), [])
                self._make_room()
            else:
                self._read.move_to_end(path)
        with known[1]:
            if not known[2]:
                # Sealed already here, its arrays stay the same ones for all.
                known[2].append(sealed(load((path, size))))
        return known[2][0]

    def _make_room(self) -> None:
        for path in [path for path in self._read if not Path(path).exists()]:
            del self._read[path]
        while len(self._read) > MOST_SHARED or sum(one[0] for one in self._read.values()) > MOST_BYTES:
            if len(self._read) <= 1:
                return
            self._read.popitem(last=False)

    def forget_gone(self) -> None:
        """Let go of what was in files that are gone: nobody will ask for it."""
        with self._lock:
            for path in [path for path in self._read if not Path(path).exists()]:
                del self._read[path]


class Store:
    """Values as live objects, by the task that made them. Any thread may call any method.

    What is wanted in other processes is written to ``memory`` if there is room, else to ``disk``.
    """

    def __init__(self, memory: Path, disk: Path) -> None:
        self._memory, self._disk = memory, disk
        self._made: dict[str, tuple[int, Mapping[str, Any], frozenset[str]]] = {}
        self.borrowed = Borrowed()

    def keep(self, task: str, number: int, outputs: Mapping[str, Any], split: Iterable[str]) -> None:
        """Take what a call gave; of the outputs in ``split`` each item is a value."""
        self._made[task] = number, outputs, frozenset(split)

    def fetch(self, value: ValueId) -> Any:
        """Return a value; KeyError if it is not here."""
        task, output, place = value
        if not task:
            return self.borrowed.value(output, place)
        found = self._made[task][1][output]
        return found if place < 0 else found[place]

    def received(self, handed: Handed) -> Any:
        """Return a value that was handed over by another host."""
        return load(handed) if isinstance(handed, bytes) else self.borrowed.value(*handed)

    def release(self, tasks: Iterable[tuple[str, int]]) -> None:
        """Forget the values of these tasks; those of a call with another number than is said stay."""
        for task, number in tasks:
            known = self._made.get(task)
            if known is not None and (not number or number == known[0]):
                del self._made[task]
        self.borrowed.forget_gone()

    def values(self) -> list[ValueId]:
        """Return the values that were made here and are not small, outputs that are split item by item."""
        found: list[ValueId] = []
        for task, (_, outputs, split) in list(self._made.items()):
            for output, value in outputs.items():
                places = range(len(value)) if output in split else () if is_small(value) else (-1,)
                found.extend((task, output, place) for place in places)
        return found

    def export(self, value: ValueId) -> Handed | Cause:
        """Make a value readable for other processes; the cause says why it cannot be."""
        task, output, _ = value
        try:
            return hand_out(self.fetch(value), self._memory, self._disk)
        except (KeyError, IndexError):
            return Cause("lost contact", f"the output {output!r} of {task} is not in the thread host any more")
        except NotPicklableError as error:
            kind = type(self.fetch(value)).__qualname__
            message = f"the output {output!r} ({kind}) of {task} cannot be sent to another process: {error}"
            return Cause("not picklable", message, type=kind)
        except OSError as error:
            return Cause("exception", f"there is no room for the output {output!r} of {task}: {error}", type="OSError")
        except BaseException as error:  # noqa: BLE001 - pickling calls foreign code, and whoever asked waits
            message = f"the output {output!r} of {task} cannot be sent to another process: {type(error).__name__}"
            return Cause("not picklable", message, type=type(error).__name__)
