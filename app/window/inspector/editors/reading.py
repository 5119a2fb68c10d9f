"""Reads what a person wrote as a value of the type that a port wants, and writes values as text."""

from __future__ import annotations

import enum
import json
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from PyQt6.QtCore import QCoreApplication, QLocale

from .....core.types import alternatives
from .....core.validation.parameters import ENVIRONMENT, fault_in_value, is_reference
from ...ports import type_of

if TYPE_CHECKING:
    from collections.abc import Set

    from .....core.modules import Port

_REFERENCE = re.compile(r"\$\{env:[A-Za-z_][A-Za-z0-9_]*\}")
_NUMERIC = frozenset({"int", "float", "complex", "bool"})
_NOTHING = frozenset({"None"})


class Unset(enum.Enum):
    """What stands where there is no one value: UNSET is the default, MIXED several nodes' different values."""

    UNSET = enum.auto()
    MIXED = enum.auto()


UNSET, MIXED = Unset.UNSET, Unset.MIXED


class Fault(NamedTuple):
    """What is wrong with what was written."""

    text: str


def kinds_of(port: Port) -> frozenset[str]:
    """Return the names of the types that a port takes, None left out."""
    return frozenset(part.name for part in alternatives(type_of(port.type))) - _NOTHING


def takes_none(port: Port) -> bool:
    """Say whether a port takes None."""
    return any(part.name in {"None", "any", "object"} for part in alternatives(type_of(port.type)))


def checked(port: Port, value: Any, *, references: bool = True) -> Any:
    """Return a value if it may enter a port, else the Fault; not everywhere may ``references`` stand for a value."""
    if isinstance(value, Fault | Unset):
        return value
    if not references and any(map(is_reference, value if isinstance(value, list) else [value])):
        return Fault(_tr("An environment variable cannot stand here"))
    fault = _fault_in_references(value) or fault_in_value(port, type_of(port.type), value)
    return Fault(fault) if fault else value


def _fault_in_references(value: Any) -> str:
    if isinstance(value, str) and ENVIRONMENT in value and ENVIRONMENT in _REFERENCE.sub("", value):
        return _tr("Write a reference to an environment variable as ${env:NAME}")
    return ""


def read_number(text: str, kinds: Set[str]) -> Any:
    """Read a number as the person's locale or Python writes it; a reference stays text, nothing is UNSET."""
    text = text.strip()
    if not text:
        return UNSET
    if ENVIRONMENT in text:
        return text
    if "int" in kinds and (whole := _whole(text)) is not None:
        return whole
    number = _fraction(text)
    if number is None:
        return Fault(_tr("“{text}” is no number").format(text=text[:40]))
    if not math.isfinite(number):
        return Fault(_tr("The number must be finite"))
    if "float" not in kinds:
        return Fault(_tr("A whole number is needed"))
    return number


def _whole(text: str) -> int | None:
    if len(text) > 4000:
        return None
    try:
        return int(text)
    except ValueError:
        number, right = _locale().toLongLong(text)
        return number if right else None


def _fraction(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        number, right = _locale().toDouble(text)
        return number if right else None


def _locale() -> QLocale:
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator | QLocale.NumberOption.RejectGroupSeparator)
    return locale


def text_of(value: Any) -> str:
    """Write a value as a person would: numbers as the locale has them, text as it is, all else as JSON."""
    match value:
        case Unset():
            return ""
        case None:
            return _tr("none")
        case str():
            return value
        case bool():
            return _tr("yes") if value else _tr("no")
        case int():
            return str(value) if abs(value) < 10**40 else hex(value)
        case float():
            return _locale().toString(value, "g", QLocale.FloatingPointPrecisionOption.FloatingPointShortest.value)
    return json_of(value)


def json_of(value: Any, *, indent: int | None = None) -> str:
    """Write a value as JSON; what JSON has no word for as Python shows it."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=repr)


def read_item(text: str, kinds: Set[str]) -> Any:
    """Read one item of a list or mapping by the types that its items may have."""
    if not kinds or kinds & {"any", "object"}:
        return read_anything(text)
    if "str" in kinds or "pathlib.Path" in kinds:
        return text
    if kinds & _NUMERIC:
        return _read_scalar(text, kinds)
    return read_json(text)


def _read_scalar(text: str, kinds: Set[str]) -> Any:
    if "bool" in kinds:
        words = {"true": True, "false": False, _tr("yes").lower(): True, _tr("no").lower(): False}
        if text.strip().lower() in words:
            return words[text.strip().lower()]
        if len(kinds) == 1:
            return Fault(_tr("“{text}” is neither true nor false").format(text=text[:40]))
    read = read_number(text, kinds)
    return Fault(_tr("It is empty")) if read is UNSET else read


def read_json(text: str) -> Any:
    """Read JSON; nothing is UNSET."""
    if not text.strip():
        return UNSET
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        return Fault(_tr("It is nested too deeply"))
    except json.JSONDecodeError as error:
        place = _tr("line {line}, column {column}").format(line=error.lineno, column=error.colno)
        return Fault(f"{place}: {error.msg}")
    except ValueError as error:
        return Fault(str(error))


def _refuse(word: str) -> Any:
    raise ValueError(_tr("{word} is no JSON value").format(word=word))


_LIKE_JSON = re.compile(r"\s*([\[{\"]|-?\d|true\s*$|false\s*$|null\s*$)")


def read_anything(text: str) -> Any:
    """Read any value: JSON where the text begins like it, else the text itself."""
    if not text.strip():
        return UNSET
    if not _LIKE_JSON.match(text):
        return text
    read = read_json(text)
    looks_like_a_word = text.strip()[0] not in '[{"'
    return text if isinstance(read, Fault) and looks_like_a_word else read


def write_anything(value: Any) -> str:
    """Write any value so that ``read_anything`` gives it back."""
    if isinstance(value, Unset):
        return ""
    if isinstance(value, str) and read_anything(value) == value:
        return value
    text = json_of(value)
    return text if len(text) <= 60 else json_of(value, indent=2)


def write_item(value: Any, kinds: Set[str]) -> str:
    """Write one item so that ``read_item`` gives it back."""
    if not kinds or kinds & {"any", "object"}:
        return write_anything(value)
    return text_of(value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Reading", text)
