"""What values go through on their way to and from an engine that differs from the runner."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....core.worker.failures import CallError, Cause
from ....core.worker.files import paths_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ....core.worker.container import Packed

_CODE = b"cloudpickle"


class Border:
    """Between the runner and an engine.

    Where files are not shared, ``theirs`` is the runner's folder of files: its paths stand in values that travel, those
    of ``own`` in values that are used here. ``python`` is the runner's version: what is pickled with its code can only
    be used by the same one.
    """

    def __init__(self, own: Path, theirs: Path | None, python: tuple[int, int]) -> None:
        self._own, self._theirs = own, theirs
        self._python = tuple(python)
        self._foreign = self._python != sys.version_info[:2]

    def inward(self, value: Any) -> Any:
        """Return a value from elsewhere as it is used here."""
        return value if self._theirs is None else _moved(value, self._theirs, self._own)

    def outward(self, value: Any) -> Any:
        """Return a value made here as it is used elsewhere."""
        return value if self._theirs is None else _moved(value, self._own, self._theirs)

    def check(self, kind: int, templates: Mapping[int, bytes], arguments: Any, slots: Any) -> None:
        """Raise CallError if the function of a job, or one of its values, travels with its code."""
        if not self._foreign:
            return
        target = pickle.loads(templates[kind])[0]  # noqa: S301 - from the runner
        if isinstance(target, int):
            target = pickle.loads(templates[target])[0]  # noqa: S301 - from the runner
        if target[3] is not None:
            raise CallError(self._why("the function is defined in the script or notebook, so it travels with its code"))
        values = slots.values() if isinstance(slots, dict) else slots
        if any(_has_code(data) for data in (arguments, *values)):
            raise CallError(self._why("an argument holds a function or class that travels with its code"))

    def checked(self, answer: tuple[Any, Any], packed: Callable[[int], Packed]) -> Any:
        """Return the answer, or the Cause why one of its values is of no use to the runner."""
        if self._foreign:
            for (output, _), value in answer[0].items():
                if _has_code(value if isinstance(value, bytes) else packed(value[0]).data):
                    why = self._why(f"the output {output!r} holds a function or class that travels with its code")
                    return Cause("not picklable", why)
        return answer

    def _why(self, what: str) -> str:
        runner, here = ".".join(map(str, self._python)), ".".join(map(str, sys.version_info[:2]))
        return (
            f"{what}, and that needs the same version of Python: this engine has {here}, the runner {runner}."
            f" Put it into a module that the engine can import, or start engines with Python {runner}"
        )


def _has_code(data: Any) -> bool:
    return isinstance(data, bytes | memoryview) and _CODE in bytes(data)


def _moved(value: Any, source: Path, target: Path) -> Any:
    """Return the value with the paths inside ``source`` turned to ``target``, as far as FileStore looks into values."""
    if not any(path.is_relative_to(source) for path in paths_in(value)):
        return value
    return _turned(value, source, target)


def _turned(value: Any, source: Path, target: Path) -> Any:
    if isinstance(value, Path):
        return target / value.relative_to(source) if value.is_relative_to(source) else value
    if type(value) in {list, set, frozenset}:
        return type(value)(_turned(item, source, target) for item in value)
    if type(value) is dict:
        return {key: _turned(item, source, target) for key, item in value.items()}
    if isinstance(value, tuple):
        items = [_turned(item, source, target) for item in value]
        return getattr(type(value), "_make", tuple)(items)
    return value
