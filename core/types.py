"""Port types as text, and which fits which, without importing any class they name."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LENGTH = 1000
MAX_NESTING = 20

_ANYTHING = frozenset({"any", "object"})
_NUMBERS = ("bool", "int", "float", "complex")
_SEQUENCES = frozenset({"list", "tuple", "set", "frozenset"})
_ABSTRACT = {
    "collections.abc.Sequence": frozenset({"list", "tuple", "str", "bytes", "range"}),
    "collections.abc.Iterable": _SEQUENCES | {"dict", "str", "bytes", "range", "numpy.ndarray"},
    "collections.abc.Collection": _SEQUENCES | {"dict", "str", "bytes", "range"},
    "collections.abc.Mapping": frozenset({"dict"}),
    "os.PathLike": frozenset({"pathlib.Path"}),
    "numbers.Real": frozenset(_NUMBERS[:3]),
}
_CLOSED = frozenset(_NUMBERS) | _SEQUENCES | {"str", "bytes", "dict", "None", "pathlib.Path"}

COERCIONS = frozenset({("str", "pathlib.Path"), ("pathlib.Path", "str"), ("list", "tuple"), ("tuple", "list")})
"""Pairs (from, to) that the worker converts on the way into a module, because nothing can be lost."""

CONVERSIONS: dict[tuple[str, str], str] = {
    ("int", "str"): "builtins:str",
    ("float", "str"): "builtins:str",
    ("bool", "str"): "builtins:str",
    ("str", "int"): "builtins:int",
    ("str", "float"): "builtins:float",
    ("float", "int"): "builtins:round",
    ("numpy.ndarray", "list"): "numpy:ndarray.tolist",
    ("list", "numpy.ndarray"): "numpy:asarray",
}
"""Pairs (from, to) and the import path of the module that can be placed between them."""


class PortType(NamedTuple):
    """A parsed type: a qualified name with its arguments; a union has the name ``|``."""

    name: str
    arguments: tuple[PortType, ...] = ()

    def __str__(self) -> str:
        if self.name == "|":
            return " | ".join(map(str, self.arguments))
        inner = ", ".join(map(str, self.arguments))
        return f"{self.name}[{inner}]" if inner else self.name


ANY = PortType("any")


@lru_cache(maxsize=4096)
def parse_type(text: str) -> PortType:
    """Parse a type such as ``list[pathlib.Path] | None``; ValueError if it is no type."""
    if len(text) > MAX_LENGTH or max(text.count("["), text.count("|"), text.count("(")) > MAX_NESTING:
        raise ValueError("the type is too long to be meant")
    try:
        return _from_ast(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{text!r} is not a type") from None


def _from_ast(node: ast.expr) -> PortType:
    match node:
        case ast.Constant(value=None):
            return PortType("None")
        case ast.Name() | ast.Attribute():
            return PortType(_dotted(node))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union(_from_ast(left), _from_ast(right))
        case ast.Subscript(value=value, slice=ast.Tuple(elts=elements)):
            return PortType(_dotted(value), tuple(_argument(e) for e in elements if not _is_ellipsis(e)))
        case ast.Subscript(value=value, slice=element):
            return PortType(_dotted(value), (_argument(element),))
    raise ValueError("not a type")


def _argument(node: ast.expr) -> PortType:
    # A literal such as Literal["a", 1], or the list in Callable[[int], str], narrows nothing that we check.
    if isinstance(node, ast.List) or (isinstance(node, ast.Constant) and node.value is not None):
        return ANY
    return _from_ast(node)


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    raise ValueError("not a name")


def _union(left: PortType, right: PortType) -> PortType:
    parts: dict[PortType, None] = {}
    for side in (left, right):
        parts.update(dict.fromkeys(side.arguments if side.name == "|" else (side,)))
    return PortType("|", tuple(parts))


def alternatives(port_type: PortType) -> tuple[PortType, ...]:
    """Return the members of a union, or the type itself."""
    return port_type.arguments if port_type.name == "|" else (port_type,)


def item_type(port_type: PortType) -> PortType | None:
    """Return the type of one item of a list-like type, ``any`` if unknown, None if it cannot have items."""
    items = [item for part in alternatives(port_type) if (item := _item_of(part)) is not None]
    return items[0] if items else None


def _item_of(part: PortType) -> PortType | None:
    if part.name in _SEQUENCES or part.name in _ABSTRACT:
        return part.arguments[0] if part.arguments else ANY
    return None if part.name in _CLOSED else ANY


def list_of(port_type: PortType) -> PortType:
    """Return the type of a list of such values."""
    return PortType("list", (port_type,))


def fits(source: PortType, target: PortType, bases: Sequence[str] = ()) -> bool:
    """Say whether a value of type ``source`` may enter a port of type ``target``.

    ``bases`` are the qualified names of the classes that the source's class derives from. A class of which
    nothing is known is given the benefit of the doubt: only what cannot work is refused.
    """
    return any(_fits(s, t, bases) for s in alternatives(source) for t in alternatives(target))


def _fits(source: PortType, target: PortType, bases: Sequence[str]) -> bool:
    if source.name in _ANYTHING or target.name in _ANYTHING:
        return True
    if source.name == target.name:
        pairs = zip(source.arguments, target.arguments, strict=False)
        return source.name == "tuple" or all(fits(s, t) for s, t in pairs)
    if target.name in bases or (source.name, target.name) in COERCIONS:
        return True
    if source.name in _NUMBERS and target.name in _NUMBERS:
        return _NUMBERS.index(source.name) < _NUMBERS.index(target.name)
    if target.name in _ABSTRACT:
        return source.name not in _CLOSED or source.name in _ABSTRACT[target.name]
    return not _known_apart(source.name, target.name, bases)


def _known_apart(source: str, target: str, bases: Sequence[str]) -> bool:
    if source in _CLOSED:
        return target in _CLOSED or target == "numpy.ndarray"
    return bool(bases) and target in _CLOSED


def converter(source: PortType, target: PortType) -> str | None:
    """Return the import path of the module that turns ``source`` into ``target``, if one is registered."""
    return CONVERSIONS.get((source.name, target.name))
