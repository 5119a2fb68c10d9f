"""Puts a module together from its declaration, its prose and its ports, and checks the whole."""

from __future__ import annotations

import enum
import math
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec
from msgspec import structs

from ..errors import ModuleLookupError, suggestion
from ..modules import Module, Port
from .annotations import Annotation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .docstrings import Docstring

MAX_DEFAULT = 10_000
"""Characters of text in a default or choice that a description keeps."""


Passing = Literal["keyword", "positional", "variadic"]


class Argument(NamedTuple):
    """One argument of a function; ``default`` is kept only where it can stand in a file."""

    name: str
    annotation: Annotation = Annotation()
    optional: bool = False
    default: Any = None
    passing: Passing = "keyword"


class Results(NamedTuple):
    """What a function gives: one value called ``out``, or an object with these fields."""

    outputs: Mapping[str, Annotation]
    fields: bool = False
    help: Mapping[str, str] = {}


def one_result(annotation: Annotation) -> Results:
    """Return the results of a function that gives one value."""
    return Results({"out": annotation})


def assemble(
    options: Mapping[str, Any],
    prose: Docstring,
    arguments: Sequence[Argument],
    results: Results,
    **facts: Any,
) -> Module:
    """Return the checked module: ``options`` are those of ``@module``, ``facts`` its path, source, name."""
    where = facts.get("path") or facts.get("name") or "the module"
    module = Module(
        **(dict(options) | facts),
        help=prose.help,
        inputs=tuple(_input(argument, prose) for argument in _passed(arguments)),
        outputs=tuple(_output(name, kind, prose, results) for name, kind in results.outputs.items()),
        returns="fields" if results.fields else "value",
    )
    for name in module.mutates:
        if name not in module.input_ports:
            remedy = suggestion(name, module.input_ports)
            raise ModuleLookupError(f"mutates={name!r} is no argument of it", where=where, remedy=remedy)
    try:
        return msgspec.convert(msgspec.to_builtins(module), Module)
    except (msgspec.ValidationError, TypeError) as error:
        raise ModuleLookupError(
            f"it cannot be described: {error}", where=where, remedy="Correct what @module says of it"
        ) from None


def _passed(arguments: Sequence[Argument]) -> list[Argument]:
    """Pass by position what stands before ``*args``: by keyword it would meet the first of them."""
    names = [argument.passing for argument in arguments]
    place = names.index("variadic") if "variadic" in names else 0
    return [argument._replace(passing="positional") for argument in arguments[:place]] + list(arguments[place:])


def _input(argument: Argument, prose: Docstring) -> Port:
    annotation = argument.annotation
    if argument.passing == "variadic":
        inner = "" if annotation.type == "any" else f"[{annotation.type}]"
        annotation = annotation._replace(type=f"list{inner}", bases=())
    help_text, unit = prose.parameters.get(argument.name, ""), prose.units.get(argument.name, "")
    return _plain_port(
        annotation.port(
            argument.name,
            help=help_text,
            unit=unit,
            optional=argument.optional,
            default=argument.default,
            passing=argument.passing,
        )
    )


def _output(name: str, annotation: Annotation, prose: Docstring, results: Results) -> Port:
    single = "" if results.fields else prose.returns
    help_text = prose.outputs.get(name) or results.help.get(name) or single
    return _plain_port(annotation.port(name, help=help_text, unit=prose.units.get(name, "")))


def _plain_port(port: Port) -> Port:
    """Leave out the default or the choices that cannot stand in a file."""
    try:
        choices = tuple(plain(value) for value in port.choices)
    except ValueError:
        choices = ()
    try:
        return structs.replace(port, default=plain(port.default), choices=choices)
    except ValueError:
        return structs.replace(port, default=None, choices=choices)


def plain(value: Any) -> Any:
    """Return ``value`` as JSON can say it (a path as text, a tuple as a list); ValueError if it cannot."""
    found = _plain(value, 0)
    if len(repr(found)) > MAX_DEFAULT:
        raise ValueError("too long")
    return found


def _plain(value: Any, depth: int) -> Any:
    if depth > 10:
        raise ValueError("nested too deeply")
    match value:
        case None | bool():
            return value
        case enum.Enum():
            raise ValueError("an enumeration member is not plain")
        case int() if abs(value) < 2**63:
            return int(value)
        case float() if math.isfinite(value):
            return float(value)
        case str():
            return str(value)
        case PurePath():
            return str(value)
        case list() | tuple():
            return [_plain(item, depth + 1) for item in value]
        case dict() if all(type(key) is str for key in value):
            return {key: _plain(item, depth + 1) for key, item in value.items()}
    raise ValueError(f"{type(value).__name__} is not plain")
