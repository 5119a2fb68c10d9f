"""What is known of the values that tasks of a run gave: from what they were made, or what they hold."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from blake3 import blake3

from ..worker.call import Applied, Argument, Given, Items, Labelled, Ref
from ..worker.digest import UndigestedError
from .named_files import file_stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .entries import NamedFile
    from .fingerprints import Fingerprints
    from .parameters import Parameters


class Settled(Protocol):
    """What counts of a result or of an entry for those who read it."""

    @property
    def items(self) -> Mapping[str, Sequence[str]]: ...  # noqa: D102 - see Result
    @property
    def digests(self) -> Mapping[tuple[str, int], bytes]: ...  # noqa: D102
    @property
    def files(self) -> Sequence[str | NamedFile]: ...  # noqa: D102


class Lineage:
    """What tells the values of one run apart. ``made`` holds a digest of all that tasks with keys were made of.

    ``read`` gathers the tasks whose values were asked for and name files outside the cache; who asks clears it first.
    """

    def __init__(self) -> None:
        self.made: dict[str, bytes] = {}
        self.read: set[str] = set()
        self._elsewhere: dict[str, list[tuple[Path, bytes]]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._digests: dict[tuple[str, str, int], bytes] = {}

    def settled(self, task: str, result: Settled) -> None:
        """Take note of what a task gave."""
        for output, labels in result.items.items():
            self._counts[task, output] = len(labels)
        for (output, place), digest in result.digests.items():
            self._digests[task, output, place] = digest
        # Files outside the cache may change though all that made their names stays the same.
        elsewhere = sorted(name for name in map(_name, result.files) if name.startswith(os.sep))
        if elsewhere:
            stamped = self._elsewhere[task] = [(Path(name), file_stamp(Path(name))) for name in elsewhere]
            if task in self.made:
                self.made[task] = blake3(self.made[task] + b"".join(stamp for _, stamp in stamped)).digest()

    def changed(self, tasks: Iterable[str]) -> Path | None:
        """Return a file outside the cache that is not any more what it was when one of these tasks had named it."""
        files = (file for task in tasks for file in self._elsewhere[task])
        return next((path for path, stamp in files if file_stamp(path) != stamp), None)

    def value(self, task: str, output: str, place: int) -> bytes:
        """Return the bytes that stand for a value, or all items (-1) of an output; UndigestedError if none do."""
        if task in self._elsewhere:
            self.read.add(task)
        made = self.made.get(task)
        if made is not None:
            return b"R%s%d:%s%d;" % (made, len(output), output.encode(), place)
        digest = self._digests.get((task, output, place))
        if digest is None:
            raise UndigestedError(f"nothing is known of {output!r} of {task}")
        return b"V" + digest

    def whole(self, items: tuple[Argument, ...]) -> bytes | None:
        """Return the bytes of a list that one task made if these are all its items: how it is kept does not count."""
        first = items[0] if items else None
        if not isinstance(first, Ref) or first.value[2] != 0 or first.value[0] not in self.made:
            return None
        task, output, _ = first.value
        if self._counts.get((task, output)) != len(items):
            return None
        same = all(isinstance(item, Ref) and item.value == (task, output, place) for place, item in enumerate(items))
        return self.value(task, output, -1) if same else None


class Arguments:
    """Writes the arguments of calls as bytes; ``parameters`` says what counts of those that the pipeline holds."""

    def __init__(self, lineage: Lineage, parameters: Parameters, fingerprints: Fingerprints) -> None:
        self._lineage = lineage
        self._parameters = parameters
        self._fingerprints = fingerprints

    def bytes_of(self, argument: Argument, kind: str) -> bytes:
        """Return the bytes of an argument; ``kind`` is what ``coercions`` says of its port.

        UndigestedError if it has none.
        """
        match argument:
            case Ref(value=(task, output, place)):
                return self._lineage.value(task, output, place)
            case Given(value):
                return self._parameters.parameter(value, kind)
            case Items(items):
                return self._items(items, kind)
            case Labelled(labels, inner):
                return b"L" + b"".join(self._parameters.pieces(dict(labels))) + self.bytes_of(inner, kind)
            case Applied(function, inner):
                return b"A" + self._fingerprints.of(function) + self.bytes_of(inner, "")
        raise UndigestedError("the value comes from elsewhere")

    def _items(self, items: tuple[Argument, ...], kind: str) -> bytes:
        if (whole := self._lineage.whole(items)) is not None:
            return whole
        return b"I%d:" % len(items) + b"".join([self.bytes_of(item, kind) for item in items])


def _name(file: str | NamedFile) -> str:
    return file if isinstance(file, str) else file.name
