"""Chooses the editor for a port and the value it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .....core.validation.parameters import is_reference
from .anything import AnythingEditor
from .choices import ChoiceEditor, SwitchEditor
from .code import CodeEditor, is_code
from .colours import ColourEditor, is_colour
from .lists import MOST_ITEMS, ListEditor
from .mappings import MappingEditor
from .numbers import NumberEditor
from .paths import PathEditor, is_path, purpose_of
from .reading import kinds_of
from .texts import TextEditor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .....core.modules import Module, Port
    from ...theme.theme import Theme
    from .editor import Editor

_LISTS = frozenset({"list", "tuple", "set", "frozenset", "collections.abc.Sequence", "collections.abc.Iterable"})
_MAPPINGS = frozenset({"dict", "collections.abc.Mapping"})
_NUMBERS = frozenset({"int", "float"})
_ANYTHING = frozenset({"any", "object"})


def kind_of_editor(port: Port, value: Any = None) -> str:
    """Name the editor that fits a port and its value; empty if only a connection can give what it takes."""
    kinds = kinds_of(port)
    if is_reference(value):
        return "text"
    if port.choices and not kinds & _LISTS:
        return "choice"
    if not kinds or kinds & _ANYTHING:
        return "anything"
    return _by_name(port, kinds) or _by_type(kinds, value)


def _by_name(port: Port, kinds: frozenset[str]) -> str:
    named = (("path", is_path(port, kinds)), ("colour", is_colour(port, kinds)), ("code", is_code(port, kinds)))
    return next((name for name, fits in named if fits), "")


def _by_type(kinds: frozenset[str], value: Any) -> str:
    if kinds == {"bool"}:
        return "switch"
    if kinds <= _NUMBERS:
        return "number"
    if kinds == {"str"}:
        return "text"
    if kinds <= _LISTS:
        return "list" if not isinstance(value, list) or _is_flat(value) else "anything"
    if kinds <= _MAPPINGS:
        return "mapping" if not isinstance(value, dict) or _is_flat(list(value.values())) else "anything"
    known = _LISTS | _MAPPINGS | _NUMBERS | {"bool", "str", "complex"}
    return "anything" if kinds & known else ""


def _is_flat(values: list[Any]) -> bool:
    return len(values) <= MOST_ITEMS and not any(isinstance(value, list | tuple | dict) for value in values[:50])


def make_editor(
    port: Port,
    value: Any,
    theme: Theme,
    module: Module | None = None,
    base: Path | None = None,
    words: Mapping[str, str] | None = None,
) -> Editor | None:
    """Make the editor; None if there is none. ``base`` is the folder from which paths count."""
    makers: dict[str, Any] = {
        "choice": lambda one: ChoiceEditor(one, words=words),
        "switch": SwitchEditor,
        "number": NumberEditor,
        "text": TextEditor,
        "path": lambda one: PathEditor(one, theme, purpose_of(one, module), base),
        "colour": lambda one: ColourEditor(one, theme),
        "code": lambda one: CodeEditor(one, theme),
        "list": lambda one: ListEditor(one, theme),
        "mapping": lambda one: MappingEditor(one, theme),
        "anything": lambda one: AnythingEditor(one, theme),
    }
    maker = makers.get(kind_of_editor(port, value))
    made: Editor | None = maker(port) if maker is not None else None
    return made
