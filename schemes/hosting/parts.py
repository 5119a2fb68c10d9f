"""Values that are kept item by item: of which parts one is made, and how it is put together again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.worker.handing import load

if TYPE_CHECKING:
    from collections.abc import Collection

    from ...core.worker.call import ValueId
    from ...core.worker.handing import Handed


def parts_of(value: ValueId, names: Collection[tuple[str, int]]) -> list[ValueId]:
    """Return the value, or its items if it is kept item by item; ``names`` are the outputs and places of its task.

    KeyError if it is not there.
    """
    task, output, place = value
    if (output, place) in names:
        return [value]
    found = [(task, name, one) for name, one in names if name == output]
    if place >= 0 or not found:
        raise KeyError(value)
    return sorted(found)


def loaded(handed: list[Handed], value: ValueId, parts: list[ValueId]) -> Any:
    """Make a value of how its parts were handed out."""
    return load(handed[0]) if parts == [value] else [load(one) for one in handed]
