"""Turns an annotation, an object or its text, into a type that ports understand."""

from __future__ import annotations

import ast
import collections.abc
import math
import sys
import types
import typing
from typing import TYPE_CHECKING, Any, NamedTuple

from ..modules import Port
from ..types import MAX_LENGTH, parse_type
from ..worker.declare import Choices, Help, Range, Unit
from .aliases import Aliases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_METADATA: dict[str, Callable[..., object]] = {"Range": Range, "Unit": Unit, "Choices": Choices, "Help": Help}
_ANYTHING = frozenset({"any", "object", "typing.Any", "numpy.typing.ArrayLike", "typing.Self"})
_WRAPPERS = frozenset({"Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "Unpack", "InitVar"})
_CONCRETE = {"PosixPath": "pathlib.Path", "WindowsPath": "pathlib.Path", "Path": "pathlib.Path"}
_DEPTH = 20


class Annotation(NamedTuple):
    """A type, the classes it derives from, and what ``Annotated`` or ``Literal`` add to it."""

    type: str = "any"
    bases: tuple[str, ...] = ()
    metadata: tuple[object, ...] = ()

    def port(self, name: str, **facts: Any) -> Port:
        """Return a port of this type; ``facts`` (help, unit, …) hold where the annotation is silent."""
        said: dict[str, Any] = {"type": self.type, "bases": self.bases}
        for item in self.metadata:
            match item:
                case Range():
                    said |= {"low": _number(item.low), "high": _number(item.high)}
                case Unit():
                    said["unit"] = str(item.text)
                case Help():
                    said["help"] = str(item.text)
                case Choices():
                    said["choices"] = item.values
        return Port(name=name, **(facts | said))


ANYTHING = Annotation()
NOTHING = Annotation("None")


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def read_annotation(annotation: object, aliases: Aliases = Aliases(), depth: int = 0) -> Annotation:  # noqa: B008
    """Read an annotation that is an object; text inside it is read with ``aliases``."""
    if depth > _DEPTH:
        return ANYTHING
    if annotation is None or annotation is types.NoneType:
        return NOTHING
    if isinstance(annotation, str):
        return read_text(annotation, aliases, depth + 1)
    if isinstance(annotation, typing.ForwardRef):
        return read_text(annotation.__forward_arg__, aliases, depth + 1)
    for attribute in ("__supertype__", "__value__"):  # NewType, and the type statement
        if hasattr(annotation, attribute) and not isinstance(annotation, type):
            return read_annotation(getattr(annotation, attribute), aliases, depth + 1)
    origin = typing.get_origin(annotation)
    if origin is not None and annotation is not _array_like():
        return _read_generic(annotation, origin, lambda part: read_annotation(part, aliases, depth + 1))
    return read_class(annotation) if isinstance(annotation, type) else ANYTHING


def _array_like() -> object:
    return getattr(sys.modules.get("numpy.typing"), "ArrayLike", ANYTHING)


def _read_generic(annotation: object, origin: object, read: Callable[[object], Annotation]) -> Annotation:
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        return _annotated(read(arguments[0]), getattr(annotation, "__metadata__", ()))
    if origin in {typing.Union, types.UnionType}:
        return _union([read(part) for part in arguments])
    if origin is typing.Literal:
        return _literal(arguments)
    if getattr(origin, "_name", getattr(origin, "__name__", "")) in _WRAPPERS:
        return read(arguments[0]) if arguments else ANYTHING
    outer = read_class(origin) if isinstance(origin, type) else ANYTHING
    if origin is collections.abc.Callable:
        return outer
    return _generic(outer, [read(part) for part in arguments if part is not ...])


def qualified_name(cls: type) -> str:
    """Return ``module.QualName`` of a class, the plain name for a built-in one."""
    name = cls.__qualname__.replace("<locals>.", "")
    if cls.__module__.partition(".")[0] == "pathlib":  # pathlib._local in newer Pythons
        return _CONCRETE.get(name, f"pathlib.{name}")
    return name if cls.__module__ == "builtins" else f"{cls.__module__}.{name}"


def read_class(cls: type) -> Annotation:
    """Return the annotation of a class; of a structural one (a Protocol) nothing can be told."""
    if cls is object or cls is Any or getattr(cls, "_is_protocol", False):
        return ANYTHING
    name = qualified_name(cls)
    if cls.__module__ in {"builtins", "collections.abc", "pathlib"}:
        return _checked(name)
    bases = (qualified_name(base) for base in cls.__mro__[1:] if base not in {object, typing.Generic})
    return _checked(name, tuple(base for base in bases if _checked(base) is not ANYTHING))


def _checked(text: str, bases: tuple[str, ...] = (), metadata: tuple[object, ...] = ()) -> Annotation:
    """Return the annotation if ``text`` is a type, else anything."""
    try:
        parsed = parse_type(text)
    except ValueError:
        return ANYTHING._replace(metadata=metadata) if metadata else ANYTHING
    return Annotation(str(parsed), bases, metadata)


def _annotated(inner: Annotation, metadata: Iterable[object]) -> Annotation:
    known = tuple(item for item in metadata if isinstance(item, Range | Unit | Choices | Help))
    return inner._replace(metadata=(*inner.metadata, *known))


def _literal(values: Sequence[object]) -> Annotation:
    kinds = dict.fromkeys("None" if value is None else type(value).__name__ for value in values)
    if not kinds or not kinds.keys() <= {"str", "int", "bool", "None"}:
        return ANYTHING
    return _checked(" | ".join(kinds), (), (Choices(*values),))


def _union(parts: Sequence[Annotation]) -> Annotation:
    metadata = tuple(item for part in parts for item in part.metadata if not isinstance(item, Choices))
    if not parts or any(part.type in _ANYTHING for part in parts):
        return ANYTHING._replace(metadata=metadata)
    values = [part for part in parts if part.type != "None"]
    choices = [[*item.values] for part in values for item in part.metadata if isinstance(item, Choices)]
    if choices and len(choices) == len(values):
        either = [value for group in choices for value in group] + [None] * (len(values) < len(parts))
        metadata = (*metadata, Choices(*dict.fromkeys(either)))
    bases = [part.bases for part in values if part.bases]
    return _checked(" | ".join(part.type for part in parts), bases[0] if len(bases) == 1 else (), metadata)


def _generic(outer: Annotation, arguments: Sequence[Annotation]) -> Annotation:
    if outer.type in {"any", "numpy.ndarray"} or not arguments or all(a.type == "any" for a in arguments):
        return outer
    inner = ", ".join(argument.type for argument in arguments)
    return _checked(f"{outer.type}[{inner}]", outer.bases)


def read_text(text: str, aliases: Aliases = Aliases(), depth: int = 0) -> Annotation:  # noqa: B008
    """Read the text of an annotation, importing nothing; what is no type may be anything."""
    if len(text) > MAX_LENGTH:
        return ANYTHING
    try:
        return read_node(ast.parse(text.strip(), mode="eval").body, aliases, depth + 1)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ANYTHING


def read_node(node: ast.expr, aliases: Aliases = Aliases(), depth: int = 0) -> Annotation:  # noqa: B008
    """Read the syntax tree of an annotation; see *read_text*."""
    if depth > _DEPTH:
        return ANYTHING
    match node:
        case ast.Constant(value=None):
            return NOTHING
        case ast.Constant(value=str(text)):
            return read_text(text, aliases, depth + 1)
        case ast.Name() | ast.Attribute():
            return _read_name(node, aliases, depth + 1)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union([read_node(left, aliases, depth + 1), read_node(right, aliases, depth + 1)])
        case ast.Subscript(value=value, slice=ast.Tuple(elts=elements)):
            return _read_subscript(value, elements, aliases, depth + 1)
        case ast.Subscript(value=value, slice=element):
            return _read_subscript(value, [element], aliases, depth + 1)
    return ANYTHING


def _read_name(node: ast.expr, aliases: Aliases, depth: int) -> Annotation:
    if isinstance(node, ast.Name) and node.id not in aliases.imports:
        if node.id in aliases.classes:
            return _checked(aliases.dotted(node), bases_in_text(aliases.classes[node.id], aliases))
        if node.id in aliases.assigned:
            return _read_assigned(aliases.assigned[node.id], aliases, depth)
    name = _canonical(aliases.dotted(node))
    return ANYTHING if name in _ANYTHING else _checked(name)


def _read_assigned(value: ast.expr, aliases: Aliases, depth: int) -> Annotation:
    match value:
        case ast.Call(func=function, args=[_, supertype]) if aliases.dotted(function).endswith("NewType"):
            return read_node(supertype, aliases, depth + 1)
        case ast.Call():  # a TypeVar, or something else that only running it would tell
            return ANYTHING
    return read_node(value, aliases, depth + 1)


def _canonical(name: str) -> str:
    """Return the runtime name of what typing, pathlib and numpy.typing have several names for."""
    package, _, last = name.rpartition(".")
    if package in {"typing", "typing_extensions"}:
        origin = typing.get_origin(getattr(typing, last, None))
        return qualified_name(origin) if isinstance(origin, type) else "any"
    if package == "pathlib":
        return _CONCRETE.get(last, name)
    if name == "numpy.typing.NDArray":
        return "numpy.ndarray"
    return last if package == "builtins" else name


def _read_subscript(value: ast.expr, elements: list[ast.expr], aliases: Aliases, depth: int) -> Annotation:
    name = aliases.dotted(value)
    last = name.rpartition(".")[2]
    if name == last or name.startswith(("typing.", "typing_extensions.", f"{aliases.module}.")):
        special = _read_special(last, elements, aliases, depth)
        if special is not None:
            return special
    if last in {"Callable", "NDArray"}:
        return _read_name(value, aliases, depth)
    kept = [e for e in elements if not (isinstance(e, ast.Constant) and e.value is ...)]
    return _generic(read_node(value, aliases, depth), [read_node(element, aliases, depth) for element in kept])


def _read_special(name: str, elements: list[ast.expr], aliases: Aliases, depth: int) -> Annotation | None:
    match name:
        case "Optional":
            return _union([read_node(elements[0], aliases, depth), NOTHING])
        case "Union":
            return _union([read_node(element, aliases, depth) for element in elements])
        case "Literal":
            constants = [element.value for element in elements if isinstance(element, ast.Constant)]
            return _literal(constants if len(constants) == len(elements) else [])
        case "Annotated":
            metadata = (_metadata(element, aliases) for element in elements[1:])
            return _annotated(read_node(elements[0], aliases, depth), metadata)
    return read_node(elements[0], aliases, depth) if name in _WRAPPERS else None


def _metadata(node: ast.expr, aliases: Aliases) -> object:
    """Build a Range, Unit, Choices or Help from its literals; anything else says nothing."""
    if not isinstance(node, ast.Call):
        return None
    name = aliases.dotted(node.func)
    if name.rpartition(".")[2] not in _METADATA or not (name.count(".") == 0 or "treadle" in name):
        return None
    try:
        arguments = [ast.literal_eval(argument) for argument in node.args]
        options = {str(option.arg): ast.literal_eval(option.value) for option in node.keywords}
        return _METADATA[name.rpartition(".")[2]](*arguments, **options)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def bases_in_text(node: ast.ClassDef, aliases: Aliases, depth: int = 0) -> tuple[str, ...]:
    """Return the qualified names of the classes that a class in the text derives from, as far as it tells."""
    found: dict[str, None] = {}
    for base in node.bases if depth < _DEPTH else ():
        name = aliases.dotted(base.value if isinstance(base, ast.Subscript) else base)
        if name and name != "object" and not name.startswith("typing."):
            found[_canonical(name)] = None
        if isinstance(base, ast.Name) and base.id in aliases.classes:
            found.update(dict.fromkeys(bases_in_text(aliases.classes[base.id], aliases, depth + 1)))
    return tuple(found)
