"""Makes arrays read-only on their way between modules, so that no module changes what others see."""

from __future__ import annotations

import sys
from typing import Any


def sealed(value: Any, depth: int = 4) -> Any:
    """Return the value with its arrays read-only, also inside lists, tuples and mappings; nothing is copied."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        # Without numpy loaded there is no array.
        return value
    return _sealed(value, numpy.ndarray, depth)


def _sealed(value: Any, array: type[Any], depth: int) -> Any:
    if type(value) is array:
        if not value.flags.writeable:
            return value
        view = value.view()
        view.flags.writeable = False
        return view
    if not depth:
        return value
    kind = type(value)
    if kind is list:
        return [_sealed(item, array, depth - 1) for item in value]
    if kind is dict:
        return {key: _sealed(item, array, depth - 1) for key, item in value.items()}
    if isinstance(value, tuple):
        items = [_sealed(item, array, depth - 1) for item in value]
        if kind is tuple:
            return tuple(items)
        return kind._make(items) if hasattr(kind, "_make") else value
    return value
