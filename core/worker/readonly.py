"""Keeps modules from changing what others see: fresh lists and mappings, and arrays that cannot be written."""

from __future__ import annotations

import sys
from typing import Any

_ATOMS = frozenset({int, float, str, bool, bytes, complex, type(None)})
_DEPTH = 100
"""How deep lists are looked into; what lies deeper is shared as it is."""


def sealed(value: Any) -> Any:
    """Return the value in lists, mappings, tuples and sets of its own, with its arrays read-only.

    The arrays and all other objects are not copied. A list that stands in several places, or in itself, does so
    afterwards.
    """
    numpy = sys.modules.get("numpy")
    return value if type(value) in _ATOMS else _Sealer(getattr(numpy, "ndarray", None)).seal(value, _DEPTH)


class _Sealer:
    def __init__(self, array: type[Any] | None) -> None:
        # Without numpy loaded there is no array.
        self._array = array
        self._seen: dict[int, Any] = {}

    def seal(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind in _ATOMS or not depth:
            return value
        if self._array is not None and isinstance(value, self._array):
            return _read_only(value)
        if kind is list or kind is dict:
            return self._container(value, depth - 1)
        if kind is set:
            return set(value)
        return self._tuple(value, depth - 1) if isinstance(value, tuple) else value

    def _container(self, value: Any, depth: int) -> Any:
        known = self._seen.get(id(value))
        if known is not None:
            return known
        fresh = self._seen[id(value)] = type(value)()
        seal = self.seal
        if type(value) is list:
            fresh.extend([item if type(item) in _ATOMS else seal(item, depth) for item in value])
        else:
            fresh.update({key: seal(item, depth) for key, item in value.items()})
        return fresh

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Any:
        items = [item if type(item) in _ATOMS else self.seal(item, depth) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        if type(value) is tuple:
            return tuple(items)
        make = getattr(type(value), "_make", None)
        return value if make is None else make(items)


def _read_only(array: Any) -> Any:
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view
