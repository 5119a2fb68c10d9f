"""Finds the outputs of a function: the fields of the named tuple, dataclass or typed dict that it returns."""

from __future__ import annotations

import ast
import dataclasses
import typing
from typing import TYPE_CHECKING, Any

from .annotations import read_node
from .assemble import Results, one_result
from .docstrings import parse_docstring

if TYPE_CHECKING:
    from collections.abc import Callable

    from .aliases import Aliases
    from .annotations import Annotation

_DEPTH = 10
_RECORDS = frozenset({"NamedTuple", "TypedDict"})


def results_of_class(cls: object, read: Callable[[object], Annotation]) -> Results | None:
    """Return the fields of a class as outputs, None for an ordinary class; ``read`` reads annotations."""
    fields = _fields(cls) if isinstance(cls, type) else {}
    if not fields:
        return None
    help_texts = parse_docstring(cls.__doc__).parameters
    return Results({name: read(annotation) for name, annotation in fields.items()}, True, help_texts)


def _fields(cls: type[Any]) -> dict[str, Any]:
    if dataclasses.is_dataclass(cls):
        return {field.name: field.type for field in dataclasses.fields(cls)}
    if typing.is_typeddict(cls):
        return dict(cls.__annotations__)
    names = getattr(cls, "_fields", ())
    if not issubclass(cls, tuple) or not all(isinstance(name, str) for name in names):
        return {}
    known = {name: kind for base in reversed(cls.__mro__) for name, kind in _own_annotations(base).items()}
    return {name: known.get(name, typing.Any) for name in names}


def _own_annotations(cls: type) -> dict[str, Any]:
    return dict(getattr(cls, "__annotations__", None) or {})


def results_in_text(returns: ast.expr | None, aliases: Aliases) -> Results:
    """Return the outputs that the text of a return annotation tells, where its class is in the same text."""
    if returns is None:
        return Results({"out": read_node(ast.Name("object"), aliases)})
    name = _class_name(returns)
    cls = aliases.classes.get(name) if name not in aliases.imports else None
    fields = _text_fields(cls, aliases) if cls else {}
    if not cls or not fields:
        return one_result(read_node(returns, aliases))
    help_texts = parse_docstring(ast.get_docstring(cls)).parameters
    return Results({field: read_node(kind, aliases) for field, kind in fields.items()}, True, help_texts)


def _class_name(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.strip()
    return node.id if isinstance(node, ast.Name) else ""


def _text_fields(cls: ast.ClassDef, aliases: Aliases, depth: int = 0) -> dict[str, ast.expr]:
    """Return the annotated fields of a record class in order, those of its bases first; none for others."""
    parents = [_text_fields(parent, aliases, depth + 1) for parent in _parents(cls, aliases) if depth < _DEPTH]
    if not any(parents) and not _is_record(cls, aliases):
        return {}
    fields = {name: kind for parent in parents for name, kind in parent.items()}
    for statement in cls.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind) if not _is_class_variable(kind, aliases):
                fields[name] = kind
    return fields


def _parents(cls: ast.ClassDef, aliases: Aliases) -> list[ast.ClassDef]:
    names = [base.id for base in cls.bases if isinstance(base, ast.Name) and base.id != cls.name]
    return [aliases.classes[name] for name in names if name in aliases.classes]


def _is_record(cls: ast.ClassDef, aliases: Aliases) -> bool:
    bases = {aliases.dotted(base).rpartition(".")[2] for base in cls.bases}
    decorators = [node.func if isinstance(node, ast.Call) else node for node in cls.decorator_list]
    names = {aliases.dotted(node).rpartition(".")[2] for node in decorators}
    return bool(bases & _RECORDS) or "dataclass" in names


def _is_class_variable(kind: ast.expr, aliases: Aliases) -> bool:
    node = kind.value if isinstance(kind, ast.Subscript) else kind
    return aliases.dotted(node).endswith("ClassVar")
