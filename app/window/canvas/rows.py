"""Things by name whose numbers stand in one array: what is many is computed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

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

    def fill(self, names: Sequence[str], values: Iterable[Sequence[float]]) -> None:
        """Take these names in place of all there were."""
        count = len(names)
        self.clear()
        self._grow(max(count, LEAST))
        self.names = list(names)
        self.row = {name: at for at, name in enumerate(names)}
        if count:
            self.values[:count] = np.array(list(values), dtype=np.float64)
            self.used[:count] = True

    def put_all(self, entries: Sequence[tuple[str, Sequence[float]]]) -> None:
        """Give each of these names its numbers, and a row if it has none."""
        if entries:
            rows = [row if (row := self.row.get(name)) is not None else self._new_row(name) for name, _ in entries]
            self.values[rows] = [values for _, values in entries]

    def drop(self, name: str) -> None:
        """Forget a name, if it is there."""
        row = self.row.pop(name, None)
        if row is not None:
            self.used[row] = False
            self.names[row] = ""
            self._free.append(row)

    def mask(self, names: Iterable[str]) -> NDArray[np.bool_]:
        """Return which rows belong to ``names``."""
        chosen = np.zeros(len(self.used), dtype=np.bool_)
        get = self.row.get
        rows = [row for name in names if (row := get(name)) is not None]
        chosen[rows] = True
        return chosen

    def _new_row(self, name: str) -> int:
        if self._free:
            row = self._free.pop()
            self.names[row] = name
        else:
            row = len(self.names)
            self.names.append(name)
            if row >= len(self.used):
                self._grow(2 * len(self.used))
        self.row[name] = row
        self.used[row] = True
        return row

    def _grow(self, count: int) -> None:
        missing = count - len(self.used)
        if missing > 0:
            self.values = np.vstack([self.values, np.zeros((missing, self.columns))])
            self.used = np.concatenate([self.used, np.zeros(missing, dtype=np.bool_)])
