"""Gives names that are not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FreeNames:
    """Names that are neither among those ``taken`` nor given before; of any number, without trying all again."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def take(self, wanted: str, stem: str = "") -> str:
        """Return the wanted name, or ``stem`` (the name, by default) with the least number that is free, from 2 on."""
        name, stem = wanted, stem or wanted
        if name in self._taken:
            number = self._next.get(stem, 2)
            while (name := f"{stem}_{number}") in self._taken:
                number += 1
            self._next[stem] = number + 1
        self._taken.add(name)
        return name
