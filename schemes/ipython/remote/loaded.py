"""Has the modules of Treadle and of a run in place while they are needed, else those of the engine."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Belongs = Callable[[str, Any], bool]

Modules = dict[str, Any]


class Loaded:
    """Modules that nobody sees but those who have entered.

    ``belongs`` tells them by name and module. What the engine has of that kind is put aside meanwhile: of those that
    were there ``before``, or of all that are there when somebody enters.
    """

    def __init__(self, belongs: Belongs, own: Modules, *, before: bool = False) -> None:
        self._belongs = belongs
        self._own = own
        self._before = self._found(sys.modules) if before else None
        self._others: Modules = {}
        self._names: frozenset[str] = frozenset()

    def enter(self) -> None:
        """Put the modules in place."""
        self._others = self._found(sys.modules) if self._before is None else self._before
        for name in self._others:
            sys.modules.pop(name, None)
        sys.modules.update(self._own)
        self._names = frozenset(sys.modules)

    def leave(self) -> None:
        """Put them aside, with those that were imported meanwhile."""
        self._own.update(self._found(sys.modules.keys() - self._names))
        for name in self._own:
            sys.modules.pop(name, None)
        sys.modules.update(self._others)

    def _found(self, names: Iterable[str]) -> Modules:
        found: Modules = {}
        for name in list(names):
            module = sys.modules.get(name)
            if module is not None and self._belongs(name, module):
                found[name] = module
        return found


def is_treadle(name: str, _module: Any = None) -> bool:
    """Say whether a module is of Treadle, or Python source of a pipeline."""
    return name == "treadle" or name.startswith(("treadle.", "treadle_source_"))


def lies_in(folders: Sequence[str]) -> Belongs:
    """Return what says whether a module was imported from one of these folders.

    What lies deeper (an environment with its own packages in the user's folder) was not, and compiled code cannot be
    loaded twice in one process.
    """
    starts = [os.path.join(os.path.abspath(folder), "") for folder in folders]  # noqa: PTH100, PTH118 - links may stay

    def lies(name: str, module: Any) -> bool:
        # Our own part may lie there too, or another version of it.
        if is_treadle(name):
            return False
        place = getattr(module, "__file__", None)
        if not isinstance(place, str) or not place.endswith((".py", ".pyc")):
            return False
        top = name.partition(".")[0]
        return any(place.startswith((f"{start}{top}.py", f"{start}{top}{os.sep}")) for start in starts)

    return lies
