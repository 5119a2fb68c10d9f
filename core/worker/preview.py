"""A small description of a value, made where the value is."""

from __future__ import annotations

from typing import Any

MAX_TEXT = 200


def preview(value: Any) -> dict[str, Any]:
    """Return the type of a value and, where they make sense, its length, shape, dtype, range and a short text.

    Never raises, and never shows more than 200 characters.
    """
    found: dict[str, Any] = {"type": _type_name(value)}
    try:
        _add_shape(found, value)
    except Exception as error:  # noqa: BLE001 - a strange object must not spoil the task that made it
        found["text"] = f"(cannot be shown: {type(error).__name__})"
    return found


def _type_name(value: Any) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _add_shape(found: dict[str, Any], value: Any) -> None:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        found["shape"] = [int(size) for size in value.shape]
        found["dtype"] = str(value.dtype)
        if getattr(value, "size", 0) and value.dtype.kind in "biuf":
            found["range"] = [float(value.min()), float(value.max())]
        return
    if isinstance(value, list | tuple | dict | set | frozenset):
        found["length"] = len(value)
        if len(value) > 20:
            return
    text = value if isinstance(value, str) else repr(value)
    found["text"] = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
