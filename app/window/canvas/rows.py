"""Things by name whose numbers stand in one array: what is many is computed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

LEAST = 64


class Rows:
    """A row of ``values`` for each name; rows of names that are gone are given to others.

    ``used`` says which rows are taken. What is in the others means nothing.
    """

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.clear()

    def clear(self) -> None:
        """Forget all names."""
        self.row: dict[str, int] = {}
        self.names: list[str] = []
        self.values: NDArray[np.float64] = np.zeros((LEAST, self.columns))
        self.used: NDArray[np.bool_] = np.zeros(LEAST, dtype=np.bool_)
        self._free: list[int] = []

    def put_all(self, names: Sequence[str], values: ArrayLike) -> None:
        """Give each of these names its numbers, and a row if it has none."""
        if names:
            self._add([name for name in names if name not in self.row])
            self.values[[self.row[name] for name in names]] = values

    def drop_all(self, names: Iterable[str]) -> None:
        """Forget those of these names that are there."""
        rows = [row for name in names if (row := self.row.pop(name, None)) is not None]
        if rows:
            self.used[rows] = False
            for row in rows:
                self.names[row] = ""
            self._free += rows

    def mask(self, names: Collection[str]) -> NDArray[np.bool_]:
        """Return which rows belong to ``names``."""
        if len(names) == len(self.row) and names == self.row.keys():
            # A set of all: compared faster than each is looked up.
            return self.used.copy()
        chosen = np.zeros(len(self.used), dtype=np.bool_)
        get = self.row.get
        rows = [row for name in names if (row := get(name)) is not None]
        chosen[rows] = True
        return chosen

    def _add(self, names: Sequence[str]) -> None:
        """Give these new names rows, those first that others had."""
        again = [self._free.pop() for _ in names[: len(self._free)]]
        for row, name in zip(again, names, strict=False):
            self.names[row] = name
        first = len(self.names)
        self.names += names[len(again) :]
        self._grow(len(self.names))
        rows = [*again, *range(first, len(self.names))]
        self.row.update(zip(names, rows, strict=True))
        self.used[rows] = True

    def _grow(self, count: int) -> None:
        if count > len(self.used):
            missing = max(count, 2 * len(self.used)) - len(self.used)
            self.values = np.vstack([self.values, np.zeros((missing, self.columns))])
            self.used = np.concatenate([self.used, np.zeros(missing, dtype=np.bool_)])
