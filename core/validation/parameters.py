"""Says whether a value that is written in a pipeline fits the port it is meant for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..types import PortType, alternatives, fits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..modules import Port

ENVIRONMENT = "${env:"
"""What a reference to an environment variable begins with; its value is known only in a run."""

_SCALARS = (bool, int, float, str)
_MANY = (list, tuple)


def fault_in_value(port: Port, port_type: PortType, value: Any) -> str:
    """Say in words why ``value`` cannot enter ``port``, or return nothing.

    Items of a list are looked at one level deep. What is unknown until a run, or of a class of which nothing
    is known, is accepted.
    """
    if is_reference(value):
        return ""
    if value is None and (port.default is None and port.optional):
        return ""
    return _wrong_type(port_type, value) or _not_chosen(port, value) or _out_of_range(port, value)


def is_reference(value: Any) -> bool:
    """Say whether a value names what stands in an environment variable."""
    return isinstance(value, str) and ENVIRONMENT in value


def type_of(value: Any) -> PortType:
    """Return the type of a value, as a port would write it."""
    return PortType(_name_of(type(value)))


def _name_of(kind: type) -> str:
    if kind is type(None):
        return "None"
    if kind.__module__ == "builtins":
        return kind.__qualname__
    if kind.__module__.startswith("pathlib"):
        return "pathlib.Path"
    return f"{kind.__module__}.{kind.__qualname__}"


def _wrong_type(port_type: PortType, value: Any) -> str:
    parts = alternatives(port_type)
    names = {part.name for part in parts}
    if isinstance(value, bool) and not names.isdisjoint({"int", "float", "complex"}) and _only_numbers(names):
        return f"{_shown(value)} is a truth value, and a number ({port_type}) is expected"
    if not fits(type_of(value), port_type, _bases(value)):
        return f"{_shown(value)} is no {port_type}"
    if isinstance(value, _MANY):
        return _wrong_items(parts, value)
    return ""


def _only_numbers(names: set[str]) -> bool:
    return names <= {"int", "float", "complex", "None"}


def _bases(value: Any) -> tuple[str, ...]:
    kind = type(value)
    return () if kind.__module__ == "builtins" else tuple(map(_name_of, kind.__mro__[1:-1]))


def _wrong_items(parts: Iterable[PortType], value: list[Any] | tuple[Any, ...]) -> str:
    """Compare the items with the item type; a list that any alternative of a union could hold is accepted."""
    faults = []
    for part in parts:
        if part.name not in {"list", "set", "frozenset", "collections.abc.Sequence"} or len(part.arguments) != 1:
            if part.name not in {"None", "bool", "int", "float", "complex", "str", "dict"}:
                return ""
            continue
        wanted = part.arguments[0]
        samples = {type(item): item for item in value}
        wrong = [item for item in samples.values() if not (is_reference(item) or fits(type_of(item), wanted))]
        if not wrong:
            return ""
        faults.append(f"the item {_shown(wrong[0])} is no {wanted}")
    return faults[0] if faults else ""


def _not_chosen(port: Port, value: Any) -> str:
    if not port.choices:
        return ""
    values = value if isinstance(value, _MANY) and value not in port.choices else (value,)
    wrong = [item for item in values if isinstance(item, _SCALARS) and item not in port.choices]
    if not wrong:
        return ""
    offered = ", ".join(map(_shown, port.choices[:8])) + (", …" if len(port.choices) > 8 else "")
    return f"{_shown(wrong[0])} is not among the choices: {offered}"


def _out_of_range(port: Port, value: Any) -> str:
    if port.low is None and port.high is None:
        return ""
    for number in value if isinstance(value, _MANY) else (value,):
        if not isinstance(number, int | float) or isinstance(number, bool):
            continue
        if not ((port.low is None or number >= port.low) and (port.high is None or number <= port.high)):
            return f"{_shown(number)} is outside {_range(port)}"
    return ""


def _range(port: Port) -> str:
    unit = f" {port.unit}" if port.unit else ""
    if port.high is None:
        return f"the range from {port.low:g}{unit}"
    return (
        f"the range up to {port.high:g}{unit}" if port.low is None else f"the range {port.low:g} to {port.high:g}{unit}"
    )


def _shown(value: Any) -> str:
    if isinstance(value, int) and not -(10**40) < value < 10**40:
        return "a very long number"
    if isinstance(value, str | int | float | None):
        text = repr(value[:60] if isinstance(value, str) else value)
        return text if len(text) <= 80 else f"{text[:77]}…"
    return f"a {type(value).__name__}"
