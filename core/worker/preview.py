"""A small description of a value, made where the value is."""

from __future__ import annotations

import math
import reprlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_TEXT = 200
MAX_BYTES = 100_000
"""Of more bytes no text is shown where secrets have to be covered, which takes all of them."""

SAMPLE = 50_000
"""Of a larger array the range is that of about so many evenly spaced elements."""

_PLAIN = frozenset({float, bool})
_FEW_DIGITS = 64

_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxfrozenset = _short.maxdict = 20
_short.maxstring = _short.maxother = _short.maxlong = MAX_TEXT
_short.maxlevel = 4


def preview(value: Any, hide: Callable[[str], str] | None = None) -> dict[str, Any]:
    """Return the type of a value and, where they make sense, its length, shape, dtype, range and a short text.

    Never raises, and never shows more than 200 characters. ``hide`` covers what must not be seen.
    """
    kind = type(value)
    if kind in _PLAIN or (kind is int and value.bit_length() < _FEW_DIGITS):
        text = repr(value)
        return {"type": kind.__name__, "text": text if hide is None else hide(text)}
    found: dict[str, Any] = {"type": _type_name(value)}
    try:
        _add_shape(found, value, hide)
    except Exception as error:  # noqa: BLE001 - a strange object must not spoil the task that made it
        found["text"] = f"(cannot be shown: {type(error).__name__})"
    return found


def _type_name(value: Any) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _add_shape(found: dict[str, Any], value: Any, hide: Callable[[str], str] | None) -> None:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        found["shape"] = [int(size) for size in value.shape]
        found["dtype"] = str(value.dtype)
        if hasattr(value, "strides") and value.size and value.dtype.kind in "biuf":
            _add_range(found, value)
        return
    if isinstance(value, list | tuple | dict | set | frozenset):
        found["length"] = len(value)
        if len(value) > 20:
            return
    if isinstance(value, bytes | bytearray):
        if hide is not None and len(value) > MAX_BYTES:
            found["length"] = len(value)
            return
        # The text of two gigabytes takes half a minute, and four times their memory.
        value = value[: MAX_TEXT + 1] if hide is None else value
    # A secret may not be cut before it is covered, so that with one the whole text is made.
    # What is told goes to processes that know no class of the module, also none of its texts.
    text = str.__str__(value) if isinstance(value, str) else (_short.repr(value) if hide is None else repr(value))
    text = text if hide is None else hide(text)
    found["text"] = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _add_range(found: dict[str, Any], array: Any) -> None:
    if array.size > SAMPLE:
        step = math.ceil((array.size / SAMPLE) ** (1 / array.ndim))
        array = array[(slice(None, None, step),) * array.ndim]
    if array.dtype.kind == "f":
        array = array[(array == array) & (abs(array) != math.inf)]  # noqa: PLR0124 - leaves out what is no number
    if array.size:
        found["range"] = [float(array.min()), float(array.max())]
