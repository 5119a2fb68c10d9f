"""Describes a function that is given as Python source text, executing and importing nothing."""

from __future__ import annotations

import ast
import dataclasses
from typing import TYPE_CHECKING, Any

from ..errors import ModuleLookupError, suggestion
from ..worker.declare import Declaration, Schemes
from .aliases import aliases_of, parse_source
from .annotations import ANYTHING, read_node
from .assemble import Argument, assemble
from .docstrings import parse_docstring
from .results import results_in_text

if TYPE_CHECKING:
    from ..modules import Module
    from .aliases import Aliases

_OPTIONS = tuple(field.name for field in dataclasses.fields(Declaration))
_FLAGS = tuple(field.name for field in dataclasses.fields(Schemes))


def describe_source(text: str, name: str = "") -> Module:
    """Describe the function ``name`` that ``text`` defines, else the last one at its top level.

    ModuleLookupError with the line if the text is not Python, or defines no such function.
    """
    tree = _parsed(text)
    function = _chosen(tree, name)
    aliases = aliases_of(tree)
    options = _options(function, aliases) | {"runs_code": True}
    arguments = function.args
    return assemble(
        options,
        parse_docstring(ast.get_docstring(function, clean=False)),
        [*_positional(arguments, aliases), *_keyword_only(arguments, aliases)],
        results_in_text(function.returns, aliases),
        source=text,
        name=function.name,
        open_inputs=arguments.kwarg is not None,
    )


def _parsed(text: str) -> ast.Module:
    try:
        return parse_source(text)
    except SyntaxError as error:
        line = f"line {error.lineno}" if error.lineno else "the source"
        raise ModuleLookupError(
            f"the source is not valid Python: {error.msg}", where=line, remedy="Correct that line"
        ) from None
    except ValueError as error:
        raise ModuleLookupError(str(error), where="the source", remedy="Give plain Python text") from None


def _chosen(tree: ast.Module, name: str) -> ast.FunctionDef:
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if not functions:
        raise ModuleLookupError(
            "the source defines no function", where=name, remedy="Write one, such as def scale(x: float): ..."
        )
    if name and name not in functions:
        raise ModuleLookupError(f"the source defines no function {name!r}", remedy=suggestion(name, functions))
    return functions[name] if name else list(functions.values())[-1]


def _positional(arguments: ast.arguments, aliases: Aliases) -> list[Argument]:
    every = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(every) - len(arguments.defaults))
    defaults += arguments.defaults
    found = [_argument(one, default, aliases) for one, default in zip(every, defaults, strict=True)]
    for position in range(len(arguments.posonlyargs)):
        found[position] = found[position]._replace(passing="positional")
    if arguments.vararg is not None:
        variadic = _argument(arguments.vararg, None, aliases)
        found.append(variadic._replace(passing="variadic", optional=True))
    return found


def _keyword_only(arguments: ast.arguments, aliases: Aliases) -> list[Argument]:
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [_argument(one, default, aliases) for one, default in pairs]


def _argument(one: ast.arg, default: ast.expr | None, aliases: Aliases) -> Argument:
    annotation = read_node(one.annotation, aliases) if one.annotation else ANYTHING
    return Argument(one.arg, annotation, default is not None, _literal(default, aliases))


def _literal(node: ast.expr | None, aliases: Aliases) -> Any:
    """Return the value of a literal, or of ``Path("text")``; None for what only running it would tell."""
    match node:
        case None:
            return None
        case ast.Call(func=function, args=[ast.Constant(value=str(path))], keywords=[]):
            return path if aliases.dotted(function) == "pathlib.Path" else None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _options(function: ast.FunctionDef, aliases: Aliases) -> dict[str, Any]:
    """Return the options of the function's ``@module``, as far as they are literals."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and _is_treadle(decorator.func, "module", aliases):
            return _read_options(decorator, aliases)
    return {}


def _is_treadle(node: ast.expr, name: str, aliases: Aliases) -> bool:
    package, _, last = aliases.dotted(node).rpartition(".")
    return last == name and (not package or package.partition(".")[0] == "treadle")


def _read_options(call: ast.Call, aliases: Aliases) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in call.keywords:
        key = str(option.arg)
        if key not in _OPTIONS:
            raise ModuleLookupError(
                f"@module has no option {key!r}",
                where=f"line {call.lineno}",
                remedy=suggestion(key, _OPTIONS),
            )
        value = _schemes(option.value, aliases) if key == "schemes" else _literal(option.value, aliases)
        if value is not None:
            found[key] = value
    return found


def _schemes(node: ast.expr, aliases: Aliases) -> Schemes | None:
    if not isinstance(node, ast.Call) or not _is_treadle(node.func, "Schemes", aliases):
        return None
    values = {str(option.arg): _literal(option.value, aliases) for option in node.keywords}
    values |= dict(zip(_FLAGS, (_literal(value, aliases) for value in node.args), strict=False))
    known = {key: value for key, value in values.items() if key in _FLAGS and value is not None}
    return Schemes(**known)
