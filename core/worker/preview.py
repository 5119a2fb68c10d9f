"""A small description of a value, made where the value is."""

from __future__ import annotations

import contextlib
import math
import re
import reprlib
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from .thumbnail import thumbnail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_TEXT = 200
MAX_BYTES = 100_000
"""Of more bytes no text is shown where secrets have to be covered, which takes all of them."""

SAMPLE = 50_000
"""Of a larger array the range is that of about so many evenly spaced elements."""

_PLAIN = frozenset({float, bool})
_UNSEEN = frozenset({str, bytes, int, list, tuple, dict, set, type(None)})
_FEW_DIGITS = 64

_ADDRESS = re.compile(r" (?:object )?at 0x[0-9a-fA-F]+")
"""Tells nothing: it is another one in each run."""

MOST_FIELDS = 8


class _Short(reprlib.Repr):
    """Shows an object that says nothing of itself by what it is made of."""

    def repr_instance(self, value: Any, level: int) -> str:
        """Return the text of an object of any other class."""
        fields = _fields(value)
        if fields is None or level <= 0:
            return _without_address(super().repr_instance(value, level))
        shown = [f"{name}={self._field(one, level - 1)}" for name, one in fields[:MOST_FIELDS]]
        more = ["…"] if len(fields) > MOST_FIELDS else []
        return f"{type(value).__name__}({', '.join([*shown, *more])})"

    def _field(self, value: Any, level: int) -> str:
        if hasattr(value, "shape") and hasattr(value, "dtype"):
            return f"{type(value).__name__} {' × '.join(map(str, value.shape))} {value.dtype}".replace("  ", " ")
        return self.repr1(value, level)


_short = _Short()
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxfrozenset = _short.maxdict = 20
_short.maxstring = _short.maxother = _short.maxlong = MAX_TEXT
_short.maxlevel = 4


def preview(value: Any, hide: Callable[[str], str] | None = None, *, picture: bool = False) -> dict[str, Any]:
    """Return the type of a value and, where they make sense, its length, shape, dtype, range and a short text.

    Never raises, and never shows more than 200 characters. ``hide`` covers what must not be seen. With ``picture``
    there is a small one, as the URL of its data, of what can be seen.
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
    if picture and kind not in _UNSEEN:
        # Whatever a library has to say against it: it is only a picture.
        with contextlib.suppress(Exception):
            if drawn := thumbnail(value, plain=hide is not None):
                found["picture"] = drawn
    return found


def _fields(value: Any) -> list[tuple[str, Any]] | None:
    """Return what an object is made of, if its own text would tell less or all of it; else None."""
    kind = type(value)
    if getattr(getattr(kind, "__dataclass_params__", None), "repr", False):
        return [(name, getattr(value, name)) for name, one in kind.__dataclass_fields__.items() if one.repr]
    if not _says_nothing(kind):
        return None
    return list(_attributes(value))


def _says_nothing(kind: Any) -> bool:
    return bool(kind.__repr__ is object.__repr__)


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    names = [*getattr(value, "__dict__", ()), *getattr(type(value), "__slots__", ())]
    for name in names:
        if not name.startswith("_") and hasattr(value, name):
            yield name, getattr(value, name)


def _without_address(text: str) -> str:
    return _ADDRESS.sub("", text)


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
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and all(isinstance(size, int) for size in shape):
        found["shape"] = list(shape)
        if _says_nothing(type(value)):
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
    text = _text(value) if hide is None or isinstance(value, str | PurePath) else repr(value)
    text = _without_address(text if hide is None else hide(text))
    found["text"] = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _text(value: Any) -> str:
    if isinstance(value, str):
        # What is told goes to processes that know no class of the module, also none of its texts.
        return str.__str__(value)
    return str(value) if isinstance(value, PurePath) else _short.repr(value)


def _add_range(found: dict[str, Any], array: Any) -> None:
    if array.size > SAMPLE:
        step = math.ceil((array.size / SAMPLE) ** (1 / array.ndim))
        array = array[(slice(None, None, step),) * array.ndim]
    if array.dtype.kind == "f":
        array = array[(array == array) & (abs(array) != math.inf)]  # noqa: PLR0124 - leaves out what is no number
    if array.size:
        found["range"] = [float(array.min()), float(array.max())]
